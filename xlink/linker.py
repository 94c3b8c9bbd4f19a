"""The whole flow as one object: detector, generators, fusion, reranker, decider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, overload

from xlink.batches import by_mentions, in_batches
from xlink.candidate_set import CandidateSet
from xlink.candidates.fusion import Fusion, WeightedFusion
from xlink.candidates.joint_search import JointSearch
from xlink.candidates.long_forms import with_long_forms
from xlink.context.parts import settled, with_whole_words
from xlink.context.steps import annotated_by, open_steps
from xlink.decide import Calibration, open_decider, probability_of_first
from xlink.detect.combination import Overlaps
from xlink.evidence import Evidence, evidence_of
from xlink.home import terminology_path
from xlink.indexes import open_detectors, open_generator
from xlink.rerank.opening import open_reranker
from xlink.terminology import Terminology
from xlink.types import NO_FILTER, Document, Filter, Link, LinkedDocument, Query

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator, Decider, DocumentStep, MentionDetector, Reranker

__all__ = ["DEFAULT_DETECTOR", "DEFAULT_GENERATORS", "RECIPE_DETECTOR", "Linker"]

DEFAULT_GENERATORS = ("lookup", "tfidf", "dense")
DEFAULT_DETECTOR = "dictionary"
RECIPE_DETECTOR = "recipe"


class Linker:
    """Links mentions in documents to the concepts of one terminology.

    ```python
    linker = Linker.open("icd10")
    for link in linker.link("Ingresa por colecistitis aguda.", language="es").links:
        print(link.mention.text, link.concept_id, link.confidence)
    ```

    Every part can be replaced by anything that satisfies its protocol in `xlink.protocols`.
    `k` candidates a mention reach the decider; `where` restricts what may be proposed, and
    `where_by_label` what may be for mentions with a label, such as `Disease`: what that filter
    leaves open is as in `where`. `steps` say more about documents and mentions, before or after
    detection as each needs it. With `long_forms`, a short form that its document defines is
    searched by what it stands for as well.
    """

    def __init__(
        self,
        terminology: Terminology,
        *,
        generators: Sequence[CandidateGenerator],
        detector: MentionDetector | None = None,
        fusion: Fusion | None = None,
        reranker: Reranker | None = None,
        decider: Decider | None = None,
        steps: Sequence[DocumentStep] = (),
        k: int = 64,
        where: Filter = NO_FILTER,
        where_by_label: Mapping[str, Filter] | None = None,
        window_chars: int = 128,
        long_forms: bool = True,
    ) -> None:
        if not generators:
            raise ValueError("A linker needs at least one candidate generator.")
        if k < 1:
            raise ValueError(f"A linker needs at least one candidate a mention, not k={k}.")
        self.terminology = terminology
        self.generators = tuple(generators)
        self.detector = detector
        self.fusion = fusion if fusion is not None else WeightedFusion(cut_at=k)
        self.reranker = reranker
        self.decider = decider if decider is not None else self._usual_decider()
        self.steps = tuple(steps)
        self.k = k
        self.where = where
        self.where_by_label = dict(where_by_label or {})
        for own in self.where_by_label.values():
            terminology.select(own.or_else(where))  # which refuses what the terminology has not
        self.window_chars = window_chars
        self.long_forms = long_forms
        self._search: JointSearch | None = None

    @classmethod
    def open(
        cls,
        terminology: Terminology | Path | str,
        *,
        generators: Sequence[str] = DEFAULT_GENERATORS,
        detector: str | Sequence[str] | None = DEFAULT_DETECTOR,
        overlaps: Overlaps = "longest",
        reranker: Path | str | None = None,
        cascade: bool = False,
        steps: Sequence[str | DocumentStep] = (),
        threshold: float | None = None,
        risk: float | None = None,
        calibration: Calibration | Path | str | None = None,
        k: int = 64,
        keep: int = 8,
        where: Filter = NO_FILTER,
        where_by_label: Mapping[str, Filter] | None = None,
    ) -> Linker:
        """Open a linker with parts by their registered names; indexes not yet there are built.

        A `detector` may have a model and options, such as `spacy:en_core_web_sm?labels=DISEASE`,
        `hf:organisation/model@revision` or the folder `models/ner`. Several are one; of what
        overlaps, the `longest` mentions stay, those of the `first` detector, or `all`.
        `reranker` may also be the folder of a trained one; with `cascade` it leaves mentions alone
        that need no re-ranking. `steps` such as `assertion` are named, or made with options of
        their own.

        A link has at least the probability `threshold`, or what keeps the share of wrong links at
        `risk`, as a `calibration` or the file of one has it. Without one, see `open_decider`.

        Raises:
            ArtifactError: the terminology is not built, or an index or a model is damaged.
            UnknownNameError: nothing is registered under a name, or the filter of a label has what
                the terminology does not.
            SpecError: an option of a detector is of no use, or `risk` has no calibration.
            DataError: the calibration can't be read, or can't promise the risk.
            MissingExtraError: the packages that a model needs are not installed.
        """
        if not isinstance(terminology, Terminology):
            terminology = Terminology.open(terminology_path(terminology))
        opened = [open_generator(terminology, name) for name in generators]
        return cls(
            terminology,
            generators=opened,
            detector=None if detector is None else open_detectors(terminology, detector, overlaps),
            reranker=None
            if reranker is None
            else open_reranker(reranker, terminology, cascade=cascade),
            decider=open_decider(
                [each.name for each in opened],
                WeightedFusion(cut_at=k),
                is_reranked=reranker is not None,
                calibration=calibration,
                threshold=threshold,
                risk=risk,
                keep=keep,
            ),
            steps=open_steps(steps),
            k=k,
            where=where,
            where_by_label=where_by_label,
        )

    @classmethod
    def from_recipe(
        cls,
        recipe: Path | str,
        *,
        system: str | None = None,
        part: str | None = None,
        detector: str | Sequence[str] | None = RECIPE_DETECTOR,
    ) -> Linker:
        """Open the linker of a recipe, such as `gsc/hpo`: what is not built yet is built.

        `system` is the last that the recipe names and `part` its first, and `detector` what the
        recipe says, unless told otherwise.

        Raises:
            UnknownNameError: there is no such recipe, system or part.
            MissingContentError: what it is made from is not there; the message says how to get it.
        """
        from xlink.recipe_linker import open_recipe_linker

        return open_recipe_linker(recipe, system=system, part=part, detector=detector)

    @classmethod
    def load(
        cls, path: Path | str, *, terminology: Terminology | Path | str | None = None
    ) -> Linker:
        """Open a linker that `save` wrote.

        `terminology` says where the one that was saved by reference lies here, if it is neither
        where it was nor at home under its name.

        Raises:
            ArtifactError: there is none, it is damaged, or its terminology is not to be found.
            StaleIndexError: the terminology found is another build than the linker was saved with.
        """
        from xlink.saved_linker import load_linker

        return load_linker(Path(path), terminology)

    def save(self, path: Path | str, *, with_terminology: bool = False) -> None:
        """Write this linker as one folder, whole or not at all; an earlier one is replaced.

        The terminology is kept by reference, as its path and fingerprint, with those indexes alone
        that differ from what lies beside it; `with_terminology` copies it and all indexes, so that
        the folder can be taken anywhere.

        Raises:
            SpecError: a part can't be saved, because it has no registered name.
        """
        from xlink.saved_linker import save_linker

        save_linker(self, Path(path), with_terminology=with_terminology)

    @overload  # a str is an iterable of str too, but the first overload takes it
    def link(  # type: ignore[overload-overlap]
        self, documents: str | Document, *, language: str = ..., detect: bool = ...
    ) -> LinkedDocument: ...

    @overload
    def link(
        self, documents: Iterable[str | Document], *, language: str = ..., detect: bool = ...
    ) -> Iterator[LinkedDocument]: ...

    def link(
        self,
        documents: str | Document | Iterable[str | Document],
        *,
        language: str = "und",
        detect: bool = True,
    ) -> LinkedDocument | Iterator[LinkedDocument]:
        """Link one text or document, or a stream of them in constant memory.

        Plain texts are taken to be in `language`. Unless `detect` is false, mentions are looked
        for and replace those that the documents came with.

        Raises:
            ValueError: mentions are to be detected, and the linker has no detector.
        """
        if detect and self.detector is None:
            raise ValueError("This linker has no mention detector; pass detect=False.")
        if isinstance(documents, str | Document):
            return next(self._stream([documents], language, detect))
        return self._stream(documents, language, detect)

    def candidates(self, queries: Sequence[Query]) -> CandidateSet:
        """Return the fused and, with a reranker, re-ranked candidates of each query."""
        fused = self.fused(queries)
        return fused if self.reranker is None else self.reranker.rerank(queries, fused)

    def fused(self, queries: Sequence[Query]) -> CandidateSet:
        """Return the candidates of each query as they are before re-ranking."""
        search = JointSearch(self.generators, self.fusion, self.k, self.where, self.where_by_label)
        known = self._search
        if known is None or known != search:
            known = self._search = search.remembering()
        return known.candidates(queries)

    def queries(self, document: Document) -> Iterator[Query]:
        """Yield a query for each mention of a document, with its context and its long form."""
        queries = with_whole_words(document, document.queries(window_chars=self.window_chars))
        return with_long_forms(document, queries) if self.long_forms else queries

    def explain(
        self,
        mention: str,
        *,
        language: str = "und",
        n: int = 10,
        long_form: str | None = None,
        label: str = "",
    ) -> tuple[Evidence, ...]:
        """Return the best `n` candidates of a mention, each with why it was proposed.

        `long_form` is what the mention stands for in its document, and `label` what it is labelled.
        """
        query = Query("", mention, language=language, label=label, long_form=long_form)
        found = self.candidates([query])
        sure = probability_of_first(self.decider, found, mention, self.terminology)
        return evidence_of(found, 0, self.terminology, language=language, n=n, probability=sure)

    def _usual_decider(self) -> Decider:
        names = [each.name for each in self.generators]
        return open_decider(names, self.fusion, is_reranked=self.reranker is not None)

    def _stream(
        self, documents: Iterable[str | Document], language: str, detect: bool
    ) -> Iterator[LinkedDocument]:
        for batch in in_batches(documents, language):
            yield from self._link_batch(batch, detect)

    def _link_batch(self, documents: list[Document], detect: bool) -> Iterator[LinkedDocument]:
        documents = annotated_by(self.steps, documents, after_detection=False)
        if detect and self.detector is not None:
            documents = self.detector.detect(documents, self.where)
        documents = annotated_by(self.steps, documents, after_detection=True)
        links = self._links(documents)
        for document in documents:
            linked = LinkedDocument(document, tuple(islice(links, len(document.mentions))))
            yield settled(linked, beyond=detect)

    def _links(self, documents: Sequence[Document]) -> Iterator[Link]:
        """Yield one link a mention, so many at a time that memory does not grow with a document."""
        queries = chain.from_iterable(map(self.queries, documents))
        for some in by_mentions(documents):
            asked = list(islice(queries, sum(len(document.mentions) for document in some)))
            decided = self.decider.decide(some, self.candidates(asked), self.terminology)
            yield from (link for link, _ in zip(decided, asked, strict=True))
