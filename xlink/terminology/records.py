"""The records of a build as they come, in columns: Python objects never pile up."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology import schema
from xlink.terminology.store import Terminology
from xlink.text.keys import surface_key
from xlink.types import Concept

__all__ = ["Records"]

_CHUNK_ROWS = 100_000


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

    def extend(self, values: pa.Array | pa.ChunkedArray) -> None:
        self._flush()
        chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
        self.chunks += [pc.cast(chunk, self.type) for chunk in chunks]

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


class Records:
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
        """Take a record; its aliases without content are counted in `tally`.

        Raises:
            DataError: it has no id.
        """
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

    def add_terminology(self, terminology: Terminology, kept: npt.NDArray[np.bool_]) -> None:
        """Take over the concepts of a built terminology for which `kept` holds.

        A parent is kept whatever becomes of it: it is counted as missing if nobody adds it again.
        *Shape:* (concepts,)
        """
        ids = terminology.concept_table["id"].combine_chunks()
        chosen = pa.array(kept)
        for name, column in self.concepts.items():
            column.extend(terminology.concept_table[name].filter(chosen))
        aliases = terminology.alias_table.filter(pa.array(kept[terminology.alias_concepts]))
        self.aliases["id"].extend(ids.take(aliases["concept"].combine_chunks()))
        for name in ("text", "language", "source"):
            self.aliases[name].extend(aliases[name])
        kinds = pa.array(schema.KINDS)
        self.aliases["kind"].extend(pc.index_in(pc.cast(aliases["kind"], pa.string()), kinds))
        edges = terminology.relation_table
        edges = edges.filter(pa.array(kept[edges["child"].to_numpy()]))
        self.parents["id"].extend(ids.take(edges["child"].combine_chunks()))
        self.parents["parent"].extend(ids.take(edges["parent"].combine_chunks()))
        former = terminology.former_table
        former = former.filter(pa.array(kept[former["concept"].to_numpy()]))
        self.former["id"].extend(ids.take(former["concept"].combine_chunks()))
        self.former["former"].extend(former["former"])
