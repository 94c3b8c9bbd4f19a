"""`xlink train reranker`: a cross-encoder that puts candidates into a better order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from xlink.errors import SpecError

if TYPE_CHECKING:
    from xlink.training.reranker.options import RerankerOptions
    from xlink.training.reranker.train import RerankerTraining

__all__ = ["reranker"]


def reranker(
    terminology: TerminologyName,
    base: Annotated[
        str,
        typer.Option(help="Encoder to start from: a folder, or hf:organisation/model@revision."),
    ],
    out: Annotated[str, typer.Option("--out", "-o", help="Folder to write, or a name at home.")],
    documents: Annotated[
        list[Path] | None, typer.Argument(help="Annotated documents to train on.")
    ] = None,
    from_terminology: Annotated[
        int, typer.Option(min=0, help="Train on so many names of the terminology, first or alone.")
    ] = 0,
    reader: ReaderName = "jsonl",
    settings: ReaderOptions = None,
    language: DocumentLanguage = None,
    using: GeneratorNames = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--option", help="Such as loss=xmen or epochs=5; may be repeated."),
    ] = None,
    rendering: Annotated[
        list[str] | None,
        typer.Option("--show", help="What pairs show, such as names=4; may be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is drawn.")] = 0,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Folder of the state; a killed run goes on from it.")
    ] = None,
    onnx: Annotated[
        str | None, typer.Option(help="Also write it as an ONNX graph: a folder or name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a re-ranker. Example: xlink train reranker corpus/ -t hpo --base models/e5 -o mine"""
    from xlink.linker import DEFAULT_GENERATORS, Linker
    from xlink.rerank.opening import reranker_path
    from xlink.rerank.saving import export_reranker
    from xlink.tally import Tally
    from xlink.training.reranker.names import corpora_of_names
    from xlink.training.reranker.train import train_reranker

    chosen = _options(base, seed, options, rendering)
    tally, path = Tally(), reranker_path(out)
    generators = tuple(using or DEFAULT_GENERATORS)
    if not documents and not from_terminology:
        raise SpecError("There is nothing to train on: name documents, or --from-terminology.")
    linker = Linker.open(terminology, generators=generators, detector=None)
    if documents:
        read = list(reader_of(reader, settings, language=language).read(documents, tally))
        chosen = replace(chosen, names=from_terminology or chosen.names)
        training = train_reranker(read, linker, chosen, path, checkpoint=checkpoint, tally=tally)
    else:
        named = corpora_of_names(
            [linker.terminology], generators, n=from_terminology, seed=seed, tally=tally
        )
        chosen = replace(chosen, remember=False, names=0)  # names are all there is
        with named as corpora:
            training = train_reranker(*corpora[0], chosen, path, checkpoint=checkpoint, tally=tally)
    report(tally)
    if onnx is not None:
        export_reranker(path, reranker_path(onnx))
    _print(training, as_json)
    note(f"written: {path}" + ("" if onnx is None else f", {reranker_path(onnx)}"))


def _options(
    base: str, seed: int, options: Sequence[str] | None, rendering: Sequence[str] | None
) -> RerankerOptions:
    from xlink.cli.arguments import options_of
    from xlink.training.reranker.options import reranker_options

    told = {"base": base, "seed": seed} | options_of(options, "--option")
    return reranker_options(told | {"rendering": options_of(rendering, "--show")})


def _print(training: RerankerTraining, as_json: bool) -> None:
    figures = dict(training.figures)
    if as_json:
        steps = {"steps": training.n_steps, "best_step": training.best_step}
        print_json({"path": str(training.path), **steps, "figures": figures})
        return
    from rich.table import Table

    table = Table("figure", "value", title=f"{training.best_step:,} of {training.n_steps:,} steps")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.4g}")
    print_result(table)
