"""The linker runs its parts in order, over streams of documents, in batches that do not show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import xlink.batches
from xlink.candidate_set import CandidateSet
from xlink.candidates.fusion import ReciprocalRankFusion
from xlink.candidates.lookup import AliasLookup
from xlink.candidates.tfidf import TfidfNgrams
from xlink.decide import ThresholdDecider
from xlink.errors import ArtifactError, UnknownNameError
from xlink.linker import Linker
from xlink.terminology import Terminology, build_terminology
from xlink.testing import small_terminology
from xlink.types import NO_FILTER, Concept, Document, Filter, LinkedDocument, Mention, Query


class FirstWords:
    """Detects the first two words of a document as a mention, and counts its calls."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.filters: list[Filter] = []

    def detect(self, documents: Sequence[Document], where: Filter = NO_FILTER) -> list[Document]:
        self.batches.append(len(documents))
        self.filters.append(where)
        return [self._with_mention(document) for document in documents]

    def _with_mention(self, document: Document) -> Document:
        found = re.match(r"\w+ \w+", document.text)
        mentions = (Mention("m", (found.span(),), found[0]),) if found else ()
        return replace(document, mentions=mentions)


class Backwards:
    """Turns every list around."""

    name = "backwards"

    def rerank(self, queries: Sequence[Query], candidates: CandidateSet) -> CandidateSet:
        assert len(queries) == len(candidates)
        order = np.lexsort((-candidates.ranks(), candidates.query_numbers()))
        return replace(
            candidates,
            concept_rows=candidates.concept_rows[order],
            alias_rows=candidates.alias_rows[order],
            scores=-candidates.scores[order],
            trace_scores=None,
            trace_ranks=None,
        )


@pytest.fixture(scope="module")
def parts(small: Terminology) -> tuple[AliasLookup, TfidfNgrams]:
    return AliasLookup.build(small), TfidfNgrams.build(small)


@pytest.fixture
def linker(small: Terminology, parts: tuple[AliasLookup, TfidfNgrams]) -> Linker:
    return Linker(small, generators=parts, detector=FirstWords())


def given(text: str, *spans: tuple[int, int], language: str = "en") -> Document:
    mentions = tuple(
        Mention(str(n), (span,), text[span[0] : span[1]]) for n, span in enumerate(spans)
    )
    return Document("d", text, language, mentions)


def ids(linked: LinkedDocument) -> list[str | None]:
    return [link.concept_id for link in linked.links]


def test_given_mentions(linker: Linker) -> None:
    document = given("Heart failure and DM, no zzzzz.", (0, 13), (18, 20), (25, 30))
    linked = linker.link(document, detect=False)
    assert linked.document is document
    assert ids(linked) == ["T:02", "T:03", None]
    assert [link.mention for link in linked.links] == list(document.mentions)
    assert linked.links[0].candidates[0].generator == "lookup+tfidf"
    assert linked.links[0].confidence == pytest.approx(1)


def test_detected_mentions_replace_the_given(linker: Linker) -> None:
    linked = linker.link(given("Heart failure and pneumonia", (18, 27)))
    assert [link.mention.text for link in linked.links] == ["Heart failure"]
    assert ids(linked) == ["T:02"]
    assert linker.link("Neumonía").links == ()
    assert linker.link("").links == ()


def test_plain_texts_are_in_the_language_told(linker: Linker) -> None:
    linked = linker.link("Diabetes mellitus tipo 2", language="es")
    assert linked.document.language == "es"
    assert linked.document.id == "0"
    assert linked.links[0].candidates[0].alias.language == "es"
    documents = list(linker.link(["Lung infection", given("High blood pressure")]))
    assert [each.document.id for each in documents] == ["0", "d"]


