"""Runs side by side, and their differences with the test that pairs them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from xlink.evaluation import Comparison, Figure
from xlink.render.markup import escaped
from xlink.render.report.dots import DotRow, dot_table
from xlink.render.report.frame import Axis
from xlink.render.report.methods import measure_link
from xlink.render.report.wording import number

__all__ = ["comparison_plots"]

_LEAST_REACH = 0.05


def comparison_plots(found: Comparison) -> str:
    """Return the runs side by side, and the differences of the first to the others."""
    rows = [
        DotRow(measure_link(row[0].name), tuple(each.all for each in row))
        for row in zip(*found.measures, strict=True)
    ]
    shown = [each.all for measures in found.measures for each in measures]
    high = max(1, math.ceil(_reach(shown)))
    # In twentieths, so that the ticks are round.
    reach = math.ceil(20 * max(_LEAST_REACH, _reach(each.difference for each in found.differences)))
    differences = [
        DotRow(
            f"{measure_link(each.measure)}<small>against {escaped(each.other)}</small>"
            f"<small>p {each.p:.4f}, corrected <b>{each.p_holm:.4f}</b></small>",
            (each.difference,),
        )
        for each in found.differences
    ]
    return (
        dot_table("Runs side by side, all gold", found.runs, rows, axis=_axis(0, high, "g"))
        + f"<h3>{escaped(found.runs[0])} minus another</h3>"
        + "<p>Right of 0, the first run has more. Intervals are not corrected; p is.</p>"
        + dot_table(
            "Differences",
            ("difference",),
            differences,
            axis=_axis(-reach / 20, reach / 20, "+.3g"),
            style="+.3f",
        )
    )


def _reach(figures: Iterable[Figure]) -> float:
    ends = (end for each in figures for end in (each.low, each.value, each.high))
    return max((abs(end) for end in ends if end is not None), default=0.0)


def _axis(low: float, high: float, style: str) -> Axis:
    places = [low + (high - low) * n / 4 for n in range(5)]
    return Axis("", low, high, tuple((at, number(at, style) if at else "0") for at in places))
