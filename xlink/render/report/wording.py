"""Figures and counts as they are written on the page, all of it safe in HTML."""

from __future__ import annotations

from xlink.evaluation import Figure

__all__ = ["compact", "interval", "number", "percent", "share"]

_MISSING = "–"


def number(value: float | None, style: str = ".3f") -> str:
    """Return a figure, or a dash where there is none; a real minus sign where it is negative."""
    return _MISSING if value is None else format(value, style).replace("-", "\u2212")


def interval(figure: Figure, style: str = ".3f") -> str:
    """Return the ends of the interval, or nothing where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{number(figure.low, style)} to {number(figure.high, style)}"


def percent(value: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * value:.1f}\u00a0%"


def share(part: int, whole: int) -> str:
    """Return `part` in percent of `whole`, or a dash where there is no whole."""
    return percent(part / whole) if whole else _MISSING


def compact(n: int) -> str:
    """Return a count in four characters or so, for where there is no room: 950, 1.2k, 34k, 5M."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if n >= size:
            return f"{n / size:.{1 if n < 10 * size else 0}f}{unit}"
    return str(n)
