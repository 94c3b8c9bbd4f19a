"""The tables of SNOMED CT releases by content: all files of one content together."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from xlink.tally import Tally
from xlink.terminology.sources.rf2 import Content, ReleaseFile
from xlink.terminology.sources.rf2_lines import Cell, OnError
from xlink.terminology.sources.rf2_table import latest, read_table

__all__ = ["SnomedTables"]

_IS_A = 116680003
_INFERRED = 900000000000011006
_DESCRIPTION: dict[str, Cell] = {
    "conceptId": "sctid", "languageCode": "text", "typeId": "sctid", "term": "text",
}  # fmt: skip
_MEMBER: dict[str, Cell] = {"refsetId": "sctid", "referencedComponentId": "sctid"}
_COLUMNS: dict[Content, dict[str, Cell]] = {
    "concept": {},
    "description": _DESCRIPTION,
    "definition": _DESCRIPTION,
    "relationship": {"sourceId": "sctid", "destinationId": "sctid"},
    "language": {**_MEMBER, "acceptabilityId": "sctid"},
    "association": {**_MEMBER, "targetComponentId": "sctid"},
    "map": {**_MEMBER, "mapTarget": "text", "mapRule": "text"},
    "simple": _MEMBER,
}
# Neither changes in the life of a relationship, so that rows can be left out state by state.
_ONLY: dict[Content, dict[str, int]] = {
    "relationship": {"typeId": _IS_A, "characteristicTypeId": _INFERRED}
}
_STATE = {
    "key": pa.int64(), "key2": pa.int64(), "time": pa.int32(), "active": pa.int8(),
    "place": pa.int16(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SnomedTables:
    """The files of releases, and how they are read."""

    files: tuple[ReleaseFile, ...]
    until: int | None
    on_error: OnError
    tally: Tally

    def active(self, content: Content) -> pa.Table:
        """Return the rows that are active in their latest state.

        Raises:
            DataError: a file can't be read.
        """
        states = self.states(content)
        return states.filter(pc.equal(states["active"], 1)).combine_chunks()

    def states(self, content: Content) -> pa.Table:
        """Return the latest state of each row, active or not.

        Raises:
            DataError: a file can't be read.
        """
        types = {"sctid": pa.int64(), "text": pa.large_string()}
        columns = {name: types[cell] for name, cell in _COLUMNS[content].items()}
        tables = [pa.schema(_STATE | columns).empty_table()]
        tables += [self._read(file) for file in self.files if file.content == content]
        return latest(tables, f"row of a {content} table", self.tally)

    def _read(self, file: ReleaseFile) -> pa.Table:
        columns = dict(_COLUMNS[file.content])
        # Older releases have `targetComponent`, and a simple map has no rules.
        renamed = file.content == "association" and "targetComponentId" not in file.header
        if renamed:
            columns["targetComponent"] = columns.pop("targetComponentId")
        without_rules = file.content == "map" and "mapRule" not in file.header
        if without_rules:
            del columns["mapRule"]
        table = read_table(
            file,
            columns,
            only=_ONLY.get(file.content, {}),
            until=self.until,
            on_error=self.on_error,
            tally=self.tally,
        )
        if renamed:
            table = table.rename_columns({"targetComponent": "targetComponentId"})
        if without_rules:
            rules = pa.repeat(pa.scalar("", pa.large_string()), table.num_rows)
            table = table.append_column("mapRule", rules)
        return table
