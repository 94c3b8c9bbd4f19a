"""`xlink explain`: why a mention is linked as it is."""

from __future__ import annotations

from typing import Annotated

import typer

from xlink.cli.arguments import (
    CalibrationFile,
    Ecl,
    Json,
    Languages,
    OnlySources,
    OnlyTypes,
    TerminologyName,
    Within,
    filter_of,
)
from xlink.cli.output import note, print_json, print_result

__all__ = ["explain"]


def explain(
    text: Annotated[str, typer.Argument(help="The mention.")],
    terminology: TerminologyName,
    language: Annotated[str, typer.Option(help="Language of the mention (BCP 47).")] = "und",
    long_form: Annotated[
        str | None, typer.Option(help="What the mention stands for in its document.")
    ] = None,
    context: Annotated[
        str, typer.Option(help="Text of the document, which may define the mention.")
    ] = "",
    k: Annotated[int, typer.Option("-k", min=1, help="Candidates to show.")] = 10,
    reranker: Annotated[
        str | None, typer.Option(help="Name or folder of a trained re-ranker.")
    ] = None,
    calibration: CalibrationFile = None,
    only_language: Languages = None,
    only_source: OnlySources = None,
    only_type: OnlyTypes = None,
    within: Within = None,
    ecl: Ecl = "",
    as_json: Json = False,
) -> None:
    """Show why a mention is linked as it is. Example: xlink explain HTA -t icd10"""
    from dataclasses import asdict

    from rich.table import Table

    from xlink.linker import Linker
    from xlink.text.abbreviations import Abbreviations

    where = filter_of(only_language, only_source, only_type, within, ecl)
    linker = Linker.open(
        terminology,
        detector=None,
        reranker=reranker,
        calibration=calibration,
        k=max(k, 64),
        where=where,
    )
    if long_form is None:
        long_form = Abbreviations(context).expand(text, context.find(text))
    found = linker.explain(text, language=language, n=k, long_form=long_form)
    if long_form is not None:
        note(f"{text} = {long_form}")
    if as_json:
        print_json([asdict(each) for each in found])
        return
    names = [] if reranker is None else ["prior", "re-ranker"]
    names += [name for name, _ in found[0].generator_scores] if found else []
    heads = ("alias that fired", "language", "probability", "score", "margin")
    table = Table("concept", "name", *heads, *names)
    for each in found:
        said = [each.probability, each.score, each.margin]
        said += [] if reranker is None else [each.prior, each.logit]
        said += [score for _, score in each.generator_scores]
        scores = ["" if score is None else f"{score:.3f}" for score in said]
        row = (each.concept_id, each.name, each.alias.text, each.alias.language)
        table.add_row(*row, *scores)
    print_result(table)
