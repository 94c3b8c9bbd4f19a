"""From a stream of concepts to the Arrow tables of a terminology."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xlink.artifact import Json, write_artifact
from xlink.errors import DataError
from xlink.progress import track
from xlink.tally import Tally
from xlink.terminology import schema
from xlink.terminology.hierarchy import order_by_parent, rows_on_cycles
from xlink.terminology.store import Terminology
from xlink.text.keys import surface_key
from xlink.types import Concept

__all__ = ["BuildReport", "build_terminology"]

_CHUNK_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made, and what it skipped or mended on the way."""

    terminology: Terminology
    tally: Tally


def build_terminology(
    concepts: Iterable[Concept],
    path: Path | str,
    *,
    name: str,
    version: str = "",
    licence: str = "",
    origin: Mapping[str, Json] | None = None,
    tally: Tally | None = None,
) -> BuildReport:
    """Write `concepts` as a terminology at `path` and open it.

    Records that share an id are merged: the first name and definition win, everything else is
    united. Aliases without content, repeated ones and parents that do not exist are counted in
    the report's tally. `origin` is recorded with the build: where the content came from, and what
    was filtered. What was at `path` stays in place until the new build is whole.

    Raises:
        DataError: there is not one concept, or a concept has no id.
    """
    place, tally = Path(path), tally if tally is not None else Tally()
    rows = _Rows()
    for concept in track(concepts, f"Reading {name}"):
        rows.add(concept, tally)
    tables = rows.tables(tally)
    if not tables["concepts"].num_rows:
        raise DataError(f"{name} has no concepts", remedy="Check the source and its filters.")
    with write_artifact(place, kind=schema.KIND, format_version=schema.FORMAT_VERSION) as writer:
        for table_name, table in tables.items():
            schema.write_table(table, writer.folder / f"{table_name}.arrow")
        writer.parameters |= {"name": name, "version": version, "licence": licence}
        writer.parameters |= {"origin": dict(origin or {}), **_counts(tables, tally)}
    return BuildReport(Terminology.open(place), tally)


def _counts(tables: dict[str, pa.Table], tally: Tally) -> dict[str, Json]:
    languages = tables["aliases"]["language"].value_counts().to_pylist()
    return {
        "n_concepts": tables["concepts"].num_rows,
        "n_aliases": tables["aliases"].num_rows,
        "n_aliases_by_language": {each["values"]: each["counts"] for each in languages},
        "skipped": dict(tally.counts()),
    }


@dataclass(slots=True)
class _Column:
    """Values gathered in Python and moved into Arrow chunk by chunk."""

    type: pa.DataType
    waiting: list[object] = field(default_factory=list)
    chunks: list[pa.Array] = field(default_factory=list)

    def append(self, value: object) -> None:
        self.waiting.append(value)
        if len(self.waiting) >= _CHUNK_ROWS:
            self._flush()

    def array(self) -> pa.Array:
        self._flush()
        return pa.chunked_array(self.chunks, type=self.type).combine_chunks()

    def _flush(self) -> None:
        try:
            self.chunks.append(pa.array(self.waiting, type=self.type))
        except UnicodeEncodeError as error:
            raise DataError(
                f"{error.object!r} holds half of a surrogate pair",
                remedy="Repair the encoding of the source.",
            ) from None
        self.waiting.clear()


