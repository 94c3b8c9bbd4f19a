from __future__ import annotations

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlink.evaluation.lineage import UNRELATED, Kinship, Lineage

N = 7


def kinship(relations: list[tuple[int, int]], pairs: list[tuple[int, int]]) -> Kinship:
    """Compare pairs of predicted and gold rows, with relations of child and parent."""
    children, parents = np.array(sorted(relations), dtype=np.int32).reshape(-1, 2).T
    predicted, gold = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    rows = np.concatenate([predicted, gold])
    return Lineage(children, parents, N, rows).kinship(predicted, gold)


def test_a_small_polyhierarchy_by_hand() -> None:
    # 0 is the root; 1 and 2 below it; 3 below both; 4 below 3; 5 below 2; 6 alone.
    relations = [(1, 0), (2, 0), (3, 1), (3, 2), (4, 3), (5, 2)]
    pairs = [(4, 4), (1, 4), (4, 1), (4, 5), (1, 5), (6, 4), (-1, 4), (4, -1)]
    found = kinship(relations, pairs)
    none = UNRELATED
    assert found.up.tolist() == [0, 2, none, none, none, none, none, none]
    assert found.down.tolist() == [0, none, 2, none, none, none, none, none]
    # 4 to 3 to 2, and 5 to 2; 1 to 0, and 5 to 2 to 0.
    assert found.apart.tolist() == [0, 2, 2, 2 + 1, 1 + 2, none, none, none]


def test_nothing_to_compare_and_nothing_to_climb() -> None:
    assert kinship([(1, 0)], []).apart.tolist() == []
    assert kinship([], [(1, 1), (1, 2)]).apart.tolist() == [0, UNRELATED]


@given(
    st.sets(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), max_size=14),
    st.lists(st.tuples(st.integers(-1, N - 1), st.integers(-1, N - 1)), max_size=8),
)
def test_it_is_breadth_first_search_with_cycles_and_several_parents(
    relations: set[tuple[int, int]], pairs: list[tuple[int, int]]
) -> None:
    found = kinship(list(relations), pairs)
    above = [climbed(relations, row) for row in range(N)]
    for place, (predicted, gold) in enumerate(pairs):
        known = predicted >= 0 and gold >= 0
        one, other = (above[predicted], above[gold]) if known else ({}, {})
        shared = [one[row] + other[row] for row in one.keys() & other.keys()]
        assert found.apart[place] == min(shared, default=UNRELATED)
        assert found.up[place] == other.get(predicted, UNRELATED)
        assert found.down[place] == one.get(gold, UNRELATED)


def climbed(relations: set[tuple[int, int]], row: int) -> dict[int, int]:
    steps, waiting = {row: 0}, deque([row])
    while waiting:
        here = waiting.popleft()
        for child, parent in relations:
            if child == here and parent not in steps:
                steps[parent] = steps[here] + 1
                waiting.append(parent)
    return steps
