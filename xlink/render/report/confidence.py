"""Whether confidence can be trusted: reliability, and what it buys to keep only sure links."""

from __future__ import annotations

import math

from xlink.evaluation import Figure
from xlink.evaluation.calibration import Reliability
from xlink.evaluation.risk import RiskCoverage
from xlink.render.report.frame import Axis, curve, plot, tip, unit_axis
from xlink.render.report.marks import mark
from xlink.render.report.tables import behind, table
from xlink.render.report.wording import compact, interval, number, percent

__all__ = ["reliability_plot", "risk_plot"]

_N_ROWS = 11
_SURE, _RIGHT = unit_axis("confidence"), unit_axis("share right")


def reliability_plot(found: Reliability, equal_mass: Reliability) -> str:
    """Return accuracy by confidence with intervals, the number of links below, and tables.

    Bins of equal mass are in a table only: their places depend on the run.
    """
    diagonal = '<path class="diagonal" d="M0 100L100 0"/>'
    marks = map(_dot, found.confidence, found.accuracy)
    label = (
        f"Reliability diagram of {len(found.confidence)} bins; the diagonal is perfect. "
        f"Expected calibration error {number(found.ece.value)}."
    )
    return (
        plot(_SURE, _RIGHT, paths=diagonal, marks="".join(marks), label=label, kind="square")
        + _histogram(found)
        + _bins(found, "equal width")
        + _bins(equal_mass, "equal mass")
    )


def risk_plot(found: RiskCoverage) -> str:
    """Return the share of wrong links among the surest, and a table of thresholds."""
    high = max(0.1, math.ceil(10 * max(found.risk, default=0.0)) / 10)
    x, y = unit_axis("share of links kept, the surest first"), unit_axis("share wrong", 0.0, high)
    points = list(zip(found.coverage, found.risk, strict=True))
    # The last point has all links; where all are equally sure, it is the only one.
    marks = "".join(mark(0, x.place(a), 100 - y.place(b)) for a, b in points[-1:])
    label = (
        "Share of wrong links by share of links kept, line plot. "
        f"Area under it {number(found.aurc.value)}."
    )
    line = curve("s0", points, x, y) if len(points) > 1 else ""
    return plot(x, y, paths=line, marks=marks, label=label) + _thresholds(found)


def _dot(confidence: float, figure: Figure) -> str:
    left, top = _SURE.place(confidence), 100 - _RIGHT.place(figure.value or 0.0)
    whisker = ""
    if figure.low is not None and figure.high is not None:
        low, high = 100 - _RIGHT.place(figure.low), 100 - _RIGHT.place(figure.high)
        whisker = (
            f'<line class="whisker s0" x1="{left:.2f}%" x2="{left:.2f}%" y1="{low:.2f}%" '
            f'y2="{high:.2f}%"/>'
        )
    words = f"confidence {confidence:.2f}: {number(figure.value, '.2f')} right of {figure.n:,}"
    return tip(words, left, top, whisker + mark(0, left, top))


def _histogram(found: Reliability) -> str:
    """Return the links of each bin as bars as wide as the bin, with their counts."""
    most = max((each.n for each in found.accuracy), default=0)
    bars, names = [], []
    for low, high, figure in zip(found.lower, found.upper, found.accuracy, strict=True):
        height = 100 * figure.n / max(1, most)
        bars.append(
            f'<rect class="kept" x="{100 * low + 0.5:.2f}%" width="{100 * (high - low) - 1:.2f}%" '
            f'y="{100 - height:.2f}%" height="{height:.2f}%"/>'
        )
        names.append(
            f'<span class="count" style="left:{50 * (low + high):.2f}%;bottom:{height:.2f}%">'
            f"{compact(figure.n)}</span>"
        )
    return plot(
        Axis("links in each bin of confidence", 0.0, 1.0, ()),
        Axis("", 0.0, 1.0, ()),
        marks="".join(bars),
        words="".join(names),
        label="Number of links in each bin of confidence, bar plot.",
        kind="histogram",
    )


def _bins(found: Reliability, kind: str) -> str:
    columns = (found.lower, found.upper, found.confidence, found.accuracy)
    rows = [
        [
            f"{low:.3f} to {high:.3f}",
            number(confidence),
            number(figure.value),
            interval(figure),
            f"{figure.n:,}",
        ]
        for low, high, confidence, figure in zip(*columns, strict=True)
    ]
    heads = ("confidence", "mean", "share right", "95\u00a0% interval", "links")
    caption = f"Bins of {kind}"
    return behind(caption, table(heads, rows, caption=caption, kind="numbers"))


def _thresholds(found: RiskCoverage) -> str:
    last = len(found.threshold) - 1
    places = sorted({round(n * last / (_N_ROWS - 1)) for n in range(_N_ROWS)}) if last >= 0 else []
    rows = [
        [
            f"{found.threshold[place]:.3f}",
            percent(found.coverage[place]),
            percent(found.risk[place]),
        ]
        for place in places
    ]
    heads = ("confidence at least", "links kept", "of them wrong")
    return behind("Table of thresholds", table(heads, rows, caption="Thresholds", kind="numbers"))
