"""The whole flow as one object: detector, generators, fusion, reranker, decider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from xlink.candidate_set import CandidateSet
from xlink.candidates.fusion import Fusion, WeightedFusion
from xlink.candidates.long_forms import search_long_forms, with_long_forms
from xlink.decide import ThresholdDecider
from xlink.evidence import Evidence, evidence_of
from xlink.home import terminology_path
from xlink.indexes import open_detector, open_generator
from xlink.terminology import Terminology
from xlink.types import NO_FILTER, Document, Filter, LinkedDocument, Query

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator, Decider, MentionDetector, Reranker

__all__ = ["DEFAULT_DETECTOR", "DEFAULT_GENERATORS", "Linker"]

DEFAULT_GENERATORS = ("lookup", "tfidf")
DEFAULT_DETECTOR = "dictionary"

_BATCH_CHARS = 1_000_000


class Linker:
    """Links mentions in documents to the concepts of one terminology.

    ```python
    linker = Linker.open("icd10")
    for link in linker.link("Ingresa por colecistitis aguda.", language="es").links:
        print(link.mention.text, link.concept_id, link.confidence)
    ```

    Every part can be replaced by anything that satisfies its protocol in `xlink.protocols`.
    `k` candidates a mention reach the decider; `where` restricts what may be proposed. With
    `long_forms`, a short form that its document defines is searched by what it stands for as well.
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
        k: int = 64,
        where: Filter = NO_FILTER,
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
        self.decider = decider if decider is not None else ThresholdDecider()
        self.k = k
        self.where = where
        self.window_chars = window_chars
        self.long_forms = long_forms

    @classmethod
    def open(
        cls,
        terminology: Terminology | Path | str,
        *,
        generators: Sequence[str] = DEFAULT_GENERATORS,
        detector: str | None = DEFAULT_DETECTOR,
        threshold: float = 0.2,
        k: int = 64,
        keep: int = 8,
        where: Filter = NO_FILTER,
    ) -> Linker:
        """Open a linker with parts by their registered names; indexes not yet there are built.

        Raises:
            ArtifactError: the terminology is not built, or an index of it is damaged.
            UnknownNameError: nothing is registered under a name.
        """
        if not isinstance(terminology, Terminology):
            terminology = Terminology.open(terminology_path(terminology))
        return cls(
            terminology,
            generators=[open_generator(terminology, name) for name in generators],
            detector=None if detector is None else open_detector(terminology, detector),
            decider=ThresholdDecider(threshold=threshold, keep=keep),
            k=k,
            where=where,
        )

    @classmethod
    def from_recipe(
        cls,
        recipe: Path | str,
        *,
        system: str | None = None,
        part: str | None = None,
        detector: str | None = DEFAULT_DETECTOR,
    ) -> Linker:
        """Open the linker of a recipe, such as `gsc/hpo`: what is not built yet is built.

        `system` is the last that the recipe names and `part` its first, unless told otherwise.

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
        fused = search_long_forms(queries, self._search).top(self.k)
        return fused if self.reranker is None else self.reranker.rerank(queries, fused)

    def explain(
        self, mention: str, *, language: str = "und", n: int = 10, long_form: str | None = None
    ) -> tuple[Evidence, ...]:
        """Return the best `n` candidates of a mention, each with why it was proposed.

        `long_form` is what the mention stands for in its document.
        """
        query = Query("", mention, language=language, long_form=long_form)
        found = self.candidates([query]).top(n)
        return evidence_of(found, 0, self.terminology, language=language)

    def _search(self, queries: Sequence[Query]) -> CandidateSet:
        sets = [each.generate(queries, self.k, self.where) for each in self.generators]
        return self.fusion.fuse(sets, self.k)

    def _stream(
        self, documents: Iterable[str | Document], language: str, detect: bool
    ) -> Iterator[LinkedDocument]:
        batch: list[Document] = []
        n_chars = 0
        for number, given in enumerate(documents):
            document = (
                Document(id=str(number), text=given, language=language)
                if isinstance(given, str)
                else given
            )
            batch.append(document)
            n_chars += max(1, len(document.text))
            if n_chars >= _BATCH_CHARS:
                yield from self._link_batch(batch, detect)
                batch, n_chars = [], 0
        yield from self._link_batch(batch, detect)

    def _link_batch(self, documents: list[Document], detect: bool) -> Iterator[LinkedDocument]:
        if detect and self.detector is not None:
            documents = self.detector.detect(documents, self.where)
        queries = [query for document in documents for query in self._queries(document)]
        links = iter(self.decider.decide(documents, self.candidates(queries), self.terminology))
        for document in documents:
            yield LinkedDocument(document, tuple(next(links) for _ in document.mentions))

    def _queries(self, document: Document) -> Iterator[Query]:
        queries = document.queries(window_chars=self.window_chars)
        return with_long_forms(document, queries) if self.long_forms else queries
