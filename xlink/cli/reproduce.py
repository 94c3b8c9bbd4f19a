"""`xlink reproduce`: recipes re-run, and every figure compared with the expected one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.output import note, report
from xlink.recipes.stage import Stage

__all__ = ["reproduce"]


def reproduce(
    recipes: Annotated[
        list[str] | None, typer.Argument(help="Names such as gsc/hpo or gsc, files or folders.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All recipes whose content is open.")
    ] = False,
    stage: Annotated[Stage, typer.Option(help="Last stage to do.")] = Stage.EVALUATE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Link and evaluate again what is kept.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of runs and manifests.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print no line for a figure that is OK.")
    ] = False,
    write_expected: Annotated[
        bool, typer.Option("--write-expected", help="Write scores into recipes that have none.")
    ] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="With --write-expected, replace the scores there are.")
    ] = False,
) -> None:
    """Re-run benchmarks and compare the figures. Example: xlink reproduce gsc/hpo"""
    from xlink.home import home
    from xlink.recipes.finding import find_recipes, known_recipes
    from xlink.recipes.reproduce import Reproduction
    from xlink.recipes.verdicts import Word

    if bool(recipes) == everything:
        raise typer.BadParameter("name recipes, or pass --all", param_hint="RECIPES")
    if write_expected and (stage is not Stage.EVALUATE or dry_run):
        raise typer.BadParameter("it takes the whole run", param_hint="--write-expected")
    if renew and not write_expected:
        raise typer.BadParameter("it goes with --write-expected", param_hint="--renew")
    chosen = find_recipes(recipes or known_recipes())
    if everything:
        chosen = [recipe for recipe in chosen if recipe.spec.open]
    work = Reproduction(
        out=out if out is not None else home() / "runs",
        stage=stage,
        fresh=fresh,
        dry=dry_run,
        write=write_expected,
        renew=renew,
    )
    words: Counter[str] = Counter()
    for outcome in work.run(chosen):
        words.update([str(each.word) for each in outcome.verdicts] or [outcome.word])
        for line in outcome.lines():
            if not (quiet and line.startswith((f"{Word.OK} ", f"{Word.NEW} "))):
                typer.echo(line)
    report(work.tally)
    note(", ".join(f"{count:,} {word}" for word, count in words.items()) or "nothing to do")
    if words[Word.FAIL]:
        raise typer.Exit(1)
