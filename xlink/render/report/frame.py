"""Two axes and what is drawn between them.

Places are percentages, so that a plot is as wide as its page, and letters stay letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlink.render.markup import escaped

__all__ = ["Axis", "band", "curve", "plot", "tip", "unit_axis"]

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """A direction from `low` to `high`, with named ticks; on a log scale all are above 0."""

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def place(self, value: float) -> float:
        """Return where a value stands, in percent of the axis; beyond an end, it stands there."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(value)
        return min(100.0, max(0.0, 100 * (at - low) / (high - low)))


def unit_axis(title: str, low: float = 0.0, high: float = 1.0) -> Axis:
    """Return an axis of shares from `low` to `high`, with about five ticks at round places."""
    step = next(each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if (high - low) / each < 6)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = tuple((n * step, f"{n * step:.3g}") for n in range(first, last + 1))
    return Axis(title, low, high, ticks)


def plot(
    x: Axis,
    y: Axis,
    *,
    paths: str = "",
    marks: str = "",
    words: str = "",
    label: str,
    kind: str = "",
) -> str:
    """Return a plot: `paths` are stretched to its size, `marks` keep theirs, `words` lie on top.

    `label` says in words what is to be seen; the numbers must stand in a table beside it.
    """
    grid = "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{100 - y.place(at):.2f}%" '
        f'y2="{100 - y.place(at):.2f}%"/>'
        for at, _ in y.ticks
    )
    stretched = f'<svg viewBox="0 0 100 100" preserveAspectRatio="none">{paths}</svg>'
    return (
        f'<div class="plot {kind}"><span class="y-title" aria-hidden="true">{escaped(y.title)}'
        f'</span><div class="area"><svg role="img" aria-label="{escaped(label)}">'
        f'{grid}{stretched}{marks}</svg><div aria-hidden="true">{words}{_ticks(x, y)}</div></div>'
        f'<span class="x-title" aria-hidden="true">{escaped(x.title)}</span></div>'
    )


def curve(series: str, points: Iterable[Point], x: Axis, y: Axis) -> str:
    """Return a line through points; `series` is its class."""
    return f'<path class="curve {series}" d="M{_path(points, x, y)}"/>'


def band(series: str, lows: Sequence[Point], highs: Sequence[Point], x: Axis, y: Axis) -> str:
    """Return the area between two lines."""
    around = [*lows, *reversed(highs)]
    return f'<path class="band {series}" d="M{_path(around, x, y)}Z"/>' if around else ""


def tip(text: str, left: float, top: float, shape: str) -> str:
    """Return `shape` with words that show while it is pointed at; places in percent."""
    anchor = "end" if left > 60 else "start" if left < 40 else "middle"
    rise = 30 if top < 15 else -20
    return (
        f'<g class="tip"><circle class="hit" cx="{left:.2f}%" cy="{top:.2f}%" r="11"/>{shape}'
        f'<text x="{left:.2f}%" y="{top:.2f}%" dy="{rise}" text-anchor="{anchor}">'
        f"{escaped(text)}</text></g>"
    )


def _path(points: Iterable[Point], x: Axis, y: Axis) -> str:
    return "L".join(f"{x.place(a):.2f} {100 - y.place(b):.2f}" for a, b in points)


def _ticks(x: Axis, y: Axis) -> str:
    below = (
        f'<span class="tick x" style="left:{x.place(at):.2f}%">{escaped(name)}</span>'
        for at, name in x.ticks
    )
    beside = (
        f'<span class="tick y" style="bottom:{y.place(at):.2f}%">{escaped(name)}</span>'
        for at, name in y.ticks
    )
    return "".join([*below, *beside])
