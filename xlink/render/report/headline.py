"""The result in a sentence, in large numbers, and in all figures that there are."""

from __future__ import annotations

from collections.abc import Sequence

from xlink.evaluation import Evaluation, Figure, Measure
from xlink.render.report.dots import DotRow, dot_table
from xlink.render.report.methods import measure_link
from xlink.render.report.tables import behind, table
from xlink.render.report.wording import interval, number, percent, share

__all__ = ["deepest_recall", "detects", "headline", "measures_table", "verdict"]

_N_CARDS = 3


def verdict(evaluation: Evaluation) -> str:
    """Return the result in one sentence."""
    right, gold = evaluation.waterfall.n[-1], evaluation.waterfall.n[0]
    if not gold:
        return "No gold mention has a concept, so there is nothing to be right about."
    told = f"{right:,} of {gold:,} gold mentions ({share(right, gold)}) are linked right"
    lacking = evaluation.counts.not_covered
    if not lacking:
        return f"{told}."
    covered = evaluation.measure("accuracy").covered
    if covered is None or covered.value is None:
        return f"{told}. The terminology lacks the gold of {lacking:,}."
    return (
        f"{told}. The terminology lacks the gold of {lacking:,}; of the others, "
        f"{percent(covered.value)} are."
    )


def headline(evaluation: Evaluation) -> str:
    """Return the first figures as large numbers, and as dots on their intervals."""
    names = ["accuracy", "recall@1", deepest_recall(evaluation), "mrr"]
    if detects(evaluation):
        names += ["f1", "span_f1"]
    if evaluation.counts.nil:
        names += ["nil_precision", "nil_recall"]
    held = {each.name: each for each in evaluation.measures}
    measures = [held[name] for name in dict.fromkeys(names) if name in held]
    cards = "".join(_card(each) for each in measures[:_N_CARDS])
    covered = any(each.covered is not None for each in measures)
    series = ["all gold", "covered gold"] if covered else ["all gold"]
    rows = [
        DotRow(measure_link(each.name), (each.all, each.covered) if covered else (each.all,))
        for each in measures
    ]
    return f'<div class="cards">{cards}</div>' + dot_table("Headline figures", series, rows)


def measures_table(measures: Sequence[Measure], caption: str) -> str:
    """Return all measures that have cases, to be opened."""
    shown = [each for each in measures if each.all.n]
    covered = any(each.covered is not None for each in shown)
    groups = ["all gold", "covered gold"] if covered else ["all gold"]
    heads = ["measure", *(head for name in groups for head in (name, "95\u00a0% interval", "n"))]
    rows = []
    for each in shown:
        row = [measure_link(each.name), *_cells(each.all)]
        if covered:
            row += ["", "", ""] if each.covered is None else _cells(each.covered)
        rows.append(row)
    return behind(caption, table(heads, rows, caption=caption, kind="numbers")) if rows else ""


def detects(evaluation: Evaluation) -> bool:
    """Tell whether the run found mentions by itself, so that detection is worth showing."""
    return evaluation.measure("span_f1").all.value not in (1.0, None)


def deepest_recall(evaluation: Evaluation) -> str:
    """Return the name of recall at the largest k that was asked for."""
    names = [each.name for each in evaluation.given if each.name.startswith("recall@")]
    plain = [name for name in names if name.removeprefix("recall@").isdigit()]
    return max(plain, key=lambda name: int(name.removeprefix("recall@")), default="mrr")


def _card(measure: Measure) -> str:
    covered = ""
    if measure.covered is not None:
        covered = (
            f"<p>covered gold <b>{number(measure.covered.value)}</b> {_of(measure.covered)}</p>"
        )
    return (
        f'<div class="card"><h3>{measure_link(measure.name)}</h3>'
        f'<p class="big">{number(measure.all.value)}</p>'
        f"<p>all gold {_of(measure.all)}</p>{covered}</div>"
    )


def _of(figure: Figure) -> str:
    return f'<small>{interval(figure)}<span class="n">n {figure.n:,}</span></small>'


def _cells(figure: Figure) -> list[str]:
    return [number(figure.value), interval(figure), f"{figure.n:,}"]
