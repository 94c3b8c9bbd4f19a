"""`xlink convert`: annotated documents from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.arguments import (
    DocumentLanguage,
    ReaderName,
    ReaderOptions,
    WriterOptions,
    reader_of,
    writer_of,
)
from xlink.cli.output import note, report

__all__ = ["convert"]


def convert(
    documents: Annotated[list[Path], typer.Argument(help="Annotated files or folders.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File or folder to write.")],
    format_: Annotated[
        str, typer.Option("--format", "-f", help="What to write: bigbio, bioc, brat, pubtator, …")
    ],
    reader: ReaderName = "jsonl",
    settings: ReaderOptions = None,
    format_settings: WriterOptions = None,
    language: DocumentLanguage = None,
) -> None:
    """Convert a corpus. Example: xlink convert corpus/ --reader brat -f bigbio -o corpus.parquet"""
    from xlink.progress import track
    from xlink.tally import Tally

    tally = Tally()
    read = reader_of(reader, settings, language=language).read(documents, tally)
    writer_of(format_, format_settings, tally).write(track(read, "Converting"), out)
    report(tally)
    note(f"written: {out}")
