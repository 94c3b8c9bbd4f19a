"""Names from tables: CSV, TSV, JSON or Parquet, whose columns a specification maps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.rows import Row, RowFormat
from xlink.types import Alias, AliasKind, Concept

__all__ = ["TableSource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """Reads tables; `id`, `name` and so on hold the names of columns.

    A cell with several values has them `separator` apart. `xrefs` maps columns to the prefix of
    their ids. `where` keeps the rows whose cells equal one of the given values. `id_rewrite` maps
    patterns of whole ids to what they become. A cell with a list of ids, as JSON may have, names
    a concept each. `rows` says what several rows of one id are: `"aliases"`, or `"concepts"` of
    which the later are merged and counted.

    Raises:
        SpecError: options that exclude one another, or values that are not allowed.
    """

    files: tuple[Path, ...]
    id: str
    name: str | None = None
    synonyms: str | None = None
    abbreviations: str | None = None
    language: str | None = None
    language_value: str = "und"
    kind_column: str | None = None
    kinds: Mapping[str, AliasKind] = field(
        default_factory=lambda: {kind: kind for kind in get_args(AliasKind)}
    )
    name_kind: AliasKind = "preferred"
    type: str | None = None
    parents: str | None = None
    definition: str | None = None
    xrefs: Mapping[str, str] = field(default_factory=dict)
    separator: str = "|"
    id_prefix: str = ""
    id_rewrite: Mapping[str, str] = field(default_factory=dict)
    ignore_without_id: bool = False
    where: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    rows: Literal["concepts", "aliases"] = "concepts"
    encoding: str = "utf-8"
    delimiter: str | None = None
    quoting: bool | None = None
    header: tuple[str, ...] = ()
    comment: str | None = None
    skip_rows: int = 0
    on_error: Literal["raise", "skip"] = "raise"

    def __post_init__(self) -> None:
        if not self.separator:
            raise SpecError("The separator is empty. Name the characters between values.")
        if self.name is None and self.synonyms is None and self.abbreviations is None:
            raise SpecError("No column of names. Set `name`, `synonyms` or `abbreviations`.")
        for pattern, result in self.id_rewrite.items():
            _check_rewrite(pattern, result)
        self._format()

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield one concept a row, in the order of the files.

        Raises:
            DataError: a file can't be read as a table, or lacks a column that an option names.
        """
        # The id of each concept so far, with the first of its names until a preferred one comes.
        unnamed: dict[str, str] = {}
        for row in self._rows(tally):
            for concept in self._row_concepts(row, tally):
                if concept.id in unnamed and self.rows == "concepts":
                    tally.add("row merged with an earlier one of the same id", concept.id)
                if concept.name:
                    unnamed[concept.id] = ""
                else:
                    unnamed.setdefault(concept.id, concept.aliases[0].text)
                yield concept
        yield from (Concept(id_, name) for id_, name in unnamed.items() if name)

    def _format(self) -> RowFormat:
        return RowFormat(
            encoding=self.encoding,
            delimiter=self.delimiter,
            quoting=self.quoting,
            header=self.header,
            comment=self.comment,
            skip_rows=self.skip_rows,
            on_error=self.on_error,
        )

    def _rows(self, tally: Tally) -> Iterator[Row]:
        """Yield the rows that `where` keeps."""
        named = [self.id, self.name, self.synonyms, self.abbreviations, self.language]
        named += [self.kind_column, self.type, self.parents, self.definition]
        columns = {column for column in named if column is not None}
        columns |= self.xrefs.keys() | self.where.keys()
        for path in self.files:
            for row in self._format().rows(path, sorted(columns), tally):
                if all(
                    row.cells.get(column) in ((value,) if isinstance(value, str) else value)
                    for column, value in self.where.items()
                ):
                    yield row

    def _row_concepts(self, row: Row, tally: Tally) -> Iterator[Concept]:
        place = f"{row.path.name}, line {row.line:,}"
        local_ids = _values(row, self.id, None)
        if not local_ids:
            if not self.ignore_without_id:
                tally.add("row skipped: it has no id", place)
            return
        aliases = tuple(self._aliases(row))
        if not aliases:
            tally.add("row skipped: it has no name", place)
            return
        first = self._concept(self._id(local_ids[0]), aliases, row)
        yield first
        yield from (replace(first, id=self._id(local_id)) for local_id in local_ids[1:])

    def _concept(self, id_: str, aliases: tuple[Alias, ...], row: Row) -> Concept:
        return Concept(
            id=id_,
            name=_first([alias.text for alias in aliases if alias.kind == "preferred"]),
            aliases=aliases,
            types=_values(row, self.type, self.separator),
            definition=_first(_values(row, self.definition, None)) or None,
            parents=tuple(map(self._id, _values(row, self.parents, self.separator))),
            xrefs=tuple(
                prefix + value
                for column, prefix in self.xrefs.items()
                for value in _values(row, column, self.separator)
            ),
        )

    def _id(self, local_id: str) -> str:
        for pattern, result in self.id_rewrite.items():
            match = re.fullmatch(pattern, local_id)
            if match is not None:
                local_id = match.expand(result)
        return self.id_prefix + local_id

    def _aliases(self, row: Row) -> Iterator[Alias]:
        language = _first(_values(row, self.language, None)) or self.language_value
        for text in _values(row, self.name, None):
            yield Alias(text, language, self._kind(row))
        for text in _values(row, self.synonyms, self.separator):
            yield Alias(text, language)
        for text in _values(row, self.abbreviations, self.separator):
            yield Alias(text, language, "abbreviation")

    def _kind(self, row: Row) -> AliasKind:
        if self.kind_column is None:
            return self.name_kind
        value = _first(_values(row, self.kind_column, None))
        if value not in self.kinds:
            known = ", ".join(repr(kind) for kind in self.kinds)
            raise DataError(
                f"the column {self.kind_column!r} has {value!r}, not one of {known}",
                path=row.path,
                line=row.line,
                remedy='Map its values with `kinds`, such as kinds = {"P" = "preferred"}.',
            )
        return self.kinds[value]


def _values(row: Row, column: str | None, separator: str | None) -> tuple[str, ...]:
    """Return the values in a cell that are not blank; `separator` None takes it for one value."""
    cell = "" if column is None else row.cells.get(column, "")
    parts = cell if isinstance(cell, tuple) else cell.split(separator) if separator else [cell]
    tidied = [tidy(part) for part in parts]
    return tuple(part for part in tidied if part)


def _first(values: tuple[str, ...] | list[str]) -> str:
    return values[0] if values else ""


def _check_rewrite(pattern: str, result: str) -> None:
    try:
        # With an empty branch the pattern matches, so that `result` is read as well.
        re.sub(f"(?:{pattern})|", result, "")
    except (re.error, IndexError) as error:
        raise SpecError(f"{pattern!r} = {result!r} is no rewriting of ids: {error}") from None
