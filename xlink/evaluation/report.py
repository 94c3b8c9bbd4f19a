"""An evaluation or a comparison as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xlink.evaluation.bootstrap import Figure
from xlink.evaluation.breakdown import Breakdown
from xlink.evaluation.calibration import Calibration
from xlink.evaluation.comparison import Comparison
from xlink.evaluation.counts import Counts
from xlink.evaluation.evaluation import Evaluation
from xlink.evaluation.measures import Measure

__all__ = ["comparison_report", "evaluation_report"]

_PRF = ("precision", "recall", "f1")
_SHOWN_BY_GROUP = ("recall@1", "recall@64", "mrr", "accuracy")


def evaluation_report(evaluation: Evaluation) -> RenderableType:
    """Return the tables of figures, and one sentence on each thing a reader must know.

    Measures without a case are left out, and so is detection where all gold mentions were given.
    """
    tables = [_table("Given mentions", evaluation.given)]
    by_group = list(_SHOWN_BY_GROUP)
    if evaluation.measure("span_f1").all.value != 1.0:
        tables.append(_table("Detected mentions", _detected(evaluation)))
        by_group.append("f1")
    if evaluation.hierarchy:
        tables.append(_table("Nearness in the hierarchy", evaluation.hierarchy))
    tables += [_breakdown(each, by_group) for each in evaluation.breakdowns]
    tables.append(_outcomes(evaluation))
    header = evaluation.run
    title = header.system + (f" on {header.terminology}" if header.terminology else "")
    notes = [Text(note, style="dim") for note in _notes(evaluation)]
    return Group(Text(title, style="bold"), *tables, *notes)


def comparison_report(comparison: Comparison) -> RenderableType:
    """Return the runs side by side, and the differences of the first to each of the others."""
    figures = Table(title="Side by side, all gold", title_justify="left")
    figures.add_column("")
    for name in comparison.runs:
        figures.add_column(name, justify="right")
    for row in zip(*comparison.measures, strict=True):
        figures.add_row(_spoken(row[0].name), *(_cells(each.all)[0] for each in row))
    table = Table(title=f"{comparison.runs[0]} minus another", title_justify="left")
    for heading in ("", "against", "difference", "95 % interval", "p", "p, corrected"):
        table.add_column(heading)
    for each in comparison.differences:
        value, interval, _ = _cells(each.difference, "+.3f")
        table.add_row(
            _spoken(each.measure),
            each.other,
            value,
            interval,
            f"{each.p:.4f}",
            f"{each.p_holm:.4f}",
        )
    note = (
        f"Paired over {comparison.documents:,} documents: bootstrap intervals, approximate "
        f"randomisation, Holm's correction for all rows; seed {comparison.seed}."
    )
    return Group(figures, table, Text(note, style="dim"))


def _table(title: str, measures: Sequence[Measure]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    shown = [measure for measure in measures if measure.all.n]
    groups = ["all gold"]
    if any(measure.covered is not None for measure in shown):
        groups.append("covered gold")
    for group in groups:
        table.add_column(group, justify="right")
        table.add_column("95 % interval", style="dim")
        table.add_column("n", justify="right", style="dim")
    for measure in shown:
        cells = [*_cells(measure.all)]
        if measure.covered is not None:
            cells += _cells(measure.covered)
        table.add_row(_spoken(measure.name), *cells)
    return table


def _detected(evaluation: Evaluation) -> list[Measure]:
    """Return the measures of detection; those of types only where the gold has labels."""
    typed = any(evaluation.label_confusion.gold)
    return [each for each in evaluation.detected if typed or not each.name.startswith("typed_")]


def _breakdown(broken: Breakdown, measures_shown: Sequence[str]) -> Table:
    table = Table(title=f"By {broken.by}, all gold", title_justify="left")
    table.add_column("")
    table.add_column("n", justify="right", style="dim")
    names = [each.name for each in (broken.measures[0] if broken.measures else ())]
    shown = [names.index(name) for name in measures_shown if name in names]
    for place in shown:
        table.add_column(_spoken(names[place]), justify="right")
        table.add_column("95 % interval", style="dim")
    for group, n, measures in zip(broken.groups, broken.n, broken.measures, strict=True):
        cells = (cell for place in shown for cell in _cells(measures[place].all)[:2])
        table.add_row(group, f"{n:,}", *cells)
    return table


def _outcomes(evaluation: Evaluation) -> Table:
    table = Table(title="What became of gold mentions and links", title_justify="left")
    table.add_column("")
    table.add_column("n", justify="right")
    for outcome, n in evaluation.error_counts.outcomes.items():
        if n:
            table.add_row(_spoken(outcome), f"{n:,}")
    return table


def _cells(figure: Figure, style: str = ".3f") -> tuple[str, str, str]:
    value = "-" if figure.value is None else format(figure.value, style)
    known = figure.low is not None and figure.high is not None
    interval = f"{figure.low:{style}} to {figure.high:{style}}" if known else "-"
    return value, interval, f"{figure.n:,}"


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _notes(evaluation: Evaluation) -> Iterator[str]:
    counts = evaluation.counts
    yield (
        f"{counts.documents:,} documents, {counts.mentions:,} gold mentions: "
        f"{counts.with_concept:,} with a concept, {counts.nil:,} NIL, "
        f"{counts.unannotated:,} not annotated and left out."
    )
    if counts.nil:
        nil = [_cells(evaluation.measure(f"nil_{each}").all)[0] for each in _PRF]
        yield f"NIL: precision {nil[0]}, recall {nil[1]}, F1 {nil[2]}."
    if (found := evaluation.ambiguity) is not None and found.ambiguous:
        yield (
            f"Ambiguous mentions, a name of several concepts: {found.ambiguous:,}; accuracy "
            f"{_cells(found.accuracy)[0]}, by chance {_cells(found.by_chance)[0]}."
        )
    yield from _calibration(evaluation.calibration)
    yield from _exceptions(counts)
    yield f"The run keeps up to {counts.max_candidates:,} candidates a mention."
    yield f"Intervals: bootstrap over documents, seed {evaluation.seed}."


def _calibration(found: Calibration) -> Iterator[str]:
    if found.n:
        yield (
            f"Confidence of {found.n:,} links: ECE {_cells(found.equal_width.ece)[0]} in bins of "
            f"equal width, {_cells(found.equal_mass.ece)[0]} of equal mass; Brier "
            f"{_cells(found.brier)[0]}; AURC {_cells(found.risk_coverage.aurc)[0]}."
        )


def _exceptions(counts: Counts) -> Iterable[str]:
    sentences = [
        ("Gold mentions that the terminology lacks", counts.not_covered),
        ("Gold mentions with alternatives, found with the first", counts.alternatives),
        ("Composite gold mentions, found only when all their ids are", counts.composite),
        ("Gold mentions without a link", counts.without_link),
        ("Links where there is no gold mention", counts.links_elsewhere),
        ("Gold documents that the run lacks", counts.documents_not_in_run),
        ("Documents of the run without gold, left out", counts.run_documents_without_gold),
        ("Former gold ids replaced by current ones", counts.former_ids),
    ]
    return (f"{sentence}: {count:,}." for sentence, count in sentences if count)
