"""How verbs print: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xlink.tally import Tally

_PIPED_WIDTH = 200

__all__ = ["note", "print_json", "print_lines", "print_result", "report"]


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
