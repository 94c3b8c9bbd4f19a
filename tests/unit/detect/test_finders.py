"""Automaton and bags of words against a search that tries every stretch of the text."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.detect.automaton import Automaton
from xlink.detect.found import Finder
from xlink.detect.names import based_words
from xlink.detect.tables import NameTables
from xlink.detect.tokenised import TokenisedText
from xlink.detect.wordbags import WordBags, bag_hash
from xlink.tally import Tally
from xlink.terminology import build_terminology
from xlink.types import Alias, Concept

WORDS = ("lung", "lungs", "acute", "of", "the", "and", "a", "tumour", "tumor", "x9")
CONNECTIVES = {"of", "the"}


def shuffled_words(seed: int, size: int) -> list[str]:
    return random.Random(seed).choices(WORDS, k=size)


@pytest.fixture
def names() -> list[str]:
    drawn = [shuffled_words(seed, 1 + seed % 5) for seed in range(60)]
    return sorted({" ".join(words) for words in drawn})


@pytest.fixture
def tables(names: list[str], tmp_path: Path) -> NameTables:
    aliases = tuple(Alias(name, "en") for name in names)
    built = build_terminology([Concept("C", "", aliases)], tmp_path / "t", name="t").terminology
    return NameTables.of(built, Tally(), paraphrase=False)


def occurrences(finder: Finder, text: TokenisedText) -> set[tuple[int, int, int]]:
    found = finder.find(text, based_words(text.words, "en"))
    return {
        (first, last, name.alias)
        for entry, first, last in zip(
            found.entries.tolist(), found.first.tolist(), found.last.tolist(), strict=True
        )
        for name in finder.names(entry)
    }


def brute_force(
    text: TokenisedText, key: Callable[[list[str]], object], names: dict[int, list[str]]
) -> set[tuple[int, int, int]]:
    based = based_words(text.words, "en")
    return {
        (first, last, alias)
        for first in range(len(based))
        for last in range(first, len(based))
        for alias, words in names.items()
        if key(based[first : last + 1]) == key(words)
    }


@pytest.mark.parametrize("seed", range(5))
def test_automaton(tables: NameTables, seed: int) -> None:
    text = TokenisedText.of(" ".join(shuffled_words(100 + seed, 60)))
    rows = tables.patterns.to_pylist()
    names = {row["alias"]: row["pattern"].split(" ") for row in rows}
    assert occurrences(Automaton(tables.patterns), text) == brute_force(text, list, names)


@pytest.mark.parametrize("seed", range(5))
def test_word_bags(tables: NameTables, seed: int) -> None:
    text = TokenisedText.of(" ".join(shuffled_words(100 + seed, 60)))
    patterns = {row["alias"]: row["pattern"].split(" ") for row in tables.patterns.to_pylist()}
    names = {row["alias"]: patterns[row["alias"]] for row in tables.bags.to_pylist()}

    def content(words: list[str]) -> object:
        return sorted(word for word in words if word not in CONNECTIVES)

    based = based_words(text.words, "en")
    expected = {
        (first, last, alias)
        for first, last, alias in brute_force(text, content, names)
        if not CONNECTIVES & {based[first], based[last]}
    }
    assert occurrences(WordBags("en", tables.bags), text) == expected


def test_nothing_to_find(tables: NameTables) -> None:
    nothing = tables.only("xx", None)
    for raw in ("", "lung", "lung tumour"):
        text = TokenisedText.of(raw)
        assert occurrences(Automaton(nothing.patterns), text) == set()
        assert occurrences(WordBags("en", nothing.bags), text) == set()


def test_order_stays_where_it_must() -> None:
    assert bag_hash(["lung"], "en") == 0
    assert bag_hash(["pain", "of", "the"], "en") == 0
    assert bag_hash([f"w{n}" for n in range(7)], "en") == 0
    assert bag_hash(["肺", "炎"], "zh") == 0


def test_bags_tell_types_and_pairs_apart() -> None:
    assert bag_hash(["type", "a", "x"], "en") != bag_hash(["type", "x"], "en")
    assert bag_hash(["head", "and", "neck"], "en") != bag_hash(["head", "neck"], "en")
    assert bag_hash(["pain", "in", "neck"], "en") == bag_hash(["neck", "pain"], "en")
