"""An evaluation as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xlink.evaluate.bootstrap import Figure
from xlink.evaluate.evaluation import Counts, Evaluation
from xlink.evaluate.measures import Measure

__all__ = ["evaluation_report"]


def evaluation_report(evaluation: Evaluation) -> RenderableType:
    """Return the tables of figures, and one sentence on each thing a reader must know.

    Where the run was given the gold mentions, there is no table of detected ones.
    """
    tables = [_table("Given mentions", evaluation.given)]
    if evaluation.measure("span_f1").all.value != 1.0:
        tables.append(_table("Detected mentions", evaluation.detected))
    header = evaluation.run
    title = header.system + (f" on {header.terminology}" if header.terminology else "")
    notes = [Text(note, style="dim") for note in _notes(evaluation)]
    return Group(Text(title, style="bold"), *tables, *notes)


def _table(title: str, measures: Sequence[Measure]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    groups = ["all gold"]
    if any(measure.covered is not None for measure in measures):
        groups.append("covered gold")
    for group in groups:
        table.add_column(group, justify="right")
        table.add_column("95 % interval", style="dim")
        table.add_column("n", justify="right", style="dim")
    for measure in measures:
        cells = [*_cells(measure.all)]
        if measure.covered is not None:
            cells += _cells(measure.covered)
        table.add_row(measure.name.replace("_", " "), *cells)
    return table


def _cells(figure: Figure) -> tuple[str, str, str]:
    value = "-" if figure.value is None else f"{figure.value:.3f}"
    known = figure.low is not None and figure.high is not None
    interval = f"{figure.low:.3f} to {figure.high:.3f}" if known else "-"
    return value, interval, f"{figure.n:,}"


def _notes(evaluation: Evaluation) -> Iterator[str]:
    counts = evaluation.counts
    yield (
        f"{counts.documents:,} documents, {counts.mentions:,} gold mentions: "
        f"{counts.with_concept:,} with a concept, {counts.nil:,} NIL, "
        f"{counts.unannotated:,} not annotated and left out."
    )
    if counts.nil:
        value, interval, _ = _cells(evaluation.nil_unlinked)
        yield f"NIL mentions given no concept: {value} ({interval})."
    yield from _exceptions(counts)
    yield f"The run keeps up to {counts.max_candidates:,} candidates a mention."
    yield f"Intervals: bootstrap over documents, seed {evaluation.seed}."


def _exceptions(counts: Counts) -> Iterator[str]:
    sentences = [
        ("Gold mentions that the terminology lacks", counts.not_covered),
        ("Composite gold mentions, found only when all their ids are", counts.composite),
        ("Gold mentions without a link", counts.without_link),
        ("Links where there is no gold mention", counts.links_elsewhere),
        ("Gold documents that the run lacks", counts.documents_not_in_run),
        ("Documents of the run without gold, left out", counts.run_documents_without_gold),
        ("Former gold ids replaced by current ones", counts.former_ids),
    ]
    return (f"{sentence}: {count:,}." for sentence, count in sentences if count)
