"""Thresholds with a promise: of the links above one, at most so many are wrong.

Learn then Test (Angelopoulos et al. 2021, arXiv 2110.01052) for the risk of selective
classification (Geifman and El-Yaniv, NeurIPS 2017). A level keeps the surest part of the mentions;
that more of these are wrong than the target allows is rejected where the upper bound of Clopper and
Pearson (1934) lies at or below it, at the error rate of the whole divided by the number of levels
(Bonferroni). The lowest level of those that pass is taken. The promise holds for mentions drawn one
by one like those tested; mentions of one document are more alike than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from xlink.errors import DataError, SpecError

__all__ = ["RiskTable"]

Floats = npt.NDArray[np.float64]

_N_LEVELS = 20
_ERROR_RATE = 0.1


@dataclass(frozen=True, slots=True)
class RiskTable:
    """How many mentions reach each of some probabilities, and how many of those are wrong."""

    thresholds: tuple[float, ...] = ()
    n_links: tuple[int, ...] = ()
    n_wrong: tuple[int, ...] = ()

    @classmethod
    def of(cls, probabilities: Floats, is_right: npt.NDArray[np.bool_]) -> Self:
        """Count on mentions that nothing was fitted on. *Shapes:* (n,)

        Levels are chosen by the probabilities alone, without a look at what is right.
        """
        shares = np.arange(_N_LEVELS) / _N_LEVELS
        levels = np.unique(np.quantile(probabilities, shares, method="higher"))[::-1]
        reached = probabilities >= levels[:, None]
        return cls(
            tuple(levels.tolist()),
            tuple(reached.sum(axis=1).tolist()),
            tuple((reached & ~is_right).sum(axis=1).tolist()),
        )

    def threshold(self, risk: float, *, error_rate: float = _ERROR_RATE) -> float:
        """Return the lowest probability above which at most `risk` of the links are wrong.

        The promise fails with a probability of at most `error_rate`.

        Raises:
            SpecError: `risk` is not between 0 and 1.
            DataError: no level keeps the promise, or none was tested.
        """
        if not 0 < risk < 1:
            raise SpecError(f"risk lies between 0 and 1, not {risk}.")
        from scipy.stats import beta  # takes half a second to import

        wrong, n_links = np.array(self.n_wrong), np.array(self.n_links)
        sure = 1 - error_rate / max(1, len(n_links))
        bounds = np.where(wrong < n_links, beta.ppf(sure, wrong + 1, n_links - wrong), 1.0)
        passing = np.flatnonzero(bounds <= risk)
        if not len(passing):
            raise DataError(
                f"no threshold leaves at most {risk:.0%} of the links wrong for sure"
                + (f": the best has at most {bounds.min():.1%}" if len(bounds) else ""),
                remedy="Calibrate on more documents, or allow a greater risk.",
            )
        return float(min(self.thresholds[place] for place in passing.tolist()))
