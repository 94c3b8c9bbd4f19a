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
    "CalibrationFile",
    "DetectorNames",
    "DocumentLanguage",
    "Ecl",
    "GeneratorNames",
    "Json",
    "LabelTypes",
    "Languages",
    "OnlySources",
    "OnlyTypes",
    "OverlapRule",
    "ReaderName",
    "ReaderOptions",
    "TerminologyArgument",
    "TerminologyName",
    "Threshold",
    "Within",
    "WriterOptions",
    "filter_of",
    "filters_by_label",
    "options_of",
    "reader_of",
    "writer_of",
]

# What a verb acts on stands without a flag: build, update, stats, index, train encoder.
TerminologyArgument = Annotated[str, typer.Argument(help="Name or folder of a built terminology.")]
TerminologyName = Annotated[
    str, typer.Option("--terminology", "-t", help="Name or folder of a built terminology.")
]
As = Annotated[Path | None, typer.Option("--out", "-o", help="File to write; else stdout.")]
CalibrationFile = Annotated[
    Path | None, typer.Option("--calibration", help="File of `xlink train calibration`.")
]
Threshold = Annotated[
    float | None, typer.Option("--threshold", help="Lowest probability of a link, usually .3.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DocumentLanguage = Annotated[
    str | None, typer.Option("--language", help="Language of the documents (BCP 47).")
]
GeneratorNames = Annotated[
    list[str] | None, typer.Option("--using", help="Generator; may be repeated.")
]
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


DetectorNames = Annotated[
    list[str] | None,
    typer.Option("--detector", help="dictionary, spacy:NAME, hf:NAME@REVISION, …; repeatable."),
]
OverlapRule = Annotated[
    str, typer.Option(help="Of overlapping mentions: longest, first (detector) or all.")
]
LabelTypes = Annotated[
    list[str] | None,
    typer.Option(
        "--label-type", help="LABEL=TYPE: link mentions with it within that type; repeatable."
    ),
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


def filters_by_label(settings: Sequence[str] | None) -> dict[str, Filter]:
    """Make the filters of labels from repeated `LABEL=TYPE`; a label may have several types.

    Raises:
        SpecError: one is not of that form.
    """
    from xlink.errors import SpecError

    types: dict[str, list[str]] = {}
    for setting in settings or ():
        label, _, type_ = setting.rpartition("=")
        if not (label and type_):
            raise SpecError(f"--label-type takes LABEL=TYPE, not {setting!r}.")
        types.setdefault(label, []).append(type_)
    return {label: filter_of(types=own) for label, own in types.items()}


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

    return make_reader(name, options_of(settings, "--set"), language=language)


def writer_of(name: str, settings: Sequence[str] | None, tally: Tally) -> CorpusWriter:
    """Make the writer registered as `name` with `key=value` settings.

    What the format can't hold is counted in `tally`.

    Raises:
        SpecError: a setting is not of that form, or its value not what the option takes.
        UnknownNameError: no writer has this name, or it has no such option.
    """
    from xlink.corpora.reading import make_writer

    return make_writer(name, options_of(settings, "--format-set"), tally)


def options_of(settings: Sequence[str] | None, flag: str) -> dict[str, object]:
    """Return what `key=value` settings of a flag say; a value with commas is several.

    Raises:
        SpecError: a setting is not of that form.
    """
    from xlink.errors import SpecError

    options: dict[str, object] = {}
    for setting in settings or ():
        key, equals, value = setting.partition("=")
        if not equals:
            raise SpecError(f"{flag} takes key=value, not {setting!r}.")
        options[key] = tuple(value.split(",")) if "," in value else value
    return options
