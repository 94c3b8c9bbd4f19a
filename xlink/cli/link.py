"""`xlink link`: from documents to links."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    WriterOptions,
    filter_of,
    reader_of,
    writer_of,
)
from xlink.cli.output import note, print_lines, print_result, report

if TYPE_CHECKING:
    from xlink.evaluation import RunHeader
    from xlink.protocols import CorpusWriter
    from xlink.tally import Tally
    from xlink.terminology import Terminology
    from xlink.types import LinkedDocument

__all__ = ["link"]

_PRINTED = ("table", "jsonl", "html")


def link(
    documents: Annotated[list[Path], typer.Argument(help="Files, folders, or - for stdin.")],
    terminology: TerminologyName,
    language: Annotated[
        str | None, typer.Option(help="Language of the documents (BCP 47).")
    ] = None,
    format_: Annotated[
        str,
        typer.Option("--format", "-f", help="What to write: table, jsonl, html, brat, pubtator, …"),
    ] = "table",
    out: As = None,
    reader: ReaderName = "text",
    settings: ReaderOptions = None,
    format_settings: WriterOptions = None,
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
    from xlink.corpora.linked import annotated
    from xlink.evaluation import RunHeader
    from xlink.linker import DEFAULT_DETECTOR, DEFAULT_GENERATORS, Linker
    from xlink.progress import track
    from xlink.tally import Tally

    tally = Tally()
    writer = _writer_of(format_, format_settings, out, tally)
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
    if writer is not None and out is not None:
        writer.write(map(annotated, linked), out)
    else:
        fingerprint = linker.terminology.fingerprint
        header = RunHeader("+".join(generators), linker.terminology.name, fingerprint)
        _print(linked, format_, out, header, linker.terminology)
    report(tally)
    if out is not None:
        note(f"written: {out}")


def _writer_of(
    name: str, settings: list[str] | None, out: Path | None, tally: Tally
) -> CorpusWriter | None:
    """Make the writer of a format; None is one of those that are printed here."""
    from xlink.errors import SpecError, UnknownNameError
    from xlink.registry import WRITERS

    if name == "table" and out is not None:
        raise SpecError("A table goes to stdout. Choose --format jsonl or html with --out.")
    if name in _PRINTED and not settings:
        return None
    if name in _PRINTED:
        raise SpecError(f"--format {name} has no options.")
    if name not in WRITERS.names():
        raise UnknownNameError("format", name, (*_PRINTED, *WRITERS.names()))
    if out is None:
        raise SpecError(f"--format {name} needs --out, the file or folder to write.")
    return writer_of(name, settings, tally)


def _print(
    linked: Iterable[LinkedDocument],
    format_: str,
    out: Path | None,
    header: RunHeader,
    terminology: Terminology,
) -> None:
    from xlink.render import html_page, jsonl_lines, links_table

    if format_ == "jsonl":
        print_lines(jsonl_lines(linked, header), out)
    elif format_ == "html":
        print_lines([html_page(tuple(linked), terminology)], out)
    else:
        for document in linked:
            print_result(links_table(document, terminology))
