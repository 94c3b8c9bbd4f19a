"""From features to the probability that the first candidate is right.

Platt, Probabilistic Outputs for Support Vector Machines (1999), with several features in place of
one score; on top of it, where there is much to learn from, isotonic regression (Zadrozny and Elkan,
KDD 2002). Both as scikit-learn defines them. A calibration is a few numbers in a JSON file.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from xlink.decide.risk import RiskTable
from xlink.errors import DataError, MissingExtraError, SpecError

__all__ = ["Calibration", "Method"]

Floats = npt.NDArray[np.float64]
Method = Literal["logistic", "isotonic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A logistic regression over named features, and the steps of an isotonic one, if any.

    `steps` are (logistic probability, calibrated probability), both ascending, with straight lines
    between them. `risks` is what was seen on documents that it was not fitted on.
    """

    features: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    steps: tuple[tuple[float, float], ...] = ()
    risks: RiskTable = field(default_factory=RiskTable)

    @classmethod
    def fit(
        cls,
        names: Sequence[str],
        features: Floats,
        is_right: npt.NDArray[np.bool_],
        *,
        method: Method = "logistic",
        counts: Floats | None = None,
    ) -> Self:
        """Fit on the first candidates of mentions, each of which counts `counts` times, or once.

        *Shapes:* `features` (n, names), `is_right` and `counts` (n,).

        Raises:
            MissingExtraError: scikit-learn is not installed.
            DataError: all are right, or none is.
        """
        if importlib.util.find_spec("sklearn") is None:
            raise MissingExtraError("A calibration", "learned")
        if not is_right.any() or is_right.all():
            raise DataError(
                "there is nothing to learn from: all first candidates are right, or none is",
                remedy="Give mentions of which some are linked wrongly, such as NIL.",
            )
        from sklearn.linear_model import LogisticRegression

        means, scales = features.mean(axis=0), features.std(axis=0)
        scales[scales == 0] = 1.0  # what is the same everywhere tells nothing
        model = LogisticRegression(max_iter=1_000)
        model.fit((features - means) / scales, is_right, counts)
        weights = model.coef_[0] / scales
        made = cls(
            features=tuple(names),
            weights=tuple(weights.tolist()),
            bias=float(model.intercept_[0] - weights @ means),
        )
        return made if method == "logistic" else made._stepped(features, is_right, counts)

    def probabilities(self, features: Floats) -> Floats:
        """Return the probability of each row of features. *Shape:* (n,)"""
        logits = features @ np.array(self.weights) + self.bias
        shares: Floats = 1 / (1 + np.exp(-logits))
        if self.steps:
            shares = np.interp(shares, *np.array(self.steps).T)
        return shares

    def check(self, names: Sequence[str]) -> None:
        """Refuse candidates with other features than those that it was fitted on.

        Raises:
            SpecError: they have others.
        """
        if tuple(names) != self.features:
            raise SpecError(
                f"This calibration is for candidates with {', '.join(self.features)}; these have "
                f"{', '.join(names)}. Fit one with the same generators and re-ranker."
            )

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        content = TypeAdapter(type(self)).dump_json(self, indent=1).decode()
        path.write_text(f"{content}\n", encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            DataError: there is none, or the file is something else.
        """
        try:
            return TypeAdapter(cls).validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise DataError(
                f"it is no calibration ({type(error).__name__})",
                path=path,
                remedy="Make one by `xlink train calibration`.",
            ) from None

    def _stepped(
        self, features: Floats, is_right: npt.NDArray[np.bool_], counts: Floats | None
    ) -> Self:
        from sklearn.isotonic import IsotonicRegression

        model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
        model.fit(self.probabilities(features), is_right, counts)
        places, values = model.X_thresholds_.tolist(), model.y_thresholds_.tolist()
        return replace(self, steps=tuple(zip(places, values, strict=True)))
