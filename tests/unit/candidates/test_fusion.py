"""Fusion by ranks and by scores, checked by hand, and what it keeps of its generators."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlink.candidate_set import CandidateSet, best_per_concept
from xlink.candidates.fusion import (
    Fusion,
    ReciprocalRankFusion,
    StandardisedFusion,
    WeightedFusion,
    unite,
)
from xlink.errors import SpecError, UnknownNameError


def made(name: str, *queries: dict[int, float]) -> CandidateSet:
    """Return a set with a concept row and score a candidate; alias rows are ten times that."""
    numbers = np.array([n for n, each in enumerate(queries) for _ in each], dtype=np.int64)
    rows = np.array([row for each in queries for row in each], dtype=np.int32)
    scores = np.array([score for each in queries for score in each.values()], dtype=np.float32)
    shift = {"a": 0, "b": 1}.get(name, 2)
    return best_per_concept(name, len(queries), numbers, rows, rows * 10 + shift, scores)


A = made("a", {1: 0.9, 2: 0.8}, {}, {5: 0.5})
B = made("b", {2: 0.6, 3: 0.4, 1: 0.2}, {}, {})


def listed(found: CandidateSet, query: int) -> dict[int, float]:
    start, end = found.query_offsets[query : query + 2]
    return dict(zip(found.rows_of(query).tolist(), found.scores[start:end].tolist(), strict=True))


def test_reciprocal_ranks_by_hand() -> None:
    fused = ReciprocalRankFusion().fuse([A, B], 10)
    best = 1 / 61 + 1 / 61
    assert listed(fused, 0) == {
        2: pytest.approx((1 / 62 + 1 / 61) / best),
        1: pytest.approx((1 / 61 + 1 / 63) / best),
        3: pytest.approx(1 / 62 / best),
    }
    assert listed(fused, 1) == {}
    assert listed(fused, 2) == {5: pytest.approx(1 / 61 / best)}


def test_reciprocal_ranks_with_weights_and_constant() -> None:
    fused = ReciprocalRankFusion(constant=1, weights={"a": 3}).fuse([A, B], 10)
    best = 3 / 2 + 1 / 2
    assert listed(fused, 0) == {
        1: pytest.approx((3 / 2 + 1 / 4) / best),
        2: pytest.approx((3 / 3 + 1 / 2) / best),
        3: pytest.approx(1 / 3 / best),
    }


def test_weighted_means_by_hand() -> None:
    fused = WeightedFusion().fuse([A, B], 10)
    assert listed(fused, 0) == {
        2: pytest.approx((0.8 + 0.6) / 2),
        1: pytest.approx((0.9 + 0.2) / 2),
        3: pytest.approx(0.4 / 2),
    }
    fused = WeightedFusion({"b": 0.5}).fuse([A, B], 1)
    assert listed(fused, 0) == {2: pytest.approx((0.8 + 0.5 * 0.6) / 1.5)}
    fused = WeightedFusion({"a": 0}).fuse([A, B], 1)
    assert listed(fused, 0) == {2: pytest.approx(0.6)}


def test_what_all_put_first_scores_one() -> None:
    same = [made(name, {4: 1.0}) for name in "abc"]
    assert listed(ReciprocalRankFusion().fuse(same, 1), 0) == {4: 1.0}
    assert listed(WeightedFusion().fuse(same, 1), 0) == {4: 1.0}


def test_equal_scores_go_by_concept() -> None:
    sets = [made("a", {7: 0.5, 9: 0.25}), made("b", {3: 0.5, 9: 0.25})]
    for fusion in (WeightedFusion(), ReciprocalRankFusion(constant=60)):
        rows = fusion.fuse(sets, 3).rows_of(0).tolist()
        assert rows.index(3) < rows.index(7)


def test_traces_keep_what_each_generator_said() -> None:
    fused = WeightedFusion().fuse([A, B], 10)
    assert fused.generators == ("a", "b")
    assert fused.trace_scores is not None
    assert fused.trace_ranks is not None
    assert fused.rows_of(0).tolist() == [2, 1, 3]
    np.testing.assert_allclose(
        fused.trace_scores, [[0.8, 0.6], [0.9, 0.2], [np.nan, 0.4], [0.5, np.nan]], rtol=1e-6
    )
    assert fused.trace_ranks.tolist() == [[1, 0], [0, 2], [-1, 1], [0, -1]]
    assert [fused.proposers(place) for place in range(4)] == ["a+b", "a+b", "b", "a"]


def test_the_alias_is_that_of_the_first_set() -> None:
    fused = WeightedFusion().fuse([A, B], 10)
    assert fused.alias_rows.tolist() == [20, 10, 31, 50]
    assert WeightedFusion().fuse([B, A], 10).alias_rows.tolist() == [21, 11, 31, 50]


def test_uniting_alone_sets_no_scores() -> None:
    united = unite([A, B])
    assert united.scores.tolist() == [0, 0, 0, 0]
    assert united.query_offsets.tolist() == [0, 3, 3, 4]


def test_silence_of_a_list_that_was_cut_counts_its_last_score() -> None:
    fused = WeightedFusion(cut_at=3).fuse([A, B], 10)
    assert listed(fused, 0) == pytest.approx(
        {2: (0.8 + 0.6) / 2, 1: (0.9 + 0.2) / 2, 3: (0 + 0.4) / 2}
    )
    fused = WeightedFusion(cut_at=2).fuse([A, B], 10)
    assert listed(fused, 0)[3] == pytest.approx((0.8 + 0.4) / 2)
    assert listed(fused, 2) == {5: 0.5}  # what found nothing has no part


def test_usual_weights_are_those_of_the_mean_alone() -> None:
    sets = [replace(each, generators=(name,)) for each, name in ((A, "lookup"), (B, "dense"))]
    assert listed(WeightedFusion().fuse(sets, 10), 0)[2] == pytest.approx((0.8 + 10 * 0.6) / 11)
    told = WeightedFusion({"dense": 1}).fuse(sets, 10)
    assert listed(told, 0)[2] == pytest.approx((0.8 + 0.6) / 2)


def test_standardised_scores_by_hand() -> None:
    fused = StandardisedFusion().fuse([made("a", {1: 9.0, 2: 5.0}), made("b", {1: 0.1})], 10)
    assert listed(fused, 0) == pytest.approx({1: 1.0, 2: -1.0})
    fused = StandardisedFusion().fuse([made("a", {1: 9.0}), made("b", {1: 0.1})], 10)
    assert listed(fused, 0) == {1: 0.0}  # without a rival, nothing stands out


def test_sets_that_do_not_fit_are_refused() -> None:
    for sets in ([], [A, made("b", {})]):
        with pytest.raises(ValueError, match="at least one set, and all of the same queries"):
            unite(sets)


@pytest.mark.parametrize("fusion", [ReciprocalRankFusion, WeightedFusion])
def test_weights_that_cannot_be_used_are_refused(
    fusion: type[ReciprocalRankFusion] | type[WeightedFusion],
) -> None:
    with pytest.raises(UnknownNameError, match=r"'lokup'.*Known: a, b"):
        fusion(weights={"lokup": 2}).fuse([A, B], 1)
    for weights in ({"a": 0, "b": 0}, {"a": -1}):
        with pytest.raises(SpecError, match="Weights are 0 or more"):
            fusion(weights=weights).fuse([A, B], 1)


def test_no_queries() -> None:
    assert len(WeightedFusion().fuse([made("a"), made("b")], 3)) == 0


QUERY = st.dictionaries(st.integers(0, 9), st.integers(1, 8).map(lambda n: n / 8), max_size=6)
BATCHES = st.integers(0, 4).flatmap(
    lambda n: st.lists(st.lists(QUERY, min_size=n, max_size=n), min_size=1, max_size=3)
)
FUSIONS: st.SearchStrategy[Fusion] = st.sampled_from(
    [WeightedFusion(), ReciprocalRankFusion(), ReciprocalRankFusion(constant=0)]
)


@given(st.data(), BATCHES, FUSIONS)
def test_the_order_of_generators_does_not_matter(
    data: st.DataObject, batches: list[list[dict[int, float]]], fusion: Fusion
) -> None:
    sets = [made("abc"[n], *queries) for n, queries in enumerate(batches)]
    fused = fusion.fuse(sets, 10)
    other = fusion.fuse(data.draw(st.permutations(sets)), 10)
    assert np.array_equal(fused.query_offsets, other.query_offsets)
    np.testing.assert_allclose(fused.scores, other.scores, rtol=1e-6)
    for query in range(len(fused)):
        assert listed(fused, query) == pytest.approx(listed(other, query))


@given(BATCHES, FUSIONS, st.integers(1, 5))
def test_fusion_keeps_the_laws_of_lists(
    batches: list[list[dict[int, float]]], fusion: Fusion, k: int
) -> None:
    sets = [made("abc"[n], *queries) for n, queries in enumerate(batches)]
    fused = fusion.fuse(sets, 60)
    assert ((fused.scores > 0) & (fused.scores <= 1)).all()
    for query in range(len(fused)):
        rows = fused.rows_of(query).tolist()
        assert set(rows) == {row for queries in batches for row in queries[query]}
        assert len(rows) == len(set(rows))
        start, end = fused.query_offsets[query : query + 2]
        pairs = list(zip(-fused.scores[start:end], rows, strict=True))
        assert pairs == sorted(pairs)
    cut = fusion.fuse(sets, k)
    assert np.array_equal(cut.concept_rows, fused.top(k).concept_rows)
    assert np.array_equal(cut.scores, fused.top(k).scores)


@given(BATCHES, FUSIONS)
def test_queries_do_not_touch_each_other(
    batches: list[list[dict[int, float]]], fusion: Fusion
) -> None:
    sets = [made("abc"[n], *queries) for n, queries in enumerate(batches)]
    whole = fusion.fuse(sets, 10)
    for query in range(len(whole)):
        alone = [made("abc"[n], queries[query]) for n, queries in enumerate(batches)]
        assert listed(fusion.fuse(alone, 10), 0) == listed(whole, query)
