"""Fusion by a logistic regression: whom it learns to believe, and that it is kept whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet, best_per_concept
from xlink.candidates.learned_fusion import LearnedFusion
from xlink.errors import DataError, SpecError

pytest.importorskip("sklearn")

N_QUERIES, N_CANDIDATES = 60, 5


def drawn(seed: int) -> tuple[list[CandidateSet], list[set[int]]]:
    """Make a generator whose best is right, and one that knows nothing."""
    rng = np.random.default_rng(seed)
    numbers = np.repeat(np.arange(N_QUERIES), N_CANDIDATES)
    rows = np.tile(np.arange(N_CANDIDATES, dtype=np.int32), N_QUERIES)
    gold = rng.integers(0, N_CANDIDATES, N_QUERIES)
    wise = rng.random(len(rows)) * 0.5 + 0.4 * (rows == gold[numbers])
    foolish = rng.random(len(rows))
    sets = [
        best_per_concept(name, N_QUERIES, numbers, rows, rows, scores.astype(np.float32))
        for name, scores in (("wise", wise), ("foolish", foolish))
    ]
    return sets, [{int(row)} for row in gold]


def test_the_wise_are_believed() -> None:
    fusion = LearnedFusion.fit(*drawn(1))
    sets, gold = drawn(2)
    fused = fusion.fuse(sets, 3)
    firsts = fused.concept_rows[fused.query_offsets[:-1]].tolist()
    alone = sets[0].concept_rows[sets[0].query_offsets[:-1]].tolist()
    right = [{first} == one for first, one in zip(firsts, gold, strict=True)]
    assert np.mean(right) >= np.mean([{each} == one for each, one in zip(alone, gold, strict=True)])
    assert np.diff(fused.query_offsets).tolist() == [3] * N_QUERIES
    assert ((fused.scores > 0) & (fused.scores < 1)).all()
    assert fused.trace_ranks is not None


def test_what_was_learned_is_kept(tmp_path: Path) -> None:
    fusion = LearnedFusion.fit(*drawn(1), cut_at=4)
    fusion.save(tmp_path / "fusion.json")
    assert LearnedFusion.load(tmp_path / "fusion.json") == fusion
    (tmp_path / "fusion.json").write_text("{}")
    with pytest.raises(DataError, match="no learned fusion"):
        LearnedFusion.load(tmp_path / "fusion.json")


def test_other_generators_are_refused() -> None:
    sets, gold = drawn(1)
    fusion = LearnedFusion.fit(sets, gold)
    with pytest.raises(SpecError, match="learned for wise, foolish"):
        fusion.fuse(sets[::-1], 3)


def test_nothing_to_learn_from() -> None:
    sets, gold = drawn(1)
    with pytest.raises(DataError, match="nothing to learn from"):
        LearnedFusion.fit(sets, [set() for _ in gold])
