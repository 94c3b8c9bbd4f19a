"""Short forms are searched by what their document says they mean; all else stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet
from xlink.candidates.long_forms import search_long_forms, with_long_forms
from xlink.candidates.lookup import AliasLookup
from xlink.candidates.tfidf import TfidfNgrams
from xlink.linker import Linker
from xlink.protocols import CandidateGenerator
from xlink.terminology import Terminology
from xlink.testing import small_terminology
from xlink.types import Document, Query

DERMATOLOGY = "Signs of dermatomyositis (DM). DM is treated."
SUGAR = "Diabetes mellitus (DM) for years. DM is treated."


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    path: Path = tmp_path_factory.mktemp("terms") / "small"
    return small_terminology(path)


@pytest.fixture(scope="module")
def linker(terminology: Terminology) -> Linker:
    generators: list[CandidateGenerator] = [
        AliasLookup.build(terminology),
        TfidfNgrams.build(terminology),
    ]
    return Linker(terminology, generators=generators)


def last_dm(text: str) -> Document:
    start = text.rindex("DM")
    return Document.from_spans(text, [(start, start + 2)], language="en")


def test_queries_get_the_long_forms_of_their_document() -> None:
    document = last_dm(SUGAR)
    (query,) = with_long_forms(document, document.queries())
    assert (query.text, query.long_form) == ("DM", "Diabetes mellitus")


def test_the_name_a_detector_took_a_mention_for_is_a_long_form() -> None:
    document = Document.from_spans("A grey quux.", [(2, 11)])
    mention = replace(document.mentions[0], named="gray quux")
    document = replace(document, mentions=(mention,))
    (query,) = with_long_forms(document, document.queries())
    assert query.long_form == "gray quux"


def test_a_long_form_that_is_given_stays() -> None:
    document = last_dm(SUGAR)
    given = [replace(query, long_form="dose meter") for query in document.queries()]
    assert list(with_long_forms(document, given)) == given


@pytest.mark.parametrize(("text", "concept"), [(DERMATOLOGY, "T:07"), (SUGAR, "T:03")])
def test_an_ambiguous_short_form_is_what_its_document_says(
    linker: Linker, text: str, concept: str
) -> None:
    (link,) = linker.link(last_dm(text), detect=False).links
    assert link.concept_id == concept
    assert link.candidates[0].score > link.candidates[1].score


def test_without_a_definition_nothing_changes(terminology: Terminology, linker: Linker) -> None:
    queries = [Query("a", "DM", language="en"), Query("b", "heart failure")]
    plain = [each.generate(queries, linker.k) for each in linker.generators]
    expected = linker.fusion.fuse(plain, linker.k)
    found = linker.candidates(queries)
    assert found.lists(terminology) == expected.lists(terminology)


def test_the_switch(terminology: Terminology, linker: Linker) -> None:
    off = Linker(terminology, generators=linker.generators, long_forms=False)
    one, other = (off.link(last_dm(text), detect=False).links[0] for text in (DERMATOLOGY, SUGAR))
    assert one.candidates == other.candidates


def test_the_switch_is_saved(terminology: Terminology, linker: Linker, tmp_path: Path) -> None:
    off = Linker(terminology, generators=linker.generators, long_forms=False)
    off.save(tmp_path / "off")
    linker.save(tmp_path / "on")
    assert not Linker.load(tmp_path / "off").long_forms
    assert Linker.load(tmp_path / "on").long_forms


def test_explanations_take_a_long_form(linker: Linker) -> None:
    best = linker.explain("XY", language="en", long_form="lung infection")[0]
    assert (best.concept_id, best.alias.text) == ("T:05", "lung infection")


def test_merging_keeps_the_better_score_of_each_concept() -> None:
    asked: list[list[str]] = []

    def search(queries: Sequence[Query]) -> CandidateSet:
        assert all(query.long_form is None for query in queries)
        asked.append([query.text for query in queries])
        if len(asked) == 1:
            cells = [0, 2, 3], [1, 2, 3], [10, 20, 30], [0.8, 0.5, 0.7]
        else:
            cells = [0, 2], [2, 4], [21, 40], [0.9, 0.6]
        offsets, concepts, aliases, scores = cells
        return CandidateSet.single(
            "fake",
            np.array(offsets),
            np.array(concepts, dtype=np.int32),
            np.array(aliases, dtype=np.int32),
            np.array(scores, dtype=np.float32),
        )

    queries = [Query("a", "HF", long_form="heart failure"), Query("b", "plain")]
    merged = search_long_forms(queries, search)
    assert asked == [["HF", "plain"], ["heart failure"]]
    assert merged.rows_of(0).tolist() == [2, 1, 4]
    assert merged.alias_rows.tolist() == [21, 10, 40, 30]
    assert merged.scores.tolist() == pytest.approx([0.9 - 0.02, 0.8 - 0.05, 0.6 - 0.02, 0.7])


def test_no_queries(linker: Linker) -> None:
    assert len(linker.candidates([])) == 0
