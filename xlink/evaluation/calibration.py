"""Whether a confidence of 0.8 is right eight times in ten.

Guo et al., On Calibration of Modern Neural Networks (ICML 2017), equation 3, for the error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlink.evaluation.bootstrap import Figure, figures
from xlink.evaluation.link_cases import LinkCases
from xlink.evaluation.measures import Values
from xlink.evaluation.risk import RiskCoverage, risk_coverage
from xlink.evaluation.statistic import Statistic, divide, ratio

__all__ = ["Calibration", "Reliability", "calibration", "equal_mass", "equal_width"]

_N_BINS = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of confidence, one entry a bin in each column; empty bins are left out.

    A bin holds what is above `lower` and not above `upper` (the first holds 0, too). `ece` is the
    mean of |accuracy - confidence| over bins, weighted by their cases.
    """

    ece: Figure
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    confidence: tuple[float, ...]
    accuracy: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Figures of confidence: `brier` is the mean of (confidence - right)²; smaller is better."""

    n: int
    brier: Figure
    equal_width: Reliability
    equal_mass: Reliability
    risk_coverage: RiskCoverage


def calibration(cases: LinkCases, *, seed: int) -> Calibration:
    """Measure the confidence of the links of a run."""
    squares = (cases.confidence - cases.right) ** 2
    brier = ratio(cases.sums(squares), cases.sums(np.ones(len(cases))), len(cases))
    return Calibration(
        n=len(cases),
        brier=figures([brier], seed=seed)[0],
        equal_width=_reliability(cases, equal_width(), seed),
        equal_mass=_reliability(cases, equal_mass(cases.confidence), seed),
        risk_coverage=risk_coverage(cases, seed=seed),
    )


def equal_width(n_bins: int = _N_BINS) -> Values:
    """Return the edges of bins of equal width from 0 to 1. *Shape:* (n_bins + 1,)"""
    return np.linspace(0.0, 1.0, n_bins + 1)


def equal_mass(confidence: Values, n_bins: int = _N_BINS) -> Values:
    """Return edges at quantiles; equal ones are merged, so ties never part. *Shape:* (b + 1,)"""
    if not len(confidence):
        return np.array([0.0, 1.0])
    edges = np.quantile(confidence, np.linspace(0.0, 1.0, n_bins + 1))
    edges[0], edges[-1] = 0.0, 1.0
    return np.unique(edges)


def _reliability(cases: LinkCases, edges: Values, seed: int) -> Reliability:
    n, confidence, right = len(cases), cases.confidence, cases.right
    bins = np.searchsorted(edges[1:-1], confidence)
    held = np.unique(bins)
    masks = [(bins == each).astype(np.float64) for each in held]
    gaps = [cases.sums((right - confidence) * mask) for mask in masks]
    ece = Statistic(
        np.stack([*gaps, cases.sums(np.ones(n))], axis=1),
        lambda totals: divide(np.abs(totals[..., :-1]).sum(-1), totals[..., -1]),
        n,
    )
    accuracy = [
        ratio(cases.sums(right * mask), cases.sums(mask), int(mask.sum())) for mask in masks
    ]
    found, *accuracies = figures([ece, *accuracy], seed=seed)
    return Reliability(
        ece=found,
        lower=tuple(edges[held].tolist()),
        upper=tuple(edges[held + 1].tolist()),
        confidence=tuple(float(confidence[bins == each].mean()) for each in held),
        accuracy=tuple(accuracies),
    )
