"""From a CAS to suggestions in it, and from annotated documents to what is suggested first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from xlink.candidates.training_mentions import TrainingMentions
from xlink.inception.requests import PredictionRequest, TrainingRequest, read_cas
from xlink.types import Candidate, Document, Link, Mention, Query

if TYPE_CHECKING:
    from cassis import Cas

    from xlink.linker import Linker

__all__ = ["Recommender"]

_TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
_SUGGESTED = "inception_internal_predicted"
_NO_LANGUAGES = (None, "", "x-unspecified")


class Recommender:
    """Answers the requests of INCEpTION with a linker.

    Mentions that are annotated are linked as they stand; others are detected where nothing is
    annotated. Each gets up to `n` suggestions, best first. `iri` makes of a concept's id what the
    project's feature holds: `{id}` is the id and `{local}` what follows its colon, such as
    `http://purl.obolibrary.org/obo/HP_{local}`.

    What a project has annotated is suggested first for the same words, once `train` was called for
    it. It is kept in memory alone: INCEpTION sends it again.
    """

    def __init__(
        self, linker: Linker, *, language: str = "und", iri: str = "{id}", n: int = 3
    ) -> None:
        self._linker = linker
        self._language = language
        self._iri = iri
        self._n = n
        self._learned: dict[str, TrainingMentions] = {}
        self._lock = Lock()
        ids = (concept.id for concept in linker.terminology.concepts())
        self._ids = {} if iri == "{id}" else {self._written(each): each for each in ids}

    def predict(self, request: PredictionRequest) -> str:
        """Return the XMI with suggestions in the place of earlier ones.

        Raises:
            DataError: the CAS can't be read.
        """
        meta = request.metadata
        cas = read_cas(request.document.xmi, request.type_system, meta.layer, meta.feature)
        for each in cas.select(meta.layer):
            if getattr(each, _SUGGESTED, None):
                cas.remove(each)
        document = self._document(cas, meta.layer, meta.feature)
        tokens = _tokens(cas) if meta.anchoring_mode == "tokens" else ()
        with self._lock:
            links = self._links(document)
            proposed = self._proposed(links, self._learned.get(str(meta.project_id)))
        for link, candidates in zip(links, proposed, strict=True):
            span = _anchored(link.mention, tokens)
            for candidate in candidates[: self._n]:
                self._suggest(cas, meta.layer, meta.feature, span, candidate)
        return str(cas.to_xmi())

    def train(self, request: TrainingRequest) -> None:
        """Remember what the annotators of a project linked words to.

        Raises:
            DataError: a CAS can't be read.
        """
        meta = request.metadata
        documents = [
            self._document(
                read_cas(each.xmi, request.type_system, meta.layer, meta.feature),
                meta.layer,
                meta.feature,
            )
            for each in request.documents
        ]
        learned = TrainingMentions.build(self._linker.terminology, documents=documents)
        self._learned[str(meta.project_id)] = learned

    def _links(self, document: Document) -> list[Link]:
        """Link what is annotated, and what is detected where nothing is."""
        links = list(self._linker.link(document, detect=False).links)
        if self._linker.detector is None:
            return links
        plain = Document(document.id, document.text, document.language)
        taken = [(mention.start, mention.end) for mention in document.mentions]
        return links + [
            link
            for link in self._linker.link(plain).links
            if all(link.mention.end <= start or end <= link.mention.start for start, end in taken)
        ]

    def _proposed(
        self, links: Sequence[Link], learned: TrainingMentions | None
    ) -> list[list[Candidate]]:
        """Return the candidates to suggest for each link: first what annotators chose before."""
        proposed = [list(link.candidates) if link.concept_id is not None else [] for link in links]
        if learned is None:
            return proposed
        queries = [Query(link.mention.id, link.mention.text) for link in links]
        known = learned.generate(queries, self._n, self._linker.where)
        first = known.lists(self._linker.terminology)
        return [
            [*before, *(each for each in own if each.concept_id not in _ids(before))]
            for before, own in zip(first, proposed, strict=True)
        ]

    def _document(self, cas: Cas, layer: str, feature: str) -> Document:
        """Return a CAS as a document with what people annotated."""
        text = cas.sofa_string or ""
        spans: dict[tuple[int, int], str | None] = {}
        for each in cas.select(layer):
            spans.setdefault((each.begin, each.end), getattr(each, feature, None))
        mentions = tuple(
            Mention(f"A{number}", ((begin, end),), text[begin:end], gold=self._gold(written))
            for number, ((begin, end), written) in enumerate(sorted(spans.items()), start=1)
            if begin < end
        )
        told = cas.document_language
        return Document("0", text, self._language if told in _NO_LANGUAGES else told, mentions)

    def _gold(self, written: str | None) -> frozenset[str] | None:
        return None if not written else frozenset({self._ids.get(written, written)})

    def _written(self, concept_id: str) -> str:
        return self._iri.format(id=concept_id, local=concept_id.rpartition(":")[2])

    def _suggest(
        self, cas: Cas, layer: str, feature: str, span: tuple[int, int], candidate: Candidate
    ) -> None:
        kind = cas.typesystem.get_type(layer)
        known = {each.name for each in kind.all_features}
        before = candidate.generator == TrainingMentions.name
        said = {
            feature: self._written(candidate.concept_id),
            _SUGGESTED: True,
            f"{feature}_score": candidate.score,
            f"{feature}_score_explanation": "annotated before" if before else candidate.alias.text,
        }
        fields = {name: value for name, value in said.items() if name in known}
        cas.add(kind(begin=span[0], end=span[1], **fields))


def _ids(candidates: Iterable[Candidate]) -> set[str]:
    return {each.concept_id for each in candidates}


def _tokens(cas: Cas) -> list[tuple[int, int]]:
    if not cas.typesystem.contains_type(_TOKEN):
        return []
    return sorted((each.begin, each.end) for each in cas.select(_TOKEN))


def _anchored(mention: Mention, tokens: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Widen a mention to the tokens that it touches, which the layer is anchored to."""
    first = bisect_right(tokens, mention.start, key=lambda token: token[1])
    last = bisect_left(tokens, mention.end, key=lambda token: token[0]) - 1
    if first > last:
        return mention.start, mention.end
    return min(mention.start, tokens[first][0]), max(mention.end, tokens[last][1])
