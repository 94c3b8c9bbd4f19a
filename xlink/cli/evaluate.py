"""`xlink evaluate`: a run against gold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.arguments import Json, ReaderName, ReaderOptions, reader_of
from xlink.cli.output import print_json, print_result, report

__all__ = ["evaluate"]


def evaluate(
    run: Annotated[Path, typer.Argument(help="Links, as `xlink link --format jsonl` writes them.")],
    gold: Annotated[list[Path], typer.Argument(help="Annotated documents.")],
    reader: ReaderName = "jsonl",
    settings: ReaderOptions = None,
    terminology: Annotated[
        str | None,
        typer.Option("--terminology", "-t", help="Tells which gold is covered, maps former ids."),
    ] = None,
    k: Annotated[
        list[int] | None, typer.Option("-k", min=1, help="Recall at this rank; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the intervals' resampling.")] = 0,
    as_json: Json = False,
) -> None:
    """Score a run. Example: xlink evaluate run.jsonl corpus/ --reader gsc -t hpo"""
    from xlink.evaluate import Run
    from xlink.evaluate import evaluate as score
    from xlink.evaluate.report import evaluation_report
    from xlink.home import terminology_path
    from xlink.tally import Tally
    from xlink.terminology import Terminology

    tally = Tally()
    evaluation = score(
        Run.load(run),
        reader_of(reader, settings).read(gold, tally),
        terminology=None
        if terminology is None
        else Terminology.open(terminology_path(terminology)),
        ks=tuple(k or (1, 5, 64)),
        seed=seed,
    )
    report(tally)
    if as_json:
        print_json(evaluation.to_dict())
    else:
        print_result(evaluation_report(evaluation))
