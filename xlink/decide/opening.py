"""Which decider a linker has: by a calibration, its own or that which comes along, or by score."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import TypeAdapter

from xlink.candidates.fusion import Fusion, WeightedFusion
from xlink.decide.calibrated import CalibratedDecider
from xlink.decide.calibration import Calibration
from xlink.decide.threshold import ThresholdDecider
from xlink.errors import SpecError

__all__ = ["open_decider", "shipped_calibration"]

_SHIPPED = "shipped.json"


def open_decider(
    generators: Sequence[str],
    fusion: Fusion,
    *,
    is_reranked: bool = False,
    calibration: Calibration | Path | str | None = None,
    threshold: float | None = None,
    risk: float | None = None,
    keep: int = 8,
) -> CalibratedDecider | ThresholdDecider:
    """Return the decider of a linker with these generators.

    By a `calibration`, or the file of one. Without one, the scores of a re-ranker are probabilities
    already; what `shipped_calibration` has is calibrated by that; any other linker decides by its
    score. `risk` takes the threshold that the calibration promises it for.

    Raises:
        SpecError: both `threshold` and `risk` are told, or `risk` without a calibration.
        DataError: the file is no calibration, or it can't promise `risk`.
    """
    if isinstance(calibration, str | Path):
        calibration = Calibration.load(Path(calibration))
    if risk is not None:
        if threshold is not None:
            raise SpecError("Either `threshold` or `risk` says what is linked, not both.")
        if calibration is None:
            raise SpecError(
                "A `risk` can only be promised for documents like those of a calibration: "
                "make one by `xlink train calibration`."
            )
        threshold = calibration.risks.threshold(risk)
    if calibration is None and not is_reranked:
        calibration = shipped_calibration(generators, fusion)
    if calibration is not None:
        decider = CalibratedDecider(calibration, keep=keep)
        return decider if threshold is None else replace(decider, threshold=threshold)
    return ThresholdDecider(keep=keep) if threshold is None else ThresholdDecider(threshold, keep)


def shipped_calibration(generators: Sequence[str], fusion: Fusion) -> Calibration | None:
    """Return the calibration that comes with xlink, for some generators fused as usual.

    It was fitted on several open corpora; docs/deciding.md says how well it does on one more.
    """
    if not isinstance(fusion, WeightedFusion) or fusion.weights:
        return None
    return _shipped().get("+".join(generators))


@cache
def _shipped() -> dict[str, Calibration]:
    content = files("xlink.decide").joinpath(_SHIPPED).read_text(encoding="utf-8")
    return TypeAdapter(dict[str, Calibration]).validate_python(json.loads(content))
