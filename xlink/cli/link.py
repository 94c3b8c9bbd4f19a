"""`xlink link`: from documents to links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlink.cli.arguments import (
    As,
    CalibrationFile,
    DetectorNames,
    DocumentLanguage,
    Ecl,
    GeneratorNames,
    LabelTypes,
    Languages,
    OnlySources,
    OnlyTypes,
    OverlapRule,
    ReaderName,
    ReaderOptions,
    TerminologyName,
    Threshold,
    Within,
    WriterOptions,
    filter_of,
    filters_by_label,
    reader_of,
    writer_of,
)
from xlink.cli.output import note, print_lines, print_result, report, report_failures
from xlink.errors import SpecError

if TYPE_CHECKING:
    from xlink.jobs import Failure, LinkSettings
    from xlink.protocols import CorpusReader, CorpusWriter
    from xlink.tally import Tally
    from xlink.terminology import Terminology
    from xlink.types import LinkedDocument

__all__ = ["link"]

_PRINTED = ("table", "jsonl", "html")


def link(
    documents: Annotated[list[Path], typer.Argument(help="Files, folders, or - for stdin.")],
    terminology: TerminologyName,
    language: DocumentLanguage = None,
    format_: Annotated[
        str,
        typer.Option("--format", "-f", help="What to write: table, jsonl, html, fhir, omop, …"),
    ] = "table",
    out: As = None,
    reader: ReaderName = "text",
    settings: ReaderOptions = None,
    format_settings: WriterOptions = None,
    given: Annotated[
        bool, typer.Option("--given", help="Link the mentions that the documents have.")
    ] = False,
    detector: DetectorNames = None,
    overlaps: OverlapRule = "longest",
    using: GeneratorNames = None,
    reranker: Annotated[Path | None, typer.Option(help="Folder of a trained re-ranker.")] = None,
    cascade: Annotated[
        bool, typer.Option("--cascade", help="Leave alone what needs no re-ranking.")
    ] = False,
    steps: Annotated[
        list[str] | None,
        typer.Option("--with", help="Step such as language or assertion; may be repeated."),
    ] = None,
    long_forms: Annotated[
        bool, typer.Option(help="Search short forms by what their document says they mean.")
    ] = True,
    k: Annotated[int, typer.Option("-k", min=1, help="Candidates a mention.")] = 64,
    keep: Annotated[int, typer.Option(min=1, help="Candidates to keep with a link.")] = 8,
    threshold: Threshold = None,
    risk: Annotated[
        float | None,
        typer.Option(help="Highest share of wrong links, with --calibration: its threshold."),
    ] = None,
    calibration: CalibrationFile = None,
    only_language: Languages = None,
    only_source: OnlySources = None,
    only_type: OnlyTypes = None,
    within: Within = None,
    ecl: Ecl = "",
    label_type: LabelTypes = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes, with --out.")] = 1,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew where an unfinished run would go on.")
    ] = False,
) -> None:
    """Link documents. Example: xlink link letters/ -t icd10 -f jsonl -o run.jsonl"""
    from xlink.detect.combination import as_overlaps
    from xlink.jobs import LinkSettings
    from xlink.linker import DEFAULT_DETECTOR, DEFAULT_GENERATORS
    from xlink.tally import Tally

    tally = Tally()
    writer = _writer_of(format_, format_settings, out, tally)
    linking = LinkSettings(
        terminology=terminology,
        generators=tuple(using or DEFAULT_GENERATORS),
        detect=not given,
        detectors=tuple(detector or (DEFAULT_DETECTOR,)),
        overlaps=as_overlaps(overlaps),
        reranker=None if reranker is None else str(reranker),
        cascade=cascade,
        steps=tuple(steps or ()),
        long_forms=long_forms,
        threshold=threshold,
        risk=risk,
        calibration=None if calibration is None else str(calibration),
        k=k,
        keep=keep,
        where=filter_of(only_language, only_source, only_type, within, ecl),
        where_by_label=filters_by_label(label_type),
    )
    work = _Work(documents, reader_of(reader, settings, language=language), linking, tally)
    if out is not None and format_ != "html" and work.can_resume(out):
        failures = work.as_job(out, writer, processes, restart=restart)
    elif processes > 1 or restart:
        raise SpecError("--processes and --restart are for files that are linked to --out.")
    else:
        failures = work.at_once(format_, out, writer)
    report(tally)
    if out is not None:
        note(f"written: {out}")
    report_failures(failures, out)


@dataclass(frozen=True)
class _Work:
    """Documents to link, and what with."""

    paths: list[Path]
    reader: CorpusReader
    settings: LinkSettings
    tally: Tally

    def can_resume(self, out: Path) -> bool:
        """Tell whether the inputs can be read again, and a folder can lie beside the output."""
        from xlink.corpora.decoding import STDIN

        return STDIN not in self.paths and (out.is_file() or out.is_dir() or not out.exists())

    def as_job(
        self, out: Path, writer: CorpusWriter | None, n_processes: int, *, restart: bool
    ) -> list[Failure]:
        from xlink.jobs import Job, run_job

        job = Job(
            paths=self.paths, reader=self.reader, settings=self.settings, out=out, writer=writer
        )
        summary = run_job(job, n_processes=n_processes, restart=restart)
        self.tally.merge(summary.tally)
        for sentence in summary.sentences():
            note(sentence)
        return summary.failures

    def at_once(self, format_: str, out: Path | None, writer: CorpusWriter | None) -> list[Failure]:
        from xlink.corpora.linked import annotated
        from xlink.jobs import documents_of
        from xlink.progress import track

        failures: list[Failure] = []
        linker = self.settings.open()
        documents = documents_of(self.reader, self.paths, self.tally, failures)
        linked = track(linker.link(documents, detect=self.settings.detect), "Linking")
        if writer is not None and out is not None:
            writer.write(map(annotated, linked), out)
        else:
            _print(linked, format_, out, self.settings, linker.terminology)
        return failures


def _writer_of(
    name: str, settings: list[str] | None, out: Path | None, tally: Tally
) -> CorpusWriter | None:
    """Make the writer of a format; None is one of those that are printed here."""
    from xlink.errors import UnknownNameError
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
    settings: LinkSettings,
    terminology: Terminology,
) -> None:
    from xlink.render import html_page, jsonl_lines, links_table

    long_forms = settings.long_forms
    if format_ == "jsonl":
        print_lines(jsonl_lines(linked, settings.header(terminology)), out)
    elif format_ == "html":
        print_lines([html_page(tuple(linked), terminology, long_forms=long_forms)], out)
    else:
        for document in linked:
            print_result(links_table(document, terminology, long_forms=long_forms))
