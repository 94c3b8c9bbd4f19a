"""The columnar batch: cutting, joining and looking at the candidates of many queries."""

from __future__ import annotations

import numpy as np
import pytest

from xlink.candidate_set import (
    CandidateSet,
    best_per_concept,
    segment_offsets,
    segment_sort,
)
from xlink.candidates.fusion import WeightedFusion
from xlink.terminology import Terminology
from xlink.types import Candidate


def made(generator: str, lists: list[list[tuple[int, int, float]]]) -> CandidateSet:
    """Make a set from (concept row, alias row, score) of each query."""
    flat = [each for some in lists for each in some]
    return CandidateSet.single(
        generator,
        segment_offsets(np.array([len(some) for some in lists], dtype=int)),
        np.array([row for row, _, _ in flat], dtype=np.int32),
        np.array([alias for _, alias, _ in flat], dtype=np.int32),
        np.array([score for _, _, score in flat], dtype=np.float32),
    )


LISTS = [[(3, 8, 0.9), (1, 2, 0.5), (2, 5, 0.5)], [], [(0, 0, 1.0)]]


def rows(found: CandidateSet) -> list[list[int]]:
    return [found.rows_of(number).tolist() for number in range(len(found))]


def test_counting() -> None:
    found = made("a", LISTS)
    assert len(found) == 3
    assert found.n_candidates == 4
    assert found.query_numbers().tolist() == [0, 0, 0, 2]
    assert found.ranks().tolist() == [0, 1, 2, 0]
    assert rows(found) == [[3, 1, 2], [], [0]]
    assert len(made("a", [])) == 0
    assert made("a", []).top(3).n_candidates == 0


def test_cutting() -> None:
    found = made("a", LISTS)
    assert rows(found.top(2)) == [[3, 1], [], [0]]
    assert rows(found.top(0)) == [[], [], []]
    assert rows(found.top(99)) == rows(found)
    kept = found.where(found.scores < 0.95)
    assert rows(kept) == [[3, 1, 2], [], []]
    assert len(kept) == 3


def test_cutting_keeps_traces_beside_their_candidates() -> None:
    fused = WeightedFusion().fuse([made("a", LISTS), made("b", LISTS[::-1])], 9)
    cut = fused.top(1)
    assert cut.trace_ranks is not None
    assert fused.trace_ranks is not None
    assert rows(cut) == [[0], [], [0]]
    assert cut.trace_ranks.tolist() == [[-1, 0], [0, -1]]
    assert [cut.proposers(place) for place in range(2)] == ["b", "a"]


def test_joining() -> None:
    joined = CandidateSet.concatenate([made("a", LISTS[:1]), made("a", []), made("a", LISTS[1:])])
    assert rows(joined) == rows(made("a", LISTS))
    fused = WeightedFusion().fuse([made("a", LISTS), made("b", LISTS)], 9)
    twice = CandidateSet.concatenate([fused, fused])
    assert twice.trace_ranks is not None
    assert len(twice.trace_ranks) == 2 * fused.n_candidates
    for sets in ([], [made("a", LISTS), made("b", LISTS)]):
        with pytest.raises(ValueError, match="of the same generators"):
            CandidateSet.concatenate(sets)


def test_values_on_demand(small: Terminology) -> None:
    found = made("a", [[(2, int(small.first_aliases[2]), 0.5)], []])
    expected = (Candidate("T:02", 0.5, small.alias(int(small.first_aliases[2])), "a"),)
    assert found.candidates(0, small) == expected
    assert found.candidates(1, small) == ()
    assert found.lists(small) == [expected, ()]


def test_equal_lists_share_one_value(small: Terminology) -> None:
    alias = int(small.first_aliases[2])
    found = made("a", [[(2, alias, 0.5)], [(2, alias, 0.25)], [(2, alias, 0.5)]])
    first, second, third = found.lists(small)
    assert first is third
    assert (first[0].score, second[0].score) == (0.5, 0.25)


def test_sorting_goes_by_query_score_and_concept() -> None:
    order = segment_sort(
        np.array([1, 0, 0, 0, 1]),
        np.array([0.1, 0.5, 0.5, 0.9, 0.2], dtype=np.float32),
        np.array([1, 7, 3, 9, 2], dtype=np.int32),
    )
    assert order.tolist() == [3, 2, 1, 4, 0]


def test_the_best_alias_stands_for_its_concept() -> None:
    found = best_per_concept(
        "a",
        3,
        np.array([2, 0, 0, 0, 0]),
        np.array([4, 4, 4, 1, 4], dtype=np.int32),
        np.array([40, 42, 41, 10, 43], dtype=np.int32),
        np.array([0.1, 0.5, 0.5, 0.5, 0.2], dtype=np.float32),
    )
    assert rows(found) == [[1, 4], [], [4]]
    assert found.alias_rows.tolist() == [10, 41, 40]
    assert found.scores.dtype == np.float32
