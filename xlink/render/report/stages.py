"""The way from gold to link: what each step loses."""

from __future__ import annotations

from itertools import pairwise

from xlink.evaluation.overview import Waterfall
from xlink.render.report.bars import Bar, bar_table

__all__ = ["waterfall_bars"]

_LOST = {
    "in the terminology": ("not in the terminology", "no system could link it"),
    "mention found": ("mention not found", "the run has no link at these spans"),
    "among the candidates": ("missed at candidates", "not among the candidates that were kept"),
    "a single concept": ("composite", "all parts are candidates, a link names one"),
    "ranked first": ("lost in ranking", "a candidate, but not the first"),
    "linked": ("rejected", "first, and not linked"),
}


def waterfall_bars(found: Waterfall) -> str:
    """Return one bar a step that loses mentions, afloat where they break off, and what is left."""
    if not found.n or not found.n[0]:
        return '<p class="nothing">No gold mention has a concept.</p>'
    bars = [Bar("gold mentions with a concept", found.n[0])]
    without_loss = []
    for step, (before, after) in zip(found.steps[1:], pairwise(found.n), strict=True):
        name, meaning = _LOST.get(step, (f"not {step}", ""))
        if before > after:
            label = f"{name}<small>{meaning}</small>"
            bars.append(Bar(label, before - after, start=after, kind="lost"))
        else:
            without_loss.append(name)
    bars.append(Bar("linked to the right concept", found.n[-1], kind="right"))
    nothing = (
        f"<p><small>Nothing lost as: {', '.join(without_loss)}.</small></p>" if without_loss else ""
    )
    return bar_table("From gold to linked", bars, found.n[0]) + nothing
