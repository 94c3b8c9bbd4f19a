"""Multinomial logistic regression over lists: which candidate is right, or that none of them is.

McFadden, Conditional Logit Analysis of Qualitative Choice Behavior (1974): the logit of an option
is a weighted sum of its features, and its probability the softmax over its list. The likelihood is
concave, so that there is one best fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "Bounds",
    "Choices",
    "are_right",
    "even_counts",
    "fitted",
    "log_likelihood",
    "shares",
]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Bounds = Sequence[tuple[float | None, float | None]]


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """The options of `q` lists: `n` candidates, and in each list that none of them is right.

    *Shapes:* `numbers` (n,), the list of each candidate; `features` (n, f); `none` (q, f), those of
    the last option.
    """

    numbers: npt.NDArray[np.int64]
    features: Floats
    none: Floats


def even_counts(parts: npt.NDArray[np.int64]) -> Floats:
    """Return how much each list counts so that those of one part do as much as another's.

    A small corpus would be fitted by the mistakes of a large one. *Shape:* (lists,) part numbers to
    (lists,), 1 on average
    """
    if not len(parts):
        return np.empty(0)
    _, numbers, sizes = np.unique(parts, return_inverse=True, return_counts=True)
    counts: Floats = len(parts) / (len(sizes) * sizes[numbers])
    return counts


def shares(choices: Choices, weights: Floats) -> Floats:
    """Return the probability of each candidate; what is missing to 1 is none's. *Shape:* (n,)"""
    powers, _, totals = _powers(choices, weights)
    found: Floats = powers / totals[choices.numbers]
    return found


def log_likelihood(
    choices: Choices, is_right: Mask, weights: Floats, counts: Floats | None = None
) -> tuple[float, Floats]:
    """Return the mean log probability of what is right, and its slope in each weight.

    Where no candidate is right, none is; of several that are, any will do. The slope is the mean
    of the features over what is right less their mean over all. `counts` is how much each list
    counts in the mean, 1 unless told. *Shape:* (q,)
    """
    numbers, n_lists = choices.numbers, len(choices.none)
    counts = np.ones(n_lists) if counts is None else counts
    powers, none_powers, totals = _powers(choices, weights)
    found = np.bincount(numbers[is_right], minlength=n_lists) > 0
    kept, none_kept = powers * is_right, np.where(found, 0.0, none_powers)
    rights = np.maximum(np.bincount(numbers, kept, n_lists) + none_kept, np.finfo(float).tiny)
    own = counts[numbers]
    slope = (own * (kept / rights[numbers] - powers / totals[numbers])) @ choices.features
    slope += (counts * (none_kept / rights - none_powers / totals)) @ choices.none
    return float(counts @ np.log(rights / totals)) / counts.sum(), slope / counts.sum()


def are_right(choices: Choices, is_right: Mask, weights: Floats) -> Mask:
    """Return whether the best candidate of each list is right; of equal ones the first stands."""
    order = np.lexsort((-(choices.features @ weights), choices.numbers))
    numbers = choices.numbers[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = numbers[1:] != numbers[:-1]
    found = np.zeros(len(choices.none), dtype=bool)
    found[numbers[first]] = is_right[order[first]]
    return found


def fitted(
    choices: Choices,
    is_right: Mask,
    start: Floats,
    *,
    bounds: Bounds,
    pull: float,
    counts: Floats | None = None,
) -> Floats:
    """Return the likeliest weights within bounds, pulled to `start` as by `pull` lists.

    `counts` are those of `log_likelihood`.
    """
    from scipy.optimize import minimize  # takes a quarter of a second to import

    share = pull / len(choices.none)

    def cost(weights: Floats) -> tuple[float, Floats]:
        away = weights - start
        value, slope = log_likelihood(choices, is_right, weights, counts)
        return share * float(away @ away) - value, share * 2 * away - slope

    found: Floats = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found


def _powers(choices: Choices, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return exponentials of candidates and of none, greatest 1 in each list, and their sums."""
    logits, none = choices.features @ weights, choices.none @ weights
    greatest = none.copy()
    np.maximum.at(greatest, choices.numbers, logits)
    powers, none_powers = np.exp(logits - greatest[choices.numbers]), np.exp(none - greatest)
    totals: Floats = none_powers + np.bincount(choices.numbers, powers, len(none))
    return powers, none_powers, totals
