"""Figures as dots on their intervals: a table whose middle column is a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlink.evaluation import Figure
from xlink.render.markup import escaped
from xlink.render.report.frame import Axis
from xlink.render.report.marks import key, kind, legend, mark
from xlink.render.report.wording import interval, number

__all__ = ["SHARES", "DotRow", "dot_table"]

SHARES = Axis("", 0.0, 1.0, tuple((n / 4, f"{n / 4:g}") for n in range(5)))


@dataclass(frozen=True, slots=True)
class DotRow:
    """A label (HTML) with one figure a series; None leaves a series out."""

    label: str
    figures: tuple[Figure | None, ...]


def dot_table(
    caption: str,
    series: Sequence[str],
    rows: Sequence[DotRow],
    *,
    axis: Axis = SHARES,
    style: str = ".3f",
) -> str:
    """Return the rows, each series on a line of its own. On a phone, every other tick is named."""
    named = legend(series) if len(series) > 1 else ""
    ticks = "".join(
        f'<span class="tick x" style="left:{axis.place(at):.2f}%">{escaped(name)}</span>'
        for at, name in axis.ticks
    )
    body = "".join(_row(row, series, axis, style) for row in rows)
    return (
        f'{named}<table class="dots"><caption>{escaped(caption)}</caption>'
        '<thead><tr><th scope="col"><span class="spoken">group</span></th>'
        f'<th scope="col" class="scale"><span class="spoken">plot</span>'
        f'<div aria-hidden="true">{ticks}</div></th>'
        '<th scope="col">value, 95\u00a0% interval</th></tr></thead>'
        f"{body}</table>"
    )


def _row(row: DotRow, series: Sequence[str], axis: Axis, style: str) -> str:
    shown = [(n, figure) for n, figure in enumerate(row.figures) if figure is not None]
    lines = []
    for place, (n, figure) in enumerate(shown):
        head = f'<th scope="rowgroup" rowspan="{len(shown)}">{row.label}</th>' if not place else ""
        name = ""
        if len(series) > 1:
            name = f'{key(n)}<span class="spoken">{escaped(series[n])}</span>'
        lines.append(
            f'<tr>{head}<td class="track">{_track(n, figure, axis)}</td><td class="value">{name}'
            f"<b>{number(figure.value, style)}</b> "
            f"<small>{interval(figure, style)}</small></td></tr>"
        )
    return f"<tbody>{''.join(lines)}</tbody>"


def _track(series: int, figure: Figure, axis: Axis) -> str:
    places = [f"{axis.place(at):.2f}%" for at, _ in axis.ticks]
    parts = [f'<line class="grid" x1="{at}" x2="{at}" y1="0" y2="100%"/>' for at in places]
    if figure.low is not None and figure.high is not None:
        low, high = axis.place(figure.low), axis.place(figure.high)
        parts.append(
            f'<line class="whisker {kind(series)}" x1="{low:.2f}%" x2="{high:.2f}%" '
            'y1="50%" y2="50%"/>'
        )
    if figure.value is not None:
        parts.append(mark(series, axis.place(figure.value), 50))
    return f'<svg aria-hidden="true">{"".join(parts)}</svg>'
