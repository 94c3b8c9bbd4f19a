"""`xlink evaluate`: a run against gold, and against other runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.arguments import Json, ReaderName, ReaderOptions, reader_of
from xlink.cli.output import note, print_json, print_lines, print_result, report

__all__ = ["evaluate"]


class PageText(StrEnum):
    """How much of the documents a page shows."""

    none = "none"
    mention = "mention"
    context = "context"


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
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="Break figures down by language, label, type, seen, seen-concept, words, "
            "ambiguity, exact or generator; may be repeated."
        ),
    ] = None,
    train: Annotated[
        list[Path] | None, typer.Option(help="Training documents, for seen and seen-concept.")
    ] = None,
    hierarchy: Annotated[
        bool, typer.Option("--hierarchy", help="Also say how near links come in the hierarchy.")
    ] = False,
    against: Annotated[
        list[Path] | None, typer.Option(help="Another run to compare with; may be repeated.")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="Write the table of errors here: .tsv or .parquet.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write a report with plots here, as one HTML page."),
    ] = None,
    html_text: Annotated[
        PageText,
        typer.Option(help="What the page shows of the documents beside the errors."),
    ] = PageText.mention,
    seed: Annotated[int, typer.Option(help="Seed of all resampling.")] = 0,
    as_json: Json = False,
) -> None:
    """Score a run. Example: xlink evaluate run.jsonl corpus/ --reader gsc -t hpo --by words"""
    from xlink.evaluation import (
        Run,
        check_table_path,
        compare,
        comparison_report,
        evaluation_report,
        write_table,
    )
    from xlink.evaluation import evaluate as score
    from xlink.home import terminology_path
    from xlink.render import evaluation_page
    from xlink.tally import Tally
    from xlink.terminology import Terminology

    if errors is not None:
        check_table_path(errors)
    tally = Tally()
    read = reader_of(reader, settings).read
    documents = list(read(gold, tally))
    opened = None if terminology is None else Terminology.open(terminology_path(terminology))
    ks = tuple(k or (1, 5, 64))
    evaluation = score(
        Run.load(run),
        documents,
        terminology=opened,
        ks=ks,
        by=by or (),
        training=None if train is None else read(train, tally),
        hierarchy=hierarchy,
        seed=seed,
    )
    runs = {str(path): Run.load(path) for path in (run, *(against or ()))}
    comparison = (
        compare(runs, documents, terminology=opened, ks=ks, hierarchy=hierarchy, seed=seed)
        if against
        else None
    )
    report(tally)
    if errors is not None:
        write_table(evaluation.errors, errors)
        note(f"written: {errors}")
    if html is not None:
        page = evaluation_page(
            evaluation,
            comparison=comparison,
            corpus=", ".join(path.name for path in gold),
            documents=documents if html_text is PageText.context else (),
            texts=html_text is not PageText.none,
        )
        print_lines([page], html)
        note(f"written: {html}")
    if as_json:
        record = evaluation.to_dict()
        print_json(record | {"comparison": None if comparison is None else comparison.to_dict()})
        return
    print_result(evaluation_report(evaluation))
    if comparison is not None:
        print_result(comparison_report(comparison))
