"""Concepts of one terminology in another one, by their names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from xlink.linker import Linker
from xlink.rerank.memory import Memory, Recall
from xlink.rerank.namesakes import ConceptNames
from xlink.terminology import Terminology
from xlink.terminology.builder import build_terminology
from xlink.types import Alias, Concept, Document, Mention, Query

Make = Callable[[str, dict[str, tuple[str, ...]]], Terminology]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function that builds a terminology of concepts with these names."""

    def made(name: str, concepts: dict[str, tuple[str, ...]]) -> Terminology:
        told = (
            Concept(each, names[0], tuple(Alias(text, "en", "synonym") for text in names))
            for each, names in concepts.items()
        )
        return build_terminology(told, tmp_path / name, name=name).terminology

    return made


@pytest.fixture
def learned(make: Make) -> Terminology:
    return make(
        "learned",
        {
            "A:1": ("Fever", "Raised temperature", "Pyrexia", "?"),
            "A:2": ("Edema", "Swelling"),
            "A:3": ("Cold", "Chill"),
            "A:4": ("Rash", "!"),
        },
    )


@pytest.fixture
def other(make: Make) -> Terminology:
    return make(
        "other",
        {
            "B:1": ("Raised temperature", "Overheating"),
            "B:2": ("pyrexia", "FÉVER"),
            "B:3": ("Swelling",),
            "B:4": ("Edema",),
            "B:5": ("chill",),
            "B:6": ("Pimple", "?", "!"),
        },
    )


def test_the_concept_with_most_names_in_common(learned: Terminology, other: Terminology) -> None:
    names = ConceptNames.of(["A:1", "A:2", "A:3", "A:4", "elsewhere"], [learned])
    found = {own: other.concept_id(row) for own, row in names.rows_in(other).items()}
    # Edema is as much like B:3 as B:4; signs are no names.
    assert found == {"A:1": "B:2", "A:3": "B:5"}


def test_names_of_several_terminologies(learned: Terminology, make: Make) -> None:
    more = make("more", {"A:2": ("Oedema", "Swelling"), "C:1": ("Rash",)})
    names = ConceptNames.of(["A:2"], [learned, more])
    assert len(names.hashes) == 3
    foreign = make("foreign", {"9": ("oedema",), "8": ("rash",)})
    assert names.rows_in(foreign) == {"A:2": foreign.row("9")}


def test_names_are_kept(learned: Terminology, other: Terminology, tmp_path: Path) -> None:
    names = ConceptNames.of(["A:1", "A:4", "none"], [learned])
    names.save(tmp_path / "names.arrow")
    again = ConceptNames.load(tmp_path / "names.arrow")
    assert again.concept_ids == names.concept_ids
    np.testing.assert_array_equal(again.bounds, names.bounds)
    np.testing.assert_array_equal(again.hashes, names.hashes)
    assert again.rows_in(other) == names.rows_in(other)


@pytest.mark.parametrize("terminologies", [0, 1])
def test_nothing_to_name(terminologies: int, learned: Terminology, other: Terminology) -> None:
    names = ConceptNames.of([], [learned] * terminologies)
    assert names.rows_in(other) == {}
    assert ConceptNames.of(["A:1"], []).rows_in(other) == {}


def test_what_is_remembered_of_a_terminology_with_other_ids(
    learned: Terminology, other: Terminology, make: Make, tmp_path: Path
) -> None:
    mention = Mention("T1", ((0, 5),), "fever", gold=frozenset({"A:1"}))
    memory = Memory.build([Document("1", "fever", "en", (mention,))], [learned])
    memory.save(tmp_path)
    query = [Query("1", "pyrexia", language="en")]
    for each in (memory, Memory.load(tmp_path)):
        assert each.rows_in(other) == [other.row("B:2")]
        found = Linker.open(other, generators=["lookup"], detector=None).fused(query)
        assert Recall(each, other).features(query, found)[0, 1] == pytest.approx(np.log(2))
    # Where ids are known, names say nothing; without names nothing is known elsewhere.
    same = make("same", {"A:1": ("Something else",), "A:9": ("Fever",)})
    assert memory.rows_in(same) == [same.row("A:1")]
    assert Memory.build([Document("1", "fever", "en", (mention,))]).rows_in(other) == [None]
