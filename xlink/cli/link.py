"""`xlink link`: from documents to links."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.arguments import (
    As,
    Ecl,
    Languages,
    OnlySources,
    OnlyTypes,
    ReaderName,
    ReaderOptions,
    TerminologyName,
    Within,
    filter_of,
    reader_of,
)
from xlink.cli.output import note, print_lines, print_result, report

__all__ = ["link"]


class Format(StrEnum):
    """What links are written as."""

    table = "table"
    jsonl = "jsonl"
    html = "html"


def link(
    documents: Annotated[list[Path], typer.Argument(help="Files, folders, or - for stdin.")],
    terminology: TerminologyName,
    language: Annotated[
        str | None, typer.Option(help="Language of the documents (BCP 47).")
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="What to write.")
    ] = Format.table,
    out: As = None,
    reader: ReaderName = "text",
    settings: ReaderOptions = None,
    given: Annotated[
        bool, typer.Option("--given", help="Link the mentions that the documents have.")
    ] = False,
    using: Annotated[
        list[str] | None, typer.Option("--using", help="Generator; may be repeated.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Candidates a mention.")] = 64,
    keep: Annotated[int, typer.Option(min=1, help="Candidates to keep with a link.")] = 8,
    threshold: Annotated[float, typer.Option(help="Lowest score of a link.")] = 0.2,
    only_language: Languages = None,
    only_source: OnlySources = None,
    only_type: OnlyTypes = None,
    within: Within = None,
    ecl: Ecl = "",
) -> None:
    """Link documents. Example: xlink link letters/ -t icd10 --language es"""
    from xlink.errors import SpecError
    from xlink.evaluate import RunHeader
    from xlink.linker import DEFAULT_DETECTOR, DEFAULT_GENERATORS, Linker
    from xlink.progress import track
    from xlink.render import html_page, jsonl_lines, links_table
    from xlink.tally import Tally

    if format_ is Format.table and out is not None:
        raise SpecError("A table goes to stdout. Choose --format jsonl or html with --out.")
    tally = Tally()
    generators = tuple(using or DEFAULT_GENERATORS)
    linker = Linker.open(
        terminology,
        generators=generators,
        detector=None if given else DEFAULT_DETECTOR,
        threshold=threshold,
        k=k,
        keep=keep,
        where=filter_of(only_language, only_source, only_type, within, ecl),
    )
    read = reader_of(reader, settings, language=language).read(documents, tally)
    linked = track(linker.link(read, detect=not given), "Linking")
    if format_ is Format.jsonl:
        fingerprint = linker.terminology.fingerprint
        header = RunHeader("+".join(generators), linker.terminology.name, fingerprint)
        print_lines(jsonl_lines(linked, header), out)
    elif format_ is Format.html:
        print_lines([html_page(tuple(linked), linker.terminology)], out)
    else:
        for document in linked:
            print_result(links_table(document, linker.terminology))
    report(tally)
    if out is not None:
        note(f"written: {out}")
