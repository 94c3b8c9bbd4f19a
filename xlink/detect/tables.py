"""What a detector keeps on disk: names by the words they consist of, in order and out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xlink.detect.names import Name, loud_sources, searched_names
from xlink.detect.rewordings import Rewordings
from xlink.detect.wordbags import bag_hash
from xlink.progress import track
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.schema import read_table, write_table

__all__ = ["BAGS", "PATTERNS", "NameTables"]

PATTERNS = pa.schema(
    [
        pa.field("language", pa.string(), nullable=False),
        pa.field("pattern", pa.large_string(), nullable=False),
        pa.field("alias", pa.int32(), nullable=False),
        pa.field("strict", pa.bool_(), nullable=False),
    ]
)
"""The words of each name in base form, one space apart, and whether it needs its own capitals."""

BAGS = pa.schema(
    [
        pa.field("language", pa.string(), nullable=False),
        pa.field("bag", pa.uint64(), nullable=False),
        pa.field("alias", pa.int32(), nullable=False),
        pa.field("share", pa.float32(), nullable=False),
    ]
)
"""The `bag_hash` of each name, with share 1, and of what it becomes when other words take the
place of one or two, with the share of their occasions at which they stood for the replaced ones."""

_FILES = ("patterns.arrow", "bags.arrow")
_BATCH = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class NameTables:
    """Rows of `PATTERNS` and `BAGS`, both in ascending order of their columns."""

    patterns: pa.Table
    bags: pa.Table

    @classmethod
    def of(cls, terminology: Terminology, tally: Tally, *, paraphrase: bool) -> Self:
        """Prepare the names of a terminology; names left out are counted in `tally`.

        With `paraphrase`, synonyms of words are learned from those of the concepts.
        """
        rewordings = Rewordings.learn(terminology) if paraphrase else None
        loud = loud_sources(terminology)
        patterns, bags = [PATTERNS.empty_table()], [BAGS.empty_table()]
        n_aliases = terminology.n_aliases
        for start in track(range(0, n_aliases, _BATCH), "Preparing names"):
            rows = range(start, min(start + _BATCH, n_aliases))
            names = list(searched_names(terminology, rows, loud, tally))
            patterns.append(
                _table(
                    (
                        (each.language, " ".join(each.words), each.row, each.strict)
                        for each in names
                    ),
                    PATTERNS,
                )
            )
            bags.append(_table(_bags(names, rewordings), BAGS))
        return cls(_sorted(patterns), _sorted(bags))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map saved tables into memory."""
        return cls(*(read_table(folder / name) for name in _FILES))

    def save(self, folder: Path) -> None:
        """Write the tables to files of their own."""
        for table, name in zip((self.patterns, self.bags), _FILES, strict=True):
            write_table(table, folder / name)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the names, sorted."""
        return tuple(self.patterns["language"].unique().to_pylist())

    def only(self, language: str, admitted: npt.NDArray[np.bool_] | None) -> Self:
        """Return the rows of one language, and of the aliases in a mask. *Shape:* (aliases,)"""
        patterns, bags = (_only(table, language, admitted) for table in (self.patterns, self.bags))
        return type(self)(patterns, bags)


def _only(table: pa.Table, language: str, admitted: npt.NDArray[np.bool_] | None) -> pa.Table:
    rows = table.filter(pc.equal(table["language"], language))
    return rows if admitted is None else rows.filter(pa.array(admitted[rows["alias"].to_numpy()]))


def _bags(names: Iterable[Name], rewordings: Rewordings | None) -> Iterator[tuple[object, ...]]:
    for name in names:
        bag = 0 if name.strict else bag_hash(name.words, name.language)
        if not bag:
            continue
        yield name.language, bag, name.row, 1.0
        if rewordings is not None:
            for words, share in rewordings.of(name.words, name.language):
                other = bag_hash(words, name.language)
                if other:
                    yield name.language, other, name.row, share


def _table(rows: Iterable[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
    return pa.table(arrays, schema=schema)


def _sorted(tables: list[pa.Table]) -> pa.Table:
    table = pa.concat_tables(tables)
    return table.sort_by([(column, "ascending") for column in table.column_names])