class _Rows:
    """The records of all concepts as they come, before ids become row numbers."""

    def __init__(self) -> None:
        text, many = pa.large_string(), pa.large_list(pa.large_string())
        self.concepts = {name: _Column(text) for name in ("id", "name", "definition")}
        self.concepts |= {name: _Column(many) for name in ("types", "xrefs")}
        self.aliases = {name: _Column(text) for name in ("id", "text", "language", "source")}
        self.aliases["kind"] = _Column(pa.int8())
        self.parents = {name: _Column(text) for name in ("id", "parent")}
        self.former = {name: _Column(text) for name in ("id", "former")}

    def add(self, concept: Concept, tally: Tally) -> None:
        if not concept.id:
            raise DataError(f"A concept named {concept.name!r} has no id")
        for name, column in self.concepts.items():
            column.append(getattr(concept, name))
        for alias in concept.aliases:
            if not surface_key(alias.text):
                tally.add("alias skipped: it is empty", concept.id)
                continue
            self.aliases["id"].append(concept.id)
            self.aliases["text"].append(alias.text)
            self.aliases["language"].append(alias.language)
            self.aliases["source"].append(alias.source)
            self.aliases["kind"].append(schema.KINDS.index(alias.kind))
        for parent in concept.parents:
            self.parents["id"].append(concept.id)
            self.parents["parent"].append(parent)
        for former in concept.former_ids:
            self.former["id"].append(concept.id)
            self.former["former"].append(former)

    def tables(self, tally: Tally) -> dict[str, pa.Table]:
        """Return the four tables of `xlink.terminology.schema`."""
        records = {name: column.array() for name, column in self.concepts.items()}
        ids = pc.unique(records["id"])
        ids = ids.take(pc.sort_indices(ids))
        aliases = self._alias_table(ids, tally)
        first_alias = np.searchsorted(aliases["concept"].to_numpy(), np.arange(len(ids)))
        return {
            "concepts": _concept_table(ids, records, first_alias),
            "aliases": aliases,
            "relations": self._relation_table(ids, tally),
            "former_ids": self._former_table(ids, tally),
        }

    def _alias_table(self, ids: pa.Array, tally: Tally) -> pa.Table:
        columns = {name: column.array() for name, column in self.aliases.items()}
        table = pa.table(
            {
                "concept": pc.index_in(columns["id"], value_set=ids),
                "text": columns["text"],
                "language": columns["language"],
                "kind": columns["kind"],
                "source": columns["source"],
                "order": np.arange(len(columns["id"])),
            }
        )
        order = [("concept", "ascending"), ("kind", "ascending"), ("order", "ascending")]
        table = table.sort_by(order)
        # Of names a concept has twice in one language, the first stays: the one of better kind.
        keys = table.select(["concept", "text", "language"]).append_column(
            "position", pa.array(np.arange(table.num_rows))
        )
        kept = keys.group_by(["concept", "text", "language"], use_threads=False).aggregate(
            [("position", "min")]
        )["position_min"]
        if len(kept) < table.num_rows:
            tally.add("repeated alias merged", count=table.num_rows - len(kept))
        table = table.take(np.sort(kept.to_numpy()))
        return pa.table(
            [
                table["concept"],
                table["text"],
                _labels(table["language"]),
                _labels(pa.array(schema.KINDS).take(table["kind"].combine_chunks())),
                _labels(table["source"]),
            ],
            schema=schema.ALIASES,
        )

    def _relation_table(self, ids: pa.Array, tally: Tally) -> pa.Table:
        names = {name: column.array() for name, column in self.parents.items()}
        child = pc.index_in(names["id"], value_set=ids)
        parent = pc.index_in(names["parent"], value_set=ids)
        dangling = pc.is_null(parent)
        if pc.any(dangling).as_py():
            first = names["parent"].filter(dangling)[0].as_py()
            tally.add("parent skipped: no such concept", first, pc.sum(dangling).as_py())
        pairs = np.stack([each.filter(pc.is_valid(parent)).to_numpy() for each in (child, parent)])
        own = pairs[0] == pairs[1]
        if own.any():
            first = ids[int(pairs[0, own][0])].as_py()
            tally.add("parent skipped: the concept itself", first, int(own.sum()))
        pairs = np.unique(pairs[:, ~own], axis=1).astype(np.int32)
        cyclic = rows_on_cycles(pairs[0], pairs[1], len(ids))
        if len(cyclic):
            shown = ", ".join(ids[int(row)].as_py() for row in cyclic[:4])
            tally.add("concept on a cycle of parents", shown, len(cyclic))
        return pa.table(
            {
                "child": pairs[0],
                "parent": pairs[1],
                "by_parent": order_by_parent(pairs[0], pairs[1]),
            },
            schema=schema.RELATIONS,
        )

    def _former_table(self, ids: pa.Array, tally: Tally) -> pa.Table:
        names = {name: column.array() for name, column in self.former.items()}
        table = pa.table(
            {"former": names["former"], "concept": pc.index_in(names["id"], value_set=ids)}
        )
        in_use = pc.is_in(table["former"], value_set=ids)
        if pc.any(in_use).as_py():
            first = table["former"].filter(in_use)[0].as_py()
            tally.add("former id skipped: still in use", first, pc.sum(in_use).as_py())
        table = table.filter(pc.invert(in_use)).group_by("former", use_threads=False)
        table = table.aggregate([("concept", "min"), ("concept", "max")]).sort_by("former")
        shared = pc.not_equal(table["concept_min"], table["concept_max"])
        if pc.any(shared).as_py():
            first = table["former"].filter(shared)[0].as_py()
            tally.add(
                "former id of several concepts: the first has it", first, pc.sum(shared).as_py()
            )
        return pa.table([table["former"], table["concept_min"]], schema=schema.FORMER_IDS)


def _concept_table(
    ids: pa.Array, records: dict[str, pa.Array], first_alias: npt.NDArray[np.int64]
) -> pa.Table:
    rows = pc.index_in(records["id"], value_set=ids).to_numpy()
    return pa.table(
        [
            ids,
            pc.fill_null(_first_filled(records["name"], rows, len(ids)), ""),
            _first_filled(records["definition"], rows, len(ids)),
            _united(records["types"], rows, len(ids)),
            _united(records["xrefs"], rows, len(ids)),
            first_alias,
        ],
        schema=schema.CONCEPTS,
    )


def _first_filled(values: pa.Array, rows: npt.NDArray[np.int32], n: int) -> pa.Array:
    """Return, for each concept, the first of its records' values that is not null or empty."""
    filled = np.flatnonzero(
        pc.fill_null(pc.not_equal(values, ""), False).to_numpy(zero_copy_only=False)
    )
    places = np.full(n, -1)
    places[rows[filled][::-1]] = filled[::-1]
    return values.take(pa.array(places, mask=places < 0))


def _united(values: pa.Array, rows: npt.NDArray[np.int32], n: int) -> pa.Array:
    """Return, for each concept, the sorted distinct items of its records' lists."""
    owners = np.repeat(rows, np.diff(values.offsets.to_numpy()))
    table = pa.table({"owner": owners, "item": values.values})
    table = table.group_by(["owner", "item"], use_threads=False).aggregate([])
    table = table.sort_by([("owner", "ascending"), ("item", "ascending")])
    offsets = np.searchsorted(table["owner"].to_numpy(), np.arange(n + 1))
    return pa.LargeListArray.from_arrays(
        pa.array(offsets, type=pa.int64()), table["item"].combine_chunks()
    )


def _labels(values: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """Encode repeated strings against their sorted distinct values."""
    names = pc.cast(values, pa.string())
    names = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    known = pc.unique(names)
    known = known.take(pc.sort_indices(known))
    return pa.DictionaryArray.from_arrays(pc.index_in(names, value_set=known), known)
