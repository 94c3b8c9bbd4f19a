"""What reference sets say of concepts: codes elsewhere, memberships and what became of old ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xlink.errors import UnknownNameError
from xlink.tally import Tally

__all__ = [
    "ConceptIds",
    "Lists",
    "check_refsets",
    "former_ids",
    "map_targets",
    "memberships",
    "rows_in",
]

Ids = npt.NDArray[np.int64]

_SUCCESSION = {900000000000527005: "SAME AS", 900000000000526001: "REPLACED BY"}
_NO_SUCCESSION = {
    900000000000523009: "POSSIBLY EQUIVALENT TO",
    900000000000524003: "MOVED TO",
    900000000000528000: "WAS A",
    900000000000530003: "ALTERNATIVE",
    1186921001: "POSSIBLY REPLACED BY",
    1186924009: "PARTIALLY EQUIVALENT TO",
}
# What holds of every patient; other rules ask for an age, a sex or a further finding.
_UNCONDITIONAL = pa.array(["", "TRUE", "OTHERWISE TRUE"], pa.large_string())


@dataclass(frozen=True, slots=True)
class ConceptIds:
    """The ids of the concepts of a release, ascending: all of them, and the active ones."""

    known: Ids
    active: Ids

    def count_strange(self, ids: Ids, reason: str, tally: Tally) -> None:
        """Count those of `ids` that no concept has, active or not."""
        strange = ids[rows_in(self.known, ids) < 0]
        if len(strange):
            tally.add(reason, str(strange[0]), len(strange))


@dataclass(frozen=True, slots=True)
class Lists:
    """Some texts a row, such as the parents of each concept."""

    offsets: list[int]
    texts: list[str]

    @classmethod
    def made(cls, rows: Ids, texts: pa.Array | pa.ChunkedArray, n_rows: int) -> Lists:
        """Gather the texts of each row, distinct and sorted; rows below 0 are left out."""
        table = pa.table({"row": rows, "text": texts})
        table = table.filter(pc.greater_equal(table["row"], 0))
        table = table.group_by(["row", "text"], use_threads=False).aggregate([])
        table = table.sort_by([("row", "ascending"), ("text", "ascending")])
        offsets = np.searchsorted(table["row"].to_numpy(), np.arange(n_rows + 1))
        return cls(offsets.tolist(), table["text"].to_pylist())

    def of(self, row: int) -> list[str]:
        """Return the texts of one row."""
        return self.texts[self.offsets[row] : self.offsets[row + 1]]


def rows_in(sorted_ids: Ids, wanted: Ids) -> Ids:
    """Return the place of each id in `sorted_ids`, -1 where it is not there."""
    if not len(sorted_ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    places = np.minimum(np.searchsorted(sorted_ids, wanted), len(sorted_ids) - 1)
    return np.where(sorted_ids[places] == wanted, places, -1)


def check_refsets(kind: str, wanted: Collection[int], table: pa.Table) -> None:
    """Refuse a reference set without members, for its id is mistaken.

    Raises:
        UnknownNameError: lists those that have members.
    """
    known = set(pc.unique(table["refsetId"]).to_pylist())
    for refset in sorted(set(wanted) - known):
        raise UnknownNameError(kind, str(refset), map(str, known))


def map_targets(table: pa.Table, prefixes: Mapping[int, str], active: Ids, tally: Tally) -> Lists:
    """Return the codes of each concept by the maps that `prefixes` names."""
    named = pc.is_in(table["refsetId"], value_set=pa.array(list(prefixes), pa.int64()))
    table = table.filter(pc.and_(named, pc.not_equal(table["mapTarget"], "")))
    holds = pc.is_in(table["mapRule"], value_set=_UNCONDITIONAL)
    tally.add(
        "map skipped: its rule has a condition",
        count=table.num_rows - (pc.sum(holds).as_py() or 0),
    )
    table = table.filter(holds)
    before = pa.array(list(prefixes.values()), pa.large_string())
    places = pc.index_in(table["refsetId"], value_set=pa.array(list(prefixes), pa.int64()))
    prefix, nothing = before.take(places.combine_chunks()), pa.scalar("", pa.large_string())
    codes = pc.binary_join_element_wise(prefix, table["mapTarget"], nothing)
    return Lists.made(
        rows_in(active, table["referencedComponentId"].to_numpy()), codes, len(active)
    )


def memberships(
    table: pa.Table, chosen: Collection[int] | None, active: Ids, tally: Tally
) -> Lists:
    """Return the simple reference sets that each concept is in, as `refset:ID`.

    Raises:
        UnknownNameError: one of those `chosen` has no members.
    """
    if chosen is not None:
        check_refsets("simple reference set", chosen, table)
        wanted = pa.array(list(chosen), pa.int64())
        table = table.filter(pc.is_in(table["refsetId"], value_set=wanted))
    rows = rows_in(active, table["referencedComponentId"].to_numpy())
    tally.add("member skipped: it is no active concept", count=int((rows < 0).sum()))
    prefix = pa.scalar("refset:", pa.string())
    types = pc.binary_join_element_wise(prefix, pc.cast(table["refsetId"], pa.string()), "")
    return Lists.made(rows, types, len(active))


def former_ids(table: pa.Table, active: Ids, tally: Tally) -> dict[int, list[str]]:
    """Return the retired ids of each active concept, as SAME AS and REPLACED BY have them.

    Chains of replacements are followed; an id that leads to several concepts belongs to none.
    """
    columns = ("refsetId", "referencedComponentId", "targetComponentId")
    refsets, old, new = (table[name].to_numpy() for name in columns)
    retired = rows_in(active, old) < 0
    for refset, label in _NO_SUCCESSION.items():
        tally.add(
            f"retired id without a successor: {label}",
            count=int((retired & (refsets == refset)).sum()),
        )
    chosen = retired & np.isin(refsets, list(_SUCCESSION))
    successors: dict[int, set[int]] = {}
    for before, after in zip(old[chosen].tolist(), new[chosen].tolist(), strict=True):
        successors.setdefault(before, set()).add(after)
    current: dict[int, list[str]] = {}
    in_use = set(active.tolist()) if successors else set()
    for before in sorted(successors):
        ends = _ends(before, successors) & in_use
        if len(ends) == 1:
            current.setdefault(ends.pop(), []).append(str(before))
        else:
            several = "several successors" if ends else "no active successor"
            tally.add(f"retired id left out: it has {several}", str(before))
    return current


def _ends(start: int, successors: Mapping[int, set[int]]) -> set[int]:
    """Return where the replacements of an id end; circles end nowhere."""
    met, waiting, ends = {start}, [start], set()
    while waiting:
        for after in successors[waiting.pop()] - met:
            met.add(after)
            if after in successors:
                waiting.append(after)
            else:
                ends.add(after)
    return ends
