"""Several detectors as one: the longest, the first, or all of what overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlink.detect.combination import Detectors, Overlaps
from xlink.errors import SpecError
from xlink.types import NO_FILTER, Document, Filter, Mention

TEXT = "0123456789"
Place = tuple[int, int, str]


class Marks:
    """Marks the same places in every text."""

    def __init__(self, *places: Place) -> None:
        self.places = places
        self.filters: list[Filter] = []

    def detect(self, documents: Sequence[Document], where: Filter = NO_FILTER) -> list[Document]:
        self.filters.append(where)
        mentions = tuple(
            Mention(f"m{n}", ((start, end),), TEXT[start:end], label)
            for n, (start, end, label) in enumerate(self.places)
        )
        return [replace(document, mentions=mentions) for document in documents]


def united(overlaps: Overlaps, *detectors: Marks) -> list[Place]:
    (document,) = Detectors(detectors, overlaps=overlaps).detect([Document("d", TEXT)])
    assert [each.id for each in document.mentions] == [
        f"T{n}" for n in range(1, len(document.mentions) + 1)
    ]
    return [(each.start, each.end, each.label) for each in document.mentions]


def test_rules() -> None:
    one = Marks((0, 2, "a"), (4, 6, ""), (8, 9, "a"))
    other = Marks((0, 4, "b"), (4, 6, "b"), (5, 8, "b"))
    assert united("longest", one, other) == [(0, 4, "b"), (5, 8, "b"), (8, 9, "a")]
    assert united("first", one, other) == [(0, 2, "a"), (4, 6, "b"), (8, 9, "a")]
    assert united("all", one, other) == [
        (0, 4, "b"),
        (0, 2, "a"),
        (4, 6, "b"),
        (5, 8, "b"),
        (8, 9, "a"),
    ]


def test_of_equally_long_ones_that_of_the_first_detector_stays() -> None:
    one, other = Marks((2, 5, "a")), Marks((0, 3, "b"))
    assert united("longest", one, other) == [(2, 5, "a")]
    assert united("longest", other, one) == [(0, 3, "b")]


def test_a_span_is_one_mention_with_the_first_label() -> None:
    assert united("all", Marks((0, 2, "a")), Marks((0, 2, "b"))) == [(0, 2, "a")]
    assert united("all", Marks((0, 2, "")), Marks((0, 2, "b"))) == [(0, 2, "b")]


def test_the_filter_reaches_every_detector() -> None:
    parts = Marks(), Marks()
    where = Filter(types=frozenset({"disorder"}))
    Detectors(parts).detect([Document("d", TEXT)], where)
    assert [each.filters for each in parts] == [[where], [where]]


def test_what_can_not_be_combined() -> None:
    with pytest.raises(SpecError, match="at least one"):
        Detectors([])
    with pytest.raises(SpecError, match="overlaps is longest or first or all, not 'some'"):
        Detectors([Marks()], overlaps="some")  # type: ignore[arg-type]


places = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 3), st.sampled_from("ab")), max_size=6
).map(lambda found: Marks(*((start, min(10, start + n), label) for start, n, label in found)))


@given(st.lists(places, min_size=1, max_size=3))
def test_what_stays_does_not_overlap_and_what_does_not_overlap_stays(parts: list[Marks]) -> None:
    every = {place[:2] for part in parts for place in part.places}
    assert {place[:2] for place in united("all", *parts)} == every
    rules: tuple[Overlaps, ...] = ("longest", "first")
    for rule in rules:
        kept = united(rule, *parts)
        assert all(one[1] <= other[0] for one, other in pairwise(kept))
        for start, end in every:
            assert any(start < other[1] and other[0] < end for other in kept)


class Gapped(Marks):
    """Marks the places, and as one mention the first and the last of them."""

    def detect(self, documents: Sequence[Document], where: Filter = NO_FILTER) -> list[Document]:
        first, last = self.places[0][:2], self.places[-1][:2]
        return [
            replace(document, mentions=(*document.mentions, Mention("m", (first, last), "0 9")))
            for document in super().detect(documents, where)
        ]


def test_a_mention_with_gaps_stays_beside_those_of_its_own_detector() -> None:
    one, other = Gapped((0, 2, "a"), (8, 9, "a")), Marks((4, 6, "b"))
    whole, gapped = [(0, 2, "a"), (8, 9, "a")], (0, 9, "")
    assert united("longest", one) == [gapped, *whole]
    assert united("longest", one, other) == [(0, 2, "a"), (4, 6, "b"), (8, 9, "a")]
    assert united("first", one, other) == [(0, 2, "a"), (4, 6, "b"), (8, 9, "a")]
    assert united("all", one, other) == [gapped, (0, 2, "a"), (4, 6, "b"), (8, 9, "a")]
