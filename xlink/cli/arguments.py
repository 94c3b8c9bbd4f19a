"""Arguments that several verbs share, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from xlink.protocols import CorpusReader, CorpusWriter
    from xlink.tally import Tally
    from xlink.types import Filter

__all__ = [
    "As",
    "Ecl",
    "Json",
    "Languages",
    "OnlySources",
    "OnlyTypes",
    "ReaderName",
    "ReaderOptions",
    "TerminologyName",
    "Within",
    "WriterOptions",
    "filter_of",
    "reader_of",
    "writer_of",
]

TerminologyName = Annotated[
    str, typer.Option("--terminology", "-t", help="Name or folder of a built terminology.")
]
As = Annotated[Path | None, typer.Option("--out", "-o", help="File to write; else stdout.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ReaderName = Annotated[str, typer.Option("--reader", help="How to read: text, jsonl, gsc, …")]
ReaderOptions = Annotated[
    list[str] | None,
    typer.Option("--set", help="Option of the reader, such as codes=hpo; may be repeated."),
]
WriterOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--format-set", help="Option of the format, such as database=HPO; may be repeated."
    ),
]
Languages = Annotated[
    list[str] | None, typer.Option("--only-language", help="Only names in this language.")
]
OnlySources = Annotated[
    list[str] | None, typer.Option("--only-source", help="Only names from this source.")
]
OnlyTypes = Annotated[
    list[str] | None, typer.Option("--only-type", help="Only concepts of this semantic type.")
]
Within = Annotated[
    list[str] | None, typer.Option("--within", help="Only this concept and those below it.")
]


Ecl = Annotated[
    str, typer.Option("--ecl", help="Only concepts of this expression, such as '<<64572001'.")
]


def filter_of(
    languages: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
    within: Sequence[str] | None = None,
    ecl: str = "",
) -> Filter:
    """Make a filter from repeated options."""
    from xlink.types import Filter

    return Filter(
        languages=frozenset(languages or ()),
        sources=frozenset(sources or ()),
        types=frozenset(types or ()),
        within=frozenset(within or ()),
        ecl=ecl,
    )


def reader_of(
    name: str, settings: Sequence[str] | None, *, language: str | None = None
) -> CorpusReader:
    """Make the reader registered as `name` with `key=value` settings.

    `language`, where it is told, is that of a reader which does not know better.

    Raises:
        SpecError: a setting is not of that form, or not an option of this reader.
        UnknownNameError: no reader has this name.
    """
    from xlink.corpora.reading import make_reader

    return make_reader(name, _options(settings, "--set"), language=language)


def writer_of(name: str, settings: Sequence[str] | None, tally: Tally) -> CorpusWriter:
    """Make the writer registered as `name` with `key=value` settings.

    What the format can't hold is counted in `tally`.

    Raises:
        SpecError: a setting is not of that form, or its value not what the option takes.
        UnknownNameError: no writer has this name, or it has no such option.
    """
    from xlink.corpora.reading import make_writer

    return make_writer(name, _options(settings, "--format-set"), tally)


def _options(settings: Sequence[str] | None, flag: str) -> dict[str, object]:
    from xlink.errors import SpecError

    options: dict[str, object] = {}
    for setting in settings or ():
        key, equals, value = setting.partition("=")
        if not equals:
            raise SpecError(f"{flag} takes key=value, not {setting!r}.")
        options[key] = tuple(value.split(",")) if "," in value else value
    return options