def test_without_a_detector_mentions_must_be_given(
    small: Terminology, parts: tuple[AliasLookup, TfidfNgrams]
) -> None:
    linker = Linker(small, generators=parts)
    for documents in ("heart failure", ["heart failure"], []):
        with pytest.raises(ValueError, match="no mention detector; pass detect=False"):
            linker.link(documents)
    assert ids(linker.link(given("oedema", (0, 6)), detect=False)) == ["T:09"]
    assert linker.link("oedema", detect=False).links == ()


def test_streams_are_taken_a_batch_at_a_time(
    linker: Linker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlink.batches, "_BATCH_CHARS", 30)
    taken = []

    def documents() -> Iterator[str]:
        for number in range(10):
            taken.append(number)
            yield "Heart failure."

    linked = linker.link(documents())
    assert taken == []
    next(linked)
    assert taken == [0, 1, 2]
    assert ids(next(linked)) == ["T:02"]
    next(linked)
    assert taken == [0, 1, 2]
    next(linked)
    assert taken == [0, 1, 2, 3, 4, 5]
    assert len(list(linked)) == 6
    assert isinstance(linker.detector, FirstWords)
    assert linker.detector.batches == [3, 3, 3, 1]


def test_documents_without_text_fill_a_batch_too(
    linker: Linker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlink.batches, "_BATCH_CHARS", 5)
    assert len(list(linker.link([""] * 12))) == 12
    assert isinstance(linker.detector, FirstWords)
    assert linker.detector.batches == [5, 5, 2]


