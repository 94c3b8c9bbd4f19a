"""What changed between two builds, compared with a reading concept by concept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.terminology import Terminology, build_terminology
from xlink.terminology.diff import Difference, compare
from xlink.types import Alias, Concept


def toe(id_: str, name: str, *aliases: str, up: str = "", formerly: str = "") -> Concept:
    """Make a concept; an alias is written `language:text`, and the first one is preferred."""
    made = tuple(
        Alias(text, language, "synonym" if place else "preferred", "toes")
        for place, (language, _, text) in enumerate(each.partition(":") for each in aliases)
    )
    parents, former = tuple(up.split()), tuple(formerly.split())
    return Concept(id_, name, made, parents=parents, former_ids=former)


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> Difference:
    folder = tmp_path_factory.mktemp("diff")
    old = [
        toe("A", "toe", "en:toe"),
        toe("B", "sore toe", "en:sore toe", "en:toe pain", up="A"),
        toe("C", "left toe", "en:left toe", up="A"),
        toe("D", "big toe", "en:big toe", up="A C"),
        toe("E", "gone toe", "en:gone toe", up="A"),
        toe("F", "small toe", "en:small toe", up="E"),
        toe("G", "tiny toe", "en:tiny toe", up="C"),
    ]
    new = [
        toe("A", "toe", "en:toe", "es:toe"),
        toe("B", "painful toe", "en:painful toe", "en:sore toe", up="A"),
        toe("D", "big toe", "en:big toe", up="A H"),
        toe("F", "small toe", "en:small toe", up="A"),
        toe("G", "tiny toe", "en:tiny toe", up="H"),
        toe("H", "side toe", "en:side toe", "en:left toe", up="A", formerly="C"),
        toe("I", "new toe", "en:new toe"),
    ]
    built = [
        build_terminology(content, folder / name, name=name).terminology
        for name, content in (("old", old), ("new", new))
    ]
    return compare(*built)


def rows(changes: Difference, kind: str) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in getattr(changes, kind).to_pylist()]


def test_added_and_removed(changes: Difference) -> None:
    assert rows(changes, "added") == [("H", "side toe"), ("I", "new toe")]
    assert rows(changes, "removed") == [("E", "gone toe")]


def test_retired_names_the_successor(changes: Difference) -> None:
    assert rows(changes, "retired") == [("C", "left toe", "H", "side toe")]


def test_renamed(changes: Difference) -> None:
    assert rows(changes, "renamed") == [("B", "sore toe", "painful toe")]


def test_parents_and_that_a_successor_is_no_other_parent(changes: Difference) -> None:
    assert rows(changes, "parents_added") == [("F", "small toe", "A", "toe")]
    assert rows(changes, "parents_removed") == [("F", "small toe", "E", "gone toe")]
    assert changes.n_reparented == 1


def test_aliases_are_told_apart_by_text_and_language(changes: Difference) -> None:
    assert rows(changes, "aliases_added") == [
        ("A", "toe", "es", "synonym", "toes"),
        ("B", "painful toe", "en", "preferred", "toes"),
    ]
    assert rows(changes, "aliases_removed") == [("B", "toe pain", "en", "synonym", "toes")]


def test_lines_and_records(changes: Difference) -> None:
    lines = list(changes.lines(1))
    assert lines[:3] == ["added: 2", "  H  side toe", "  … 1 more"]
    assert lines[-1] == "concepts with other parents: 1"
    assert changes.records()["renamed"] == [
        {"id": "B", "old_name": "sore toe", "new_name": "painful toe"}
    ]


_NAMES = st.sampled_from(["toe", "nail", "foot", "heel"])
_ALIASES = st.lists(st.builds(Alias, _NAMES, st.sampled_from(["en", "es", "und"])), max_size=3).map(
    tuple
)
_IDS = "ABCDEF"


@st.composite
def _terminologies(draw: st.DrawFn) -> list[Concept]:
    ids = draw(st.sets(st.sampled_from(_IDS), min_size=1))
    parents = st.lists(st.sampled_from(sorted(ids)), max_size=2).map(tuple)
    return [
        Concept(
            each,
            draw(_NAMES),
            draw(_ALIASES),
            parents=draw(parents),
            former_ids=draw(st.lists(st.sampled_from(_IDS), max_size=1).map(tuple)),
        )
        for each in sorted(ids)
    ]


@settings(max_examples=30, deadline=None)
@given(old=_terminologies(), new=_terminologies())
def test_equal_to_a_reading_concept_by_concept(
    tmp_path_factory: pytest.TempPathFactory, old: list[Concept], new: list[Concept]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    before = build_terminology(old, folder / "before", name="before").terminology
    after = build_terminology(new, folder / "after", name="after").terminology
    changes = compare(before, after)
    there = {each.id: each for each in before.concepts()}
    here = {each.id: each for each in after.concepts()}
    common = sorted(there.keys() & here.keys())
    assert [each[0] for each in rows(changes, "added")] == sorted(here.keys() - there.keys())
    retired = {each: after.current_id(each) for each in there.keys() - here.keys()}
    assert {each[0]: each[2] for each in rows(changes, "retired")} == {
        each: successor for each, successor in retired.items() if successor is not None
    }
    assert [each[0] for each in rows(changes, "removed")] == sorted(
        each for each, successor in retired.items() if successor is None
    )
    assert rows(changes, "renamed") == [
        (each, there[each].name, here[each].name)
        for each in common
        if there[each].name != here[each].name
    ]
    moved = {each: {after.current_id(up) or up for up in there[each].parents} for each in common}
    for kind, wanted in (
        ("parents_added", {(e, up) for e in common for up in set(here[e].parents) - moved[e]}),
        ("parents_removed", {(e, up) for e in common for up in moved[e] - set(here[e].parents)}),
    ):
        assert {(each[0], each[2]) for each in rows(changes, kind)} == wanted
    names = {
        (which, each): {(alias.text, alias.language) for alias in side[each].aliases}
        for which, side in (("old", there), ("new", here))
        for each in common
    }
    for kind, mine, others in (("aliases_added", "new", "old"), ("aliases_removed", "old", "new")):
        assert {each[:3] for each in rows(changes, kind)} == {
            (each, *name) for each in common for name in names[mine, each] - names[others, each]
        }


def test_a_terminology_is_equal_to_itself(tmp_path: Path) -> None:
    built = build_terminology([toe("A", "toe", "en:toe")], tmp_path / "a", name="a").terminology
    assert set(compare(built, Terminology.open(built.path)).counts().values()) == {0}
