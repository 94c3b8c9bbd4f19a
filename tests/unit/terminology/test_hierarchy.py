"""Reaching up and down the is-a graph, whatever its shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlink.terminology.hierarchy import Hierarchy, rows_on_cycles

#     0     5
#    / \    |
#   1   2   6 -> 6 has no other relation
#    \ / \
#     3   4
DIAMOND = [(1, 0), (2, 0), (3, 1), (3, 2), (4, 2), (6, 5)]


def hierarchy(pairs: list[tuple[int, int]], n_concepts: int) -> Hierarchy:
    return Hierarchy(*columns(pairs), n_concepts)


def columns(
    pairs: list[tuple[int, int]],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    table = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def rows(mask: npt.NDArray[np.bool_]) -> list[int]:
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def test_neighbours() -> None:
    graph = hierarchy(DIAMOND, 7)
    assert graph.parents(3).tolist() == [1, 2]
    assert graph.parents(0).tolist() == []
    assert graph.children(2).tolist() == [3, 4]
    assert graph.children(4).tolist() == []


def test_reach() -> None:
    graph = hierarchy(DIAMOND, 7)
    assert rows(graph.ancestors([3])) == [0, 1, 2, 3]
    assert rows(graph.ancestors([3, 6])) == [0, 1, 2, 3, 5, 6]
    assert rows(graph.descendants([2])) == [2, 3, 4]
    assert rows(graph.descendants([1, 2, 1])) == [1, 2, 3, 4]
    assert rows(graph.descendants([])) == []


def test_no_relations() -> None:
    graph = hierarchy([], 3)
    assert graph.parents(1).tolist() == []
    assert rows(graph.ancestors([1])) == [1]
    assert rows_on_cycles(*columns([]), 3).tolist() == []


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (DIAMOND, []),
        ([(0, 1), (1, 0)], [0, 1]),
        ([(0, 1), (1, 2), (2, 0), (3, 0), (4, 5), (5, 4)], [0, 1, 2, 4, 5]),
    ],
)
def test_cycles(pairs: list[tuple[int, int]], expected: list[int]) -> None:
    assert rows_on_cycles(*columns(pairs), 7).tolist() == expected
    graph = hierarchy(pairs, 7)
    for row in expected:
        assert graph.ancestors([row])[row]


PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), unique=True, max_size=30)


@given(PAIRS, st.integers(0, 11))
def test_reach_is_the_transitive_closure(pairs: list[tuple[int, int]], row: int) -> None:
    step = np.eye(12, dtype=bool)
    for child, parent in pairs:
        step[child, parent] = True
    closure = np.linalg.matrix_power(step.astype(object), 12).astype(bool)
    graph = hierarchy(pairs, 12)
    assert rows(graph.ancestors([row])) == rows(closure[row])
    assert rows(graph.descendants([row])) == rows(closure[:, row])
    assert sorted(graph.parents(row)) == sorted(parent for child, parent in pairs if child == row)
    assert sorted(graph.children(row)) == sorted(child for child, parent in pairs if parent == row)
