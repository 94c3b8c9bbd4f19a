"""From the records of a build to the Arrow tables of a terminology."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from xlink.tally import Tally
from xlink.terminology import schema
from xlink.terminology.codes import text_codes
from xlink.terminology.hierarchy import order_by_parent, rows_on_cycles
from xlink.terminology.records import Records

__all__ = ["make_tables"]


def make_tables(records: Records, tally: Tally) -> dict[str, pa.Table]:
    """Return the four tables of `xlink.terminology.schema`; what is mended goes to `tally`."""
    columns = {name: column.array() for name, column in records.concepts.items()}
    ids = pc.unique(columns["id"])
    ids = ids.take(pc.sort_indices(ids))
    aliases = _alias_table(records, ids, tally)
    first_alias = np.searchsorted(aliases["concept"].to_numpy(), np.arange(len(ids)))
    former_ids = _former_table(records, ids, tally)
    return {
        "concepts": _concept_table(ids, columns, first_alias),
        "aliases": aliases,
        "relations": _relation_table(records, ids, former_ids, tally),
        "former_ids": former_ids,
    }


def _alias_table(records: Records, ids: pa.Array, tally: Tally) -> pa.Table:
    columns = {name: column.array() for name, column in records.aliases.items()}
    table = pa.table(
        {
            "concept": pc.index_in(columns["id"], value_set=ids),
            "text": columns["text"],
            "language": _labels(columns["language"]),
            "kind": columns["kind"],
            "source": _labels(columns["source"]),
            "order": np.arange(len(columns["id"])),
        }
    )
    order = [("concept", "ascending"), ("kind", "ascending"), ("order", "ascending")]
    table = table.sort_by(order).combine_chunks()
    # Of names a concept has twice in one language, the first stays: the one of better kind.
    _, kept, numbers = np.unique(_name_keys(table), return_index=True, return_inverse=True)
    if len(kept) < table.num_rows:
        tally.add("repeated alias merged", count=table.num_rows - len(kept))
    order_of_names = np.argsort(kept)
    sources = _united_labels(table["source"], numbers)
    table = table.take(pa.array(kept[order_of_names]))
    return pa.table(
        [
            table["concept"],
            table["text"],
            table["language"],
            _labels(pa.array(schema.KINDS).take(table["kind"].combine_chunks())),
            _labels(sources.take(pa.array(order_of_names))),
        ],
        schema=schema.ALIASES,
    )


def _name_keys(table: pa.Table) -> npt.NDArray[np.int64]:
    """Return a number for each alias: equal for equal concept, text and language."""
    texts = text_codes(table["text"])
    languages = table["language"].combine_chunks()
    # 2^23 concepts, 2^25 texts and 2^8 languages stay well below 2^63.
    keys: npt.NDArray[np.int64] = table["concept"].to_numpy().astype(np.int64)
    keys *= int(texts.max(initial=0)) + 1
    keys += texts
    keys *= max(1, len(languages.dictionary))
    keys += languages.indices.to_numpy()
    return keys


def _united_labels(labels: pa.ChunkedArray, owners: npt.NDArray[np.int64]) -> pa.Array:
    """Return, for each owner, the distinct sources of its rows in order, with `|` between.

    A label may have several already, as those of a terminology that is brought up to date.
    """
    encoded = labels.combine_chunks()
    split = [name.split(schema.SOURCE_SEPARATOR) for name in encoded.dictionary.to_pylist()]
    names = sorted({part for parts in split for part in parts})
    places = {name: place for place, name in enumerate(names)}
    flat = [places[part] for parts in split for part in parts]
    bounds = np.cumsum([0, *map(len, split)])
    shape = (len(split), len(names))
    members = csr_array((np.ones(len(flat), dtype=np.int8), flat, bounds), shape=shape)
    codes = encoded.indices.to_numpy()
    counts = np.diff(members.indptr)[codes]
    n_names = max(1, len(names))
    pairs = np.unique(np.repeat(owners, counts) * n_names + members[codes].indices)
    owners, codes = np.divmod(pairs, n_names)
    if "" in names:  # of no known source, unless another row knows
        told = (codes != names.index("")) | (np.bincount(owners)[owners] == 1)
        owners, codes = owners[told], codes[told]
    offsets = np.searchsorted(owners, np.arange(int(owners.max(initial=-1)) + 2))
    texts = pa.array(names, pa.string()).take(pa.array(codes))
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts)
    return pc.binary_join(lists, schema.SOURCE_SEPARATOR)


def _relation_table(records: Records, ids: pa.Array, former: pa.Table, tally: Tally) -> pa.Table:
    names = {name: column.array() for name, column in records.parents.items()}
    child = pc.index_in(names["id"], value_set=ids)
    parent = _current_rows(names["parent"], ids, former, tally)
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


def _current_rows(names: pa.Array, ids: pa.Array, former: pa.Table, tally: Tally) -> pa.Array:
    """Return the row of each concept that is named, by its id or else by a former one."""
    rows = pc.index_in(names, value_set=ids)
    places = pc.index_in(names, value_set=former["former"].combine_chunks())
    moved = pc.and_(pc.is_null(rows), pc.is_valid(places))
    if pc.any(moved).as_py():
        first = names.filter(moved)[0].as_py()
        tally.add("parent given by a former id", first, pc.sum(moved).as_py())
    return pc.coalesce(rows, former["concept"].combine_chunks().take(places))


def _former_table(records: Records, ids: pa.Array, tally: Tally) -> pa.Table:
    names = {name: column.array() for name, column in records.former.items()}
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
        tally.add("former id of several concepts: the first has it", first, pc.sum(shared).as_py())
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
