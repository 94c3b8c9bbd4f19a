from __future__ import annotations

import numpy as np
import pytest

from xlink.evaluation.significance import holm, randomisation_p
from xlink.evaluation.statistic import Statistic, ratio


def hits(*values: float) -> Statistic:
    return ratio(np.array(values), np.ones(len(values)), len(values))


def test_all_swaps_of_few_documents_are_tried() -> None:
    # Of the 2^3 swaps, only the one that swaps nothing and the one that swaps all reach 3 - 0.
    assert randomisation_p(hits(1, 1, 1), hits(0, 0, 0), seed=0) == 2 / 8
    # Here 1 - 0 is reached whatever is swapped.
    assert randomisation_p(hits(1, 1), hits(0, 1), seed=0) == 1.0


def test_equal_runs_do_not_differ() -> None:
    assert randomisation_p(hits(*[0.5] * 40), hits(*[0.5] * 40), seed=0) == 1.0


def test_many_documents_are_sampled_and_p_is_never_0() -> None:
    p = randomisation_p(hits(*[1] * 40), hits(*[0] * 40), seed=0, n_permutations=999)
    assert p == (0 + 1) / (999 + 1)


def test_it_is_symmetric_and_reproducible() -> None:
    rng = np.random.default_rng(5)
    one, other = (hits(*rng.random(30)) for _ in range(2))
    p = randomisation_p(one, other, seed=1)
    assert p == randomisation_p(other, one, seed=1)
    assert 0 < p <= 1


def test_nothing_to_measure_is_no_finding() -> None:
    empty = ratio(np.zeros(2), np.zeros(2), 0)
    assert randomisation_p(empty, hits(1, 1), seed=0) == 1.0


def test_holm_by_hand() -> None:
    # In order: .01 x 3 = .03; .02 x 2 = .04; .03 x 1, but no less than .04.
    assert holm([0.03, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
