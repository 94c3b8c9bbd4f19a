from __future__ import annotations

import numpy as np
import pytest

from xlink.evaluation import Figure
from xlink.evaluation.bootstrap import figures
from xlink.evaluation.statistic import Statistic, difference, f_score
from xlink.evaluation.statistic import ratio as ratio_of


def ratio(numerators: list[float], denominators: list[float]) -> Statistic:
    return ratio_of(np.array(numerators), np.array(denominators), int(sum(denominators)))


def test_the_value_is_the_ratio_of_the_sums() -> None:
    (figure,) = figures([ratio([1, 0, 2], [2, 1, 2])], seed=0)
    assert figure.value == pytest.approx(3 / 5)
    assert figure.n == 5
    assert figure.low is not None
    assert figure.high is not None
    assert 0 <= figure.low <= 3 / 5 <= figure.high <= 1


def test_the_seed_decides() -> None:
    ratios = [ratio([1, 0, 2, 3], [2, 1, 2, 9])]
    assert figures(ratios, seed=1) == figures(ratios, seed=1)
    assert figures(ratios, seed=1) != figures(ratios, seed=2)


def test_a_figure_does_not_depend_on_its_company() -> None:
    first, second = ratio([1, 0, 2], [2, 1, 2]), ratio([0, 1, 1], [1, 1, 1])
    assert figures([second, first], seed=3)[1] == figures([first], seed=3)[0]


def test_nothing_is_said_about_no_cases_or_of_spread_in_one_document() -> None:
    assert figures([ratio([0, 0], [0, 0])], seed=0) == [Figure(None, None, None, 0)]
    assert figures([ratio([1], [2])], seed=0) == [Figure(0.5, None, None, 2)]
    assert figures([], seed=0) == []


def test_documents_without_cases_do_not_spoil_the_interval() -> None:
    (figure,) = figures([ratio([0, 1, 0], [0, 1, 0])], seed=0)
    assert figure == Figure(1.0, 1.0, 1.0, 1)


def test_f1_is_the_harmonic_mean_and_0_without_a_hit() -> None:
    precision, recall = ratio([1, 0.5], [2, 1]), ratio([1, 1], [2, 2])
    assert f_score(precision, recall).value == pytest.approx(2 / (1 / 0.5 + 1 / 0.5))
    assert f_score(ratio([0], [0]), ratio([0], [3])).value == 0.0
    assert np.isnan(f_score(ratio([0], [0]), ratio([0], [0])).value)


def test_a_difference_is_paired() -> None:
    one, other = ratio([1, 2, 3], [4, 4, 4]), ratio([0, 1, 2], [4, 4, 4])
    (gap,) = figures([difference(one, other)], seed=0)
    assert [gap.value, gap.low, gap.high] == pytest.approx([1 / 4] * 3)
    assert gap.n == 12
