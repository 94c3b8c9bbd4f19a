"""`xlink terminology`: build terminologies from specifications, and look into them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlink.cli.arguments import Json, TerminologyName
from xlink.cli.output import note, print_json, print_result, report

if TYPE_CHECKING:
    from xlink.types import Concept

__all__ = ["app"]

app = typer.Typer(
    help="Build terminologies and look into them. Example: xlink terminology build icd10",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def build(
    spec: Annotated[str, typer.Argument(help="Shipped name, or path of a TOML specification.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder to build.")] = None,
) -> None:
    """Build a terminology. Example: xlink terminology build icd10"""
    from xlink.home import terminology_path
    from xlink.terminology.spec import build_from_spec, load_spec

    loaded = load_spec(spec)
    place = out if out is not None else terminology_path(loaded.name)
    done = build_from_spec(loaded, place)
    report(done.tally)
    built = done.terminology
    note(f"{built.name}: {built.n_concepts:,} concepts, {built.n_aliases:,} names in {place}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List shipped specifications and what is built. Example: xlink terminology list"""
    from rich.table import Table

    from xlink.artifact import is_artifact
    from xlink.home import terminology_path
    from xlink.terminology.spec import known_specs, load_spec

    rows = [
        {
            "name": name,
            "title": spec.title,
            "version": spec.version,
            "licence": spec.licence,
            "built": is_artifact(terminology_path(name)),
        }
        for name, spec in ((name, load_spec(name)) for name in sorted(known_specs()))
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("name", "title", "version", "licence", "built")
    for row in rows:
        table.add_row(
            *(
                "yes" if cell is True else "" if cell is False else str(cell)
                for cell in row.values()
            )
        )
    print_result(table)


@app.command()
def show(
    concept_id: Annotated[str, typer.Argument(help="Id of a concept.")],
    terminology: TerminologyName,
    as_json: Json = False,
) -> None:
    """Show a concept. Example: xlink terminology show I10 -t icd10"""
    from dataclasses import asdict

    from xlink.home import terminology_path
    from xlink.terminology import Terminology

    concept = Terminology.open(terminology_path(terminology)).concept(concept_id)
    if as_json:
        print_json(asdict(concept))
    else:
        typer.echo("\n".join(_lines(concept)))


@app.command()
def stats(terminology: TerminologyName, as_json: Json = False) -> None:
    """Count concepts and names. Example: xlink terminology stats -t icd10"""
    from xlink.home import terminology_path
    from xlink.terminology import Terminology

    opened = Terminology.open(terminology_path(terminology))
    facts = opened.facts | {"fingerprint": opened.fingerprint}
    if as_json:
        print_json(facts)
    else:
        typer.echo("\n".join(f"{key}: {value}" for key, value in facts.items()))


def _lines(concept: Concept) -> list[str]:
    lines = [f"{concept.id}  {concept.name}"]
    facts = {
        "types": concept.types,
        "parents": concept.parents,
        "also known as": concept.xrefs,
        "formerly": concept.former_ids,
    }
    lines += [f"  {label}: {', '.join(values)}" for label, values in facts.items() if values]
    if concept.definition:
        lines.append(f"  definition: {concept.definition}")
    lines += [
        f"  {alias.language:<6} {alias.text}  ({alias.kind}, {alias.source})"
        for alias in concept.aliases
    ]
    return lines
