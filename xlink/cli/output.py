"""How verbs print: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xlink.jobs import Failure
    from xlink.tally import Tally

_PIPED_WIDTH = 200
_MOST_FAILURES = 20

__all__ = ["note", "print_json", "print_lines", "print_result", "report", "report_failures"]


def print_result(result: RenderableType) -> None:
    """Print a table or other renderable on stdout."""
    from rich.console import Console

    console = Console()
    # Piped output has no width of its own; tables are then as wide as they need.
    (console if console.is_terminal else Console(width=_PIPED_WIDTH)).print(result)


def print_lines(lines: Iterable[str], path: Path | None) -> None:
    """Print whole lines as they come, on stdout or to a file that appears when it is whole."""
    if path is None:
        for line in lines:
            typer.echo(line, nl=False)
        return
    from xlink.corpora.writing import written_whole

    with written_whole(path) as stream:
        stream.writelines(lines)


def print_json(content: object) -> None:
    """Print `content` as JSON on stdout."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def note(text: str) -> None:
    """Say something on stderr."""
    typer.echo(text, err=True)


def report(tally: Tally) -> None:
    """Say on stderr what was skipped or mended."""
    for sentence in tally.sentences():
        note(f"note: {sentence}")


def report_failures(failures: Sequence[Failure], out: Path | None) -> None:
    """Say on stderr what could not be read or linked, and exit with 1 if there is anything.

    With `out`, all of it is in a table beside the output, and a table of an earlier run goes.
    """
    table = None if out is None else out.with_name(f"{out.name}.failures.tsv")
    for failure in failures[:_MOST_FAILURES]:
        note(f"error: {failure.name}: {failure.reason}")
    if len(failures) > _MOST_FAILURES:
        where = "" if table is None else f", all in {table}"
        note(f"error: {len(failures) - _MOST_FAILURES:,} more{where}")
    if table is not None and table.parent.is_dir() and not failures:
        table.unlink(missing_ok=True)
    elif table is not None:
        rows = ("\t".join(" ".join(c.split()) for c in (f.name, f.reason)) for f in failures)
        print_lines((f"{row}\n" for row in ("document\treason", *rows)), table)
    if failures:
        raise typer.Exit(1)
