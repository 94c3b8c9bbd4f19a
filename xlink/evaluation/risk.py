"""What it buys to trust only the surest links."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlink.evaluation.bootstrap import Figure, figures
from xlink.evaluation.link_cases import LinkCases
from xlink.evaluation.measures import Values
from xlink.evaluation.statistic import Floats, Statistic, divide

__all__ = ["RiskCoverage", "risk_coverage"]

_N_POINTS = 101
_MAX_THRESHOLDS = 500


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The share of wrong links (`risk`) among the surest; one entry a point in each column.

    At each point the links of at least `threshold` are kept, which are `coverage` of all.
    `aurc` is the mean, over all links, of the risk among those at least as sure; of more than 500
    confidences, 500 quantiles are the thresholds.
    """

    aurc: Figure
    threshold: tuple[float, ...]
    coverage: tuple[float, ...]
    risk: tuple[float, ...]


def risk_coverage(cases: LinkCases, *, seed: int) -> RiskCoverage:
    """Keep ever more links, the surest first, and say how many of those are wrong."""
    thresholds = _thresholds(cases.confidence)
    n, width = len(cases), len(thresholds)
    # The surest first: each case goes to the highest threshold that it reaches.
    places = width - np.searchsorted(thresholds, cases.confidence, side="right")
    shape = (cases.n_documents, width)
    counts, errors = (
        np.bincount(
            cases.documents * width + places, weights=weights, minlength=cases.n_documents * width
        )
        .astype(np.float64)
        .reshape(shape)
        for weights in (np.ones(n), 1.0 - cases.right)
    )
    aurc = Statistic(np.concatenate([counts, errors], axis=1), _mean_risk, n)
    kept, wrong = np.cumsum(counts.sum(axis=0)), np.cumsum(errors.sum(axis=0))
    spread = np.linspace(0, max(0, width - 1), min(_N_POINTS, width)).round().astype(np.int64)
    return RiskCoverage(
        aurc=figures([aurc], seed=seed)[0],
        threshold=tuple(thresholds[::-1][spread].tolist()),
        coverage=tuple((kept / max(1, n))[spread].tolist()),
        risk=tuple(divide(wrong, kept)[spread].tolist()),
    )


def _thresholds(confidence: Values) -> Values:
    """Return every confidence that occurs, or quantiles where they are many; ascending."""
    distinct = np.unique(confidence)
    if len(distinct) <= _MAX_THRESHOLDS:
        return distinct
    levels = np.linspace(0.0, 1.0, _MAX_THRESHOLDS)
    return np.unique(np.quantile(confidence, levels, method="lower"))


def _mean_risk(totals: Floats) -> Floats:
    cases, errors = np.split(totals, 2, axis=-1)
    risks = divide(np.cumsum(errors, axis=-1), np.cumsum(cases, axis=-1))
    # Where nothing is that sure, there is no risk, and no case that it would count for.
    return divide((cases * np.nan_to_num(risks)).sum(axis=-1), cases.sum(axis=-1))
