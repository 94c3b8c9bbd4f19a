"""Recall at every k: does the gold come among the candidates at all, and how soon."""

from __future__ import annotations

from collections.abc import Sequence

from xlink.evaluation import Figure
from xlink.evaluation.overview import RecallCurve
from xlink.render.report.frame import Axis, band, curve, plot, tip, unit_axis
from xlink.render.report.marks import legend, mark
from xlink.render.report.tables import behind, table
from xlink.render.report.wording import interval, number

__all__ = ["recall_plot"]

_MAX_TICKS = 8


def recall_plot(found: RecallCurve) -> str:
    """Return the curve with its intervals, for all and for covered gold, and its table."""
    names = ["all gold", "covered gold"][: 1 if found.covered is None else 2]
    several = [found.all] if found.covered is None else [found.all, found.covered]
    if not any(figure.n for figure in found.all):
        return '<p class="nothing">No gold mention has a concept.</p>'
    x, y = _k_axis(found.ks), _recall_axis([each for figures in several for each in figures])
    paths, marks = [], []
    for series, (name, figures) in enumerate(zip(names, several, strict=True)):
        points = [(float(k), each) for k, each in zip(found.ks, figures, strict=True) if each.n > 0]
        paths.append(_lines(f"s{series}", points, x, y))
        for k, figure in points:
            value = figure.value or 0.0
            left, top = x.place(k), 100 - y.place(value)
            words = f"{name}, k = {k:g}: {number(figure.value)}"
            marks.append(tip(words, left, top, mark(series, left, top)))
    label = "; ".join(
        f"{name}: {number(figures[0].value)} at k = {found.ks[0]}, "
        f"{number(figures[-1].value)} at k = {found.ks[-1]}"
        for name, figures in zip(names, several, strict=True)
    )
    drawn = plot(
        x, y, paths="".join(paths), marks="".join(marks), label=f"Recall by k, line plot. {label}."
    )
    return legend(names, line=True) + drawn + _table(found, names, several)


def _lines(kind: str, points: Sequence[tuple[float, Figure]], x: Axis, y: Axis) -> str:
    lows = [(k, each.low) for k, each in points if each.low is not None]
    highs = [(k, each.high) for k, each in points if each.high is not None]
    line = [(k, each.value) for k, each in points if each.value is not None]
    return band(kind, lows, highs, x, y) + (curve(kind, line, x, y) if line else "")


def _k_axis(ks: Sequence[int]) -> Axis:
    high = max(2, ks[-1])
    powers = [2**n for n in range(high.bit_length()) if 2**n <= high]
    every = -(-len(powers) // _MAX_TICKS)
    ticks = tuple((float(k), f"{k:,}") for k in powers[::every])
    return Axis("k, candidates looked at (log scale)", 1.0, float(high), ticks, log=True)


def _recall_axis(figures: Sequence[Figure]) -> Axis:
    ends = [end for each in figures for end in (each.low, each.value) if end is not None]
    return unit_axis("recall@k", int(5 * min(ends, default=0.0)) / 5 % 1)


def _table(found: RecallCurve, names: Sequence[str], several: Sequence[Sequence[Figure]]) -> str:
    heads = ["k", *(head for name in names for head in (name, "95\u00a0% interval", "n"))]
    rows = []
    for place, k in enumerate(found.ks):
        figures = [each[place] for each in several]
        cells = [(number(each.value), interval(each), f"{each.n:,}") for each in figures]
        rows.append([f"{k:,}", *(cell for three in cells for cell in three)])
    return behind("Table of the curve", table(heads, rows, caption="Recall by k", kind="numbers"))
