"""Counts as bars: a table whose middle column is a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlink.render.markup import escaped
from xlink.render.report.wording import share

__all__ = ["Bar", "bar_table"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A count `n` that stands from `start` to `start` + `n`; `label` is HTML, `kind` a class."""

    label: str
    n: int
    start: int = 0
    kind: str = "kept"


def bar_table(caption: str, bars: Sequence[Bar], whole: int) -> str:
    """Return the bars, of which `whole` would fill the width, with counts and percentages."""
    rows = "".join(
        f'<tr class="{bar.kind}"><th scope="row">{bar.label}</th>'
        f'<td class="track">{_track(bar, whole)}</td>'
        f'<td class="value"><b>{_signed(bar)}</b> <small>{share(bar.n, whole)}</small></td></tr>'
        for bar in bars
    )
    return (
        f'<table class="bars"><caption>{escaped(caption)}</caption>'
        '<thead class="spoken"><tr><th scope="col">step</th><th scope="col">plot</th>'
        f'<th scope="col">mentions</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _track(bar: Bar, whole: int) -> str:
    left, width = (100 * n / max(1, whole) for n in (bar.start, bar.n))
    return (
        f'<svg aria-hidden="true"><rect class="{bar.kind}" x="{left:.2f}%" y="0" '
        f'width="{width:.2f}%" height="100%"/></svg>'
    )


def _signed(bar: Bar) -> str:
    return f"\u2212{bar.n:,}" if bar.kind == "lost" else f"{bar.n:,}"
