"""`xlink terminology`: build terminologies from specifications, and look into them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlink.cli.arguments import (
    Ecl,
    Json,
    Languages,
    OnlySources,
    OnlyTypes,
    TerminologyArgument,
    TerminologyName,
    Within,
    filter_of,
)
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
    """Build a terminology and report on it. Example: xlink terminology build icd10"""
    from xlink.home import terminology_path
    from xlink.terminology.report import describe
    from xlink.terminology.spec import build_from_spec, load_spec

    loaded = load_spec(spec)
    place = out if out is not None else terminology_path(loaded.name)
    done = build_from_spec(loaded, place)
    typer.echo("\n".join(describe(done.terminology).lines(done.tally.sentences())))
    built = done.terminology
    note(f"{built.name}: {built.n_concepts:,} concepts, {built.n_aliases:,} names in {place}")


@app.command()
def update(
    terminology: TerminologyArgument,
    add: Annotated[
        list[str] | None, typer.Option(help="Specification of what to add; may be repeated.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(help="Id of a concept to remove; may be repeated.")
    ] = None,
    remove_listed: Annotated[
        Path | None, typer.Option(help="File of ids to remove, one a line.")
    ] = None,
) -> None:
    """Add and remove concepts. Example: xlink terminology update icd10 --add ward.toml"""
    from xlink.corpora.decoding import numbered_lines
    from xlink.errors import SpecError
    from xlink.home import terminology_path
    from xlink.indexes import update_indexes
    from xlink.tally import Tally
    from xlink.terminology import Terminology, update_terminology
    from xlink.terminology.spec import load_spec, read_concepts

    listed = (
        [line.strip() for _, line in numbered_lines(remove_listed)]
        if remove_listed is not None
        else []
    )
    if not (add or remove or listed):
        raise SpecError("Nothing to do. Name what to --add or to --remove.")
    tally = Tally()
    before = Terminology.open(terminology_path(terminology))
    specs = [load_spec(each) for each in add or ()]
    after = update_terminology(
        before,
        add=(concept for spec in specs for concept in read_concepts(spec, tally)),
        remove=[*(remove or ()), *listed],
        tally=tally,
    ).terminology
    renewed = update_indexes(before, after)
    report(tally)
    note(f"{after.name}: {after.n_concepts:,} concepts, {after.n_aliases:,} names")
    note(f"indexes brought up to date: {', '.join(renewed) or 'none'}")


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
def search(
    text: Annotated[str, typer.Argument(help="A name, or something like it.")],
    terminology: TerminologyName,
    language: Annotated[str, typer.Option(help="Language of the text (BCP 47).")] = "und",
    k: Annotated[int, typer.Option("-k", min=1, help="Concepts to show.")] = 10,
    exact: Annotated[bool, typer.Option("--exact", help="Only names equal to the text.")] = False,
    only_language: Languages = None,
    only_source: OnlySources = None,
    only_type: OnlyTypes = None,
    within: Within = None,
    ecl: Ecl = "",
    as_json: Json = False,
) -> None:
    """Find concepts by name. Example: xlink terminology search hypertension -t icd10"""
    from dataclasses import asdict

    from rich.table import Table

    from xlink.home import terminology_path
    from xlink.search import NameSearch
    from xlink.terminology import Terminology

    opened = Terminology.open(terminology_path(terminology))
    where = filter_of(only_language, only_source, only_type, within, ecl)
    found = NameSearch(opened).find(text, language=language, k=k, where=where, similar=not exact)
    if as_json:
        print_json(asdict(found))
        return
    table = Table("concept", "name", "alias", "language", "source", "match", "score")
    for match, candidates in (("exact", found.exact), ("similar", found.similar)):
        for each in candidates:
            alias, name = each.alias, opened.name_of(each.concept_id)
            cells = (each.concept_id, name, alias.text, alias.language, alias.source, match)
            table.add_row(*cells, f"{each.score:.3f}")
    print_result(table)


@app.command()
def stats(terminology: TerminologyArgument, as_json: Json = False) -> None:
    """Count concepts and names. Example: xlink terminology stats icd10"""
    from dataclasses import asdict

    from xlink.home import terminology_path
    from xlink.terminology import Terminology
    from xlink.terminology.report import describe

    opened = Terminology.open(terminology_path(terminology))
    described = describe(opened)
    if as_json:
        print_json(opened.facts | asdict(described))
    else:
        typer.echo("\n".join(described.lines()))


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="Name or folder of the older terminology.")],
    new: Annotated[str, typer.Argument(help="Name or folder of the newer one.")],
    shown: Annotated[int, typer.Option("-n", min=0, help="Changes of a kind to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Show what changed between two. Example: xlink terminology diff hpo hpo-es"""
    from xlink.home import terminology_path
    from xlink.terminology import Terminology
    from xlink.terminology.diff import compare

    changes = compare(*(Terminology.open(terminology_path(each)) for each in (old, new)))
    if as_json:
        print_json({"counts": changes.counts(), **changes.records()})
    else:
        typer.echo("\n".join(changes.lines(shown)))


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