def test_batches_do_not_show(linker: Linker, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Heart failure", "", "Lung infection of", "zz zz", "High blood pressure"] * 3
    documents = [Document(str(n), text, ("en", "es")[n % 2]) for n, text in enumerate(texts)]
    whole = list(linker.link(documents))
    monkeypatch.setattr(xlink.batches, "_BATCH_CHARS", 1)
    assert list(linker.link(documents)) == whole
    assert [linker.link(document) for document in documents] == whole


def test_parts_of_documents_do_not_show(
    small: Terminology,
    parts: tuple[AliasLookup, TfidfNgrams],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Diabetes mellitus (DM), heart failure, DM, oedema and DM, zz. "
    named = r"Diabetes mellitus|DM|heart failure|oedema|zz"
    spans = [match.span() for match in re.finditer(named, text)]
    documents = [Document.from_spans(text, spans, id=str(n), language="en") for n in range(3)]
    documents.insert(1, Document("none", text, "en"))
    whole = list(Linker(small, generators=parts).link(documents, detect=False))
    assert [len(each.links) for each in whole] == [7, 0, 7, 7]
    for size in (1, 4, 7):
        monkeypatch.setattr(xlink.batches, "_BATCH_MENTIONS", size)
        assert list(Linker(small, generators=parts).link(documents, detect=False)) == whole


def test_a_linker_forgets_what_it_found_when_its_parts_change(
    small: Terminology, parts: tuple[AliasLookup, TfidfNgrams]
) -> None:
    linker = Linker(small, generators=parts)
    query = Query("1", "oedema", language="en")
    assert linker.fused([query]).n_candidates > 1
    linker.k = 1
    assert linker.fused([query]).n_candidates == 1
    linker.generators, linker.k = parts[:1], 64
    assert linker.fused([query]).generators == ("lookup",)
    linker.where = Filter(languages=frozenset({"es"}))
    assert linker.fused([query]).n_candidates == 0


def test_a_filter_reaches_detector_and_generators(
    small: Terminology, parts: tuple[AliasLookup, TfidfNgrams]
) -> None:
    detector, findings = FirstWords(), Filter(types=frozenset({"finding"}))
    linker = Linker(small, generators=parts, detector=detector, where=findings)
    linked = linker.link("Heart failure with oedema")
    assert detector.filters == [findings]
    assert {each.concept_id for link in linked.links for each in link.candidates} <= {
        "T:08",
        "T:09",
        "T:10",
    }


def test_every_part_can_be_replaced(
    small: Terminology, parts: tuple[AliasLookup, TfidfNgrams]
) -> None:
    linker = Linker(
        small,
        generators=parts[:1],
        fusion=ReciprocalRankFusion(),
        reranker=Backwards(),
        decider=ThresholdDecider(threshold=-5, keep=1),
        k=2,
    )
    (link,) = linker.link(given("DM", (0, 2)), detect=False).links
    assert link.concept_id == "T:07"
    assert [each.concept_id for each in link.candidates] == ["T:07"]


def test_queries_carry_language_and_context(
    small: Terminology, parts: tuple[AliasLookup, TfidfNgrams]
) -> None:
    seen: list[Query] = []

    class Watching(Backwards):
        def rerank(self, queries: Sequence[Query], candidates: CandidateSet) -> CandidateSet:
            seen.extend(queries)
            return candidates

    linker = Linker(small, generators=parts, reranker=Watching(), window_chars=4)
    linker.link(given("known for edema since May", (10, 15), language="es"), detect=False)
    assert seen == [Query("0", "edema", "for ", " sin", "es")]


def test_explanations(linker: Linker) -> None:
    evidence = linker.explain("Diabetes mellitus", language="es", n=2)
    assert len(evidence) == 2
    assert (evidence[0].concept_id, evidence[0].name) == ("T:03", "diabetes mellitus")
    assert dict(evidence[0].generator_scores) == {
        "lookup": pytest.approx(1),
        "tfidf": pytest.approx(1),
    }
    assert dict(evidence[1].generator_scores)["lookup"] is None
    assert linker.explain("") == ()


def test_options_that_cannot_work_are_refused(
    small: Terminology, parts: tuple[AliasLookup, TfidfNgrams]
) -> None:
    with pytest.raises(ValueError, match="at least one candidate generator"):
        Linker(small, generators=[])
    for k in (0, -1):
        with pytest.raises(ValueError, match=f"not k={k}"):
            Linker(small, generators=parts, k=k)


class TestOpen:
    """Opening by names builds what is missing and replaces what is out of date."""

    def test_indexes_are_built_once_and_rebuilt_when_stale(self, tmp_path: Path) -> None:
        small_terminology(tmp_path / "small")
        place = tmp_path / "small.indexes" / "lookup" / "manifest.json"
        linker = Linker.open(tmp_path / "small", generators=["lookup"], detector=None)
        assert linker.terminology.name == "small"
        before = place.read_bytes()
        Linker.open(tmp_path / "small", generators=["lookup"], detector=None)
        assert place.read_bytes() == before
        build_terminology([Concept("N", "new")], tmp_path / "small", name="small")
        Linker.open(tmp_path / "small", generators=["lookup"], detector=None)
        assert place.read_bytes() != before

    def test_a_terminology_at_home_by_its_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XLINK_HOME", str(tmp_path))
        small_terminology(tmp_path / "small")
        linker = Linker.open("small", generators=["lookup"], detector=None, k=3, threshold=0.75)
        document = given("oedema, Odem", (0, 6), (8, 12))
        assert ids(linker.link(document, detect=False)) == ["T:09", None]

    def test_what_is_not_there(self, tmp_path: Path, small: Terminology) -> None:
        with pytest.raises(ArtifactError, match="xlink terminology build"):
            Linker.open(tmp_path / "none")
        with pytest.raises(UnknownNameError, match="Did you mean 'lookup'"):
            Linker.open(small, generators=["lookups"], detector=None)

    def test_a_damaged_index_is_refused_with_the_remedy(self, tmp_path: Path) -> None:
        small_terminology(tmp_path / "small")
        Linker.open(tmp_path / "small", generators=["lookup"], detector=None)
        next((tmp_path / "small.indexes").rglob("*.npy")).unlink()
        with pytest.raises(ArtifactError, match="xlink index"):
            Linker.open(tmp_path / "small", generators=["lookup"], detector=None)
