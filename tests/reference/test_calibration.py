"""Calibration against scikit-learn, paired tests against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import permutation_test
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from xlink.evaluation.calibration import Calibration, calibration
from xlink.evaluation.gold import Gold
from xlink.evaluation.link_cases import LinkCases
from xlink.evaluation.linking import Outcomes
from xlink.evaluation.measures import Values
from xlink.evaluation.significance import randomisation_p
from xlink.evaluation.statistic import f_score, ratio
from xlink.types import Document, Link, Mention

N = 400


@pytest.fixture(scope="module")
def cases() -> tuple[Values, Values]:
    """Confidences with ties, and whether they were right."""
    rng = np.random.default_rng(3)
    confidence = rng.beta(4, 2, N).round(2)
    return confidence, (rng.random(N) < confidence**2).astype(np.float64)


@pytest.fixture(scope="module")
def found(cases: tuple[Values, Values]) -> Calibration:
    mentions = tuple(Mention(f"T{n}", ((n, n + 1),), "x", gold=frozenset("A")) for n in range(N))
    gold = Gold.of([Document("d", "x" * N, mentions=mentions)], None)
    outcomes = Outcomes(gold)
    links = [
        Link(mention, "A" if right else "B", float(confidence))
        for mention, confidence, right in zip(mentions, *cases, strict=True)
    ]
    outcomes.record(0, links)
    return calibration(LinkCases.of(gold, outcomes), seed=0)


def test_the_brier_score(found: Calibration, cases: tuple[Values, Values]) -> None:
    confidence, right = cases
    assert found.brier.value == pytest.approx(brier_score_loss(right, confidence))


@pytest.mark.parametrize(
    ("bins", "strategy"), [("equal_width", "uniform"), ("equal_mass", "quantile")]
)
def test_the_reliability_curve(
    found: Calibration, cases: tuple[Values, Values], bins: str, strategy: str
) -> None:
    confidence, right = cases
    accuracy, mean_confidence = calibration_curve(right, confidence, n_bins=10, strategy=strategy)
    ours = getattr(found, bins)
    assert ours.confidence == pytest.approx(mean_confidence)
    assert [each.value for each in ours.accuracy] == pytest.approx(accuracy)
    weights = np.array([each.n for each in ours.accuracy])
    expected = (weights * np.abs(accuracy - mean_confidence)).sum() / N
    assert ours.ece.value == pytest.approx(expected)


def test_aurc_is_the_mean_risk_over_links(found: Calibration, cases: tuple[Values, Values]) -> None:
    confidence, right = cases
    risks = [1 - right[confidence >= each].mean() for each in confidence]
    assert found.risk_coverage.aurc.value == pytest.approx(np.mean(risks))


@pytest.mark.parametrize("n_documents", [8, 40])
def test_the_p_value_of_an_f1(n_documents: int) -> None:
    rng = np.random.default_rng(11)
    gold = rng.integers(1, 9, n_documents).astype(np.float64)
    hits = [rng.binomial(gold.astype(np.int64), share).astype(np.float64) for share in (0.7, 0.5)]
    predicted = [each + rng.integers(0, 4, n_documents) for each in hits]
    one, other = (
        f_score(ratio(hit, made, 1), ratio(hit, gold, 1))
        for hit, made in zip(hits, predicted, strict=True)
    )

    def gap(one_document: Values, other_document: Values) -> float:
        sides = (np.round(one_document).astype(int), np.round(other_document).astype(int))
        f1 = [
            2 * h[places].sum() / (p[places].sum() + gold.sum()) for h, p, places in _sides(sides)
        ]
        return float(f1[0] - f1[1])

    pooled_hits, pooled_predicted = np.concatenate(hits), np.concatenate(predicted)

    def _sides(sides: tuple[Values, Values]) -> list[tuple[Values, Values, Values]]:
        return [(pooled_hits, pooled_predicted, places) for places in sides]

    numbers = np.arange(n_documents)  # SciPy swaps the places of each document's two results
    expected = permutation_test(
        (numbers, numbers + n_documents),
        gap,
        permutation_type="samples",
        n_resamples=9_999,
        vectorized=False,
        rng=np.random.default_rng(0),
    )
    assert one.value - other.value == pytest.approx(expected.statistic)
    tolerance = 1e-12 if n_documents == 8 else 0.01
    assert randomisation_p(one, other, seed=0) == pytest.approx(expected.pvalue, abs=tolerance)
