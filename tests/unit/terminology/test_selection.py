"""Filters admit aliases by language and source, and concepts by type and subtree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import xlink.terminology.store
from xlink.errors import SpecError, UnknownNameError
from xlink.terminology import Terminology, build_terminology
from xlink.types import NO_FILTER, Alias, Concept, Filter


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return build_terminology(
        [
            Concept("A", "root", (Alias("root", "en", source="S1"),), ("x",)),
            Concept("B", "b", (Alias("b", "pt", source="S1"), Alias("b2", "pt-BR")), ("x", "y")),
            Concept("C", "c", (Alias("c", "PT-pt", source="S2"),), ("y",), parents=("A",)),
            Concept("D", "d", (Alias("d", "zh-Hant-TW"), Alias("e", "en")), (), None, ("C", "B")),
            Concept("E", "no names", (), ("x",), parents=("D",), former_ids=("old",)),
        ],
        tmp_path_factory.mktemp("selection") / "t",
        name="t",
        type_groups={"both": ("x", "y"), "rest": ("y", "not built")},
    ).terminology


def admitted(terminology: Terminology, where: Filter) -> tuple[str, str]:
    chosen = terminology.select(where)
    concepts = "".join(terminology.concept_ids(np.flatnonzero(chosen.concepts)))
    texts = [terminology.alias(int(row)).text for row in np.flatnonzero(chosen.aliases)]
    return concepts, " ".join(texts)


CASES = {
    "nothing": (NO_FILTER, "ABCDE", "root b b2 c d e"),
    "a language and its regions": (Filter(languages=frozenset({"pt"})), "ABCDE", "b b2 c"),
    "case of a language": (Filter(languages=frozenset({"PT"})), "ABCDE", "b b2 c"),
    "a region alone": (Filter(languages=frozenset({"pt-br"})), "ABCDE", "b2"),
    "a script and its regions": (Filter(languages=frozenset({"zh-Hant"})), "ABCDE", "d"),
    "two languages": (Filter(languages=frozenset({"en", "zh"})), "ABCDE", "root d e"),
    "a source": (Filter(sources=frozenset({"S1"})), "ABCDE", "root b"),
    "no source": (Filter(sources=frozenset({""})), "ABCDE", "b2 d e"),
    "a type": (Filter(types=frozenset({"y"})), "BC", "b b2 c"),
    "one of two types": (Filter(types=frozenset({"x", "y"})), "ABCE", "root b b2 c"),
    "a group of types": (Filter(types=frozenset({"both"})), "ABCE", "root b b2 c"),
    "a type and a group": (Filter(types=frozenset({"x", "rest"})), "ABCE", "root b b2 c"),
    "a subtree": (Filter(within=frozenset({"C"})), "CDE", "c d e"),
    "two subtrees": (Filter(within=frozenset({"B", "A"})), "ABCDE", "root b b2 c d e"),
    "a former id": (Filter(within=frozenset({"old"})), "E", ""),
    "leaves": (Filter(leaves=True), "E", ""),
    "leaves of a type": (Filter(leaves=True, types=frozenset({"y"})), "", ""),
    "a type in a subtree": (
        Filter(types=frozenset({"x"}), within=frozenset({"A"})),
        "AE",
        "root",
    ),
    "all four": (
        Filter(frozenset({"pt"}), frozenset({"S1"}), frozenset({"y"}), frozenset({"B"})),
        "B",
        "b",
    ),
}


@pytest.mark.parametrize(("where", "concepts", "aliases"), CASES.values(), ids=CASES)
def test_what_a_filter_admits(
    terminology: Terminology, where: Filter, concepts: str, aliases: str
) -> None:
    assert admitted(terminology, where) == (concepts, aliases)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (
            Filter(languages=frozenset({"en", "fr"})),
            "Unknown language 'fr'. Known: PT-pt, en, pt, pt-BR, zh-Hant-TW.",
        ),
        (Filter(languages=frozenset({"p"})), "Unknown language 'p'. Did you mean 'pt'? Known: "),
        (Filter(sources=frozenset({"s1"})), "Unknown source 's1'. Did you mean 'S1'? Known: , S1"),
        (Filter(types=frozenset({"z"})), "Unknown semantic type 'z'. Known: both, rest, x, y."),
        (Filter(within=frozenset({"F"})), "Unknown concept id 'F'."),
    ],
)
def test_unknown_names_are_refused(terminology: Terminology, where: Filter, message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        terminology.select(where)
    assert str(caught.value).startswith(message)


def test_a_terminology_without_names_knows_no_language(tmp_path: Path) -> None:
    bare = build_terminology([Concept("C", "c")], tmp_path / "t", name="t").terminology
    for where in (Filter(languages=frozenset({"en"})), Filter(types=frozenset({"x"}))):
        with pytest.raises(UnknownNameError, match="Known: none"):
            bare.select(where)


def test_masks_of_the_last_few_filters_are_kept(terminology: Terminology) -> None:
    where = Filter(types=frozenset({"x"}))
    first = terminology.select(where)
    assert terminology.select(Filter(types=frozenset({"x"}))) is first
    for n in range(xlink.terminology.store._N_CACHED_SELECTIONS):
        terminology.select(Filter(types=frozenset({"x"}), within=frozenset("ABCDE"[: n % 5 + 1])))
        terminology.select(Filter(types=frozenset({"y"}), within=frozenset("ABCDE"[: n % 5 + 1])))
    again = terminology.select(where)
    assert again is not first
    assert np.array_equal(again.aliases, first.aliases)


def test_filters_say_whether_they_restrict() -> None:
    assert not NO_FILTER
    assert not Filter()
    one = frozenset({"a"})
    assert Filter(languages=one)
    assert Filter(sources=one)
    assert Filter(types=one)
    assert Filter(within=one)
    assert Filter(ecl="<<a")


def test_an_expression_admits_what_it_selects(small: Terminology) -> None:
    below = small.select(Filter(ecl="<< T:01"))
    assert np.array_equal(below.concepts, small.select(Filter(within=frozenset({"T:01"}))).concepts)
    with pytest.raises(SpecError):
        small.select(Filter(ecl="<< T:01 OR"))
