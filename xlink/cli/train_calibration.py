"""`xlink train calibration`: what a score is worth, from annotated documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.arguments import (
    DocumentLanguage,
    GeneratorNames,
    Json,
    ReaderName,
    ReaderOptions,
    TerminologyName,
    reader_of,
)
from xlink.cli.output import note, print_json, print_result, report

__all__ = ["calibration"]


def calibration(
    documents: Annotated[list[Path], typer.Argument(help="Annotated documents.")],
    terminology: TerminologyName,
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON file to write.")],
    reader: ReaderName = "jsonl",
    settings: ReaderOptions = None,
    language: DocumentLanguage = None,
    using: GeneratorNames = None,
    reranker: Annotated[
        str | None, typer.Option(help="Name or folder of a trained re-ranker.")
    ] = None,
    detector: Annotated[
        str | None, typer.Option(help="Calibrate on what this detects, not on given mentions.")
    ] = None,
    tested: Annotated[
        float, typer.Option(help="Share of the documents to test on, not to fit.")
    ] = 0.5,
    seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    as_json: Json = False,
) -> None:
    """Calibrate. Example: xlink train calibration letters/ -t icd10 --reader brat -o icd10.json"""
    from xlink.linker import DEFAULT_GENERATORS, Linker
    from xlink.tally import Tally
    from xlink.training.calibration import fit_calibration

    tally = Tally()
    read = list(reader_of(reader, settings, language=language).read(documents, tally))
    generators = tuple(using or DEFAULT_GENERATORS)
    linker = Linker.open(terminology, generators=generators, detector=detector, reranker=reranker)
    fitted = fit_calibration(linker, read, detect=detector is not None, tested=tested, seed=seed)
    report(tally)
    fitted.calibration.save(out)
    if as_json:
        print_json({"path": str(out), "figures": dict(fitted.figures)})
    else:
        from rich.table import Table

        table = Table("figure", "value")
        for name, value in fitted.figures.items():
            table.add_row(name, f"{value:,.3g}")
        print_result(table)
    note(f"written: {out}")
