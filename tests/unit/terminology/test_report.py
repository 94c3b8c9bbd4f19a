"""The report on a built terminology counts what is in it, by each label, and what is ambiguous."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.terminology import Terminology, build_terminology
from xlink.terminology.report import AmbiguousName, ambiguous_names, describe
from xlink.testing import small_terminology
from xlink.text.folding import fold_many
from xlink.types import Alias, Concept


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return small_terminology(tmp_path_factory.mktemp("report") / "small")


def test_counts_by_label(small: Terminology) -> None:
    report = describe(small)
    assert (report.n_concepts, report.n_aliases) == (12, small.n_aliases)
    assert report.n_relations == 10
    for counts in (
        report.n_aliases_by_language,
        report.n_aliases_by_kind,
        report.n_aliases_by_source,
    ):
        assert sum(counts.values()) == small.n_aliases
        assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert report.n_aliases_by_kind["abbreviation"] == 5
    assert report.n_aliases_by_language["ja"] == 3


def test_ambiguous_names(small: Terminology) -> None:
    report = describe(small)
    assert report.most_ambiguous == (AmbiguousName("dm", 2, ("T:03", "T:07")),)
    assert report.n_ambiguous_names == 1


def test_one_concept_with_a_name_in_two_languages_is_not_ambiguous(tmp_path: Path) -> None:
    names = (Alias("Edema", "en"), Alias("edema", "es"))
    built = build_terminology([Concept("1", "edema", names)], tmp_path / "one", name="one")
    assert ambiguous_names(built.terminology, 5) == (1, 0, ())


def test_a_terminology_without_names(tmp_path: Path) -> None:
    built = build_terminology([Concept("1", "x")], tmp_path / "none", name="none").terminology
    lines = list(describe(built).lines())
    assert "ambiguous names: 0 of 0 (0.0%)" in lines
    assert lines[-1] == "skipped or mended: nothing"


def test_lines(tmp_path: Path) -> None:
    names = [Alias("toe", "en", "preferred", "feet"), Alias(" ", "en")]
    concepts = [Concept(str(n), "toe", tuple(names)) for n in range(7)]
    built = build_terminology(concepts, tmp_path / "toes", name="toes", licence="CC0-1.0")
    lines = list(describe(built.terminology).lines())
    assert lines[0] == "toes"
    assert lines[1] == "licence: CC0-1.0"
    assert "  by source: feet 7" in lines
    assert "  toe: 7 concepts (0, 1, 2, 3, 4, …)" in lines
    assert lines[-1] == "  7 x alias skipped: it is empty"
    told = list(describe(built.terminology).lines(built.tally.sentences()))
    assert told[-1] == "  7 x alias skipped: it is empty (first: 0)"


@settings(max_examples=30, deadline=None)
@given(
    names=st.lists(
        st.lists(st.sampled_from(["a", "A", "á", "b", "b-c", "B c", "…"]), max_size=3),
        min_size=1,
        max_size=6,
    ),
    n_shown=st.integers(0, 4),
)
def test_equal_to_counting_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, names: list[list[str]], n_shown: int
) -> None:
    concepts = [
        Concept(str(n), "x", tuple(Alias(text) for text in each)) for n, each in enumerate(names)
    ]
    place = tmp_path_factory.getbasetemp() / "counted"
    built = build_terminology(concepts, place, name="counted").terminology
    owners: dict[str, set[str]] = {}
    for concept in built.concepts():
        for folded in fold_many([alias.text for alias in concept.aliases]):
            if folded:
                owners.setdefault(folded, set()).add(concept.id)
    ranked = sorted(
        ((name, ids) for name, ids in owners.items() if len(ids) > 1),
        key=lambda each: (-len(each[1]), each[0]),
    )
    n_names, n_ambiguous, shown = ambiguous_names(built, n_shown)
    assert (n_names, n_ambiguous) == (len(owners), len(ranked))
    assert shown == tuple(
        AmbiguousName(name, len(ids), tuple(sorted(ids)[:5])) for name, ids in ranked[:n_shown]
    )
