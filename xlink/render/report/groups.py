"""Figures by group of mentions, and by nearness in the hierarchy."""

from __future__ import annotations

from collections.abc import Sequence

from xlink.evaluation import Evaluation
from xlink.evaluation.breakdown import Breakdown
from xlink.render.markup import escaped, plural
from xlink.render.report.dots import DotRow, dot_table
from xlink.render.report.headline import deepest_recall, detects
from xlink.render.report.methods import measure_link
from xlink.render.report.tables import behind

__all__ = ["breakdown_plots", "hierarchy_plot"]

_FACETS = {
    "language": "language of the document",
    "label": "label of the mention",
    "type": "semantic types of the concept",
    "seen": "seen or unseen in training documents",
    "seen-concept": "concept seen or unseen in training documents",
    "words": "length in words",
    "ambiguity": "ambiguity: concepts with this name",
    "exact": "exactness: what has the mention as a name",
    "generator": "generator that found the gold",
}
_IN_ORDER = {"words", "ambiguity", "seen", "seen-concept", "exact"}
_N_GROUPS = 12


def breakdown_plots(evaluation: Evaluation) -> str:
    """Return one plot a facet, the largest groups first unless they have an order of their own."""
    names = ["accuracy", deepest_recall(evaluation), *(["f1"] if detects(evaluation) else [])]
    return "".join(_breakdown(each, names) for each in evaluation.breakdowns)


def hierarchy_plot(evaluation: Evaluation) -> str:
    """Return the shares of links at each distance; the mean distance is no share."""
    rows = [
        DotRow(measure_link(each.name.removeprefix("hierarchy_")), (each.all, each.covered))
        for each in evaluation.hierarchy
        if each.name != "hierarchy_distance" and each.all.n
    ]
    return dot_table("Nearness in the hierarchy", ("all gold", "covered gold"), rows)


def _breakdown(found: Breakdown, names: Sequence[str]) -> str:
    places = [place for place, n in enumerate(found.n) if n]
    if found.by not in _IN_ORDER:
        places.sort(key=lambda place: (-found.n[place], found.groups[place]))
    known = [each.name for each in found.measures[0]] if found.measures else []
    shown = [name for name in names if name in known]
    columns = [known.index(name) for name in shown]
    rows = [
        DotRow(
            _group(found.groups[place], found.n[place]),
            tuple(found.measures[place][column].all for column in columns),
        )
        for place in places
    ]
    title = f"<h3>By {escaped(_FACETS.get(found.by, found.by))}</h3>"
    if len(rows) < 2:
        all_of = _group(found.groups[places[0]], found.n[places[0]]) if rows else "none"
        return f'{title}<p class="nothing">There is a single group: {all_of}</p>'
    most = dot_table(f"Figures by {found.by}, all gold", shown, rows[:_N_GROUPS])
    rest = rows[_N_GROUPS:]
    if not rest:
        return title + most
    more = dot_table(f"Figures by {found.by}, smaller groups", shown, rest)
    return title + most + behind(f"{plural(len(rest), 'smaller group')}", more)


def _group(name: str, n: int) -> str:
    return f'{escaped(name.replace("+", " + "))}<span class="n">n {n:,}</span>'
