"""Marks of series: each has a shape and a line of its own beside its colour."""

from __future__ import annotations

from collections.abc import Sequence

from xlink.render.markup import escaped

__all__ = ["key", "kind", "legend", "mark"]

_SHAPES = (
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z",
    "M0-5.5 5.5 0 0 5.5-5.5 0Z",
    "M-4-4H4V4H-4Z",
    "M0-5 5 4H-5Z",
    "M0 5 5-4H-5Z",
    "M-1.6-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5V-1.6H-1.6Z",
)


def mark(series: int, left: float, top: float) -> str:
    """Return the mark of a series at a place given in percent of the plot."""
    return (
        f'<svg x="{left:.2f}%" y="{top:.2f}%" overflow="visible">'
        f'<path class="mark {kind(series)}" d="{_SHAPES[series % len(_SHAPES)]}"/></svg>'
    )


def key(series: int, *, line: bool = False) -> str:
    """Return the mark of a series as it stands in running text, on its line if asked so."""
    shape, width = _SHAPES[series % len(_SHAPES)], 24 if line else 12
    stroke = (
        f'<path class="curve {kind(series)}" d="M{-width / 2:g} 0H{width / 2:g}"/>' if line else ""
    )
    return (
        f'<svg class="key" viewBox="{-width / 2:g} -6 {width} 12" width="{width}" height="12" '
        f'aria-hidden="true">{stroke}<path class="mark {kind(series)}" d="{shape}"/></svg>'
    )


def legend(names: Sequence[str], *, line: bool = False) -> str:
    """Return what the marks stand for."""
    items = (f"<li>{key(n, line=line)}{escaped(name)}</li>" for n, name in enumerate(names))
    return f'<ul class="legend">{"".join(items)}</ul>'


def kind(series: int) -> str:
    """Return the class that gives a series its colour."""
    return f"s{series % len(_SHAPES)}"
