"""A built terminology, opened by memory map: nothing is read before it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlink.artifact import Json, open_artifact
from xlink.errors import UnknownNameError
from xlink.terminology import schema
from xlink.terminology.hierarchy import Hierarchy
from xlink.terminology.selection import Selection, language_matches, select
from xlink.types import Alias, Concept, Filter

__all__ = ["Terminology"]

_N_CACHED_SELECTIONS = 8


class Terminology:
    """Concepts and their aliases by row. Rows follow the order of the concept ids.

    ```python
    icd10 = Terminology.open("build/icd10")
    icd10.concept("I10").name
    ```

    *Shapes:* `alias_concepts` (aliases,) holds the concept row of each alias; the aliases of
    concept `r` are the rows `first_aliases[r]:first_aliases[r + 1]`.
    """

    def __init__(self, path: Path, folder: Path, fingerprint: str, facts: dict[str, Json]) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self.facts = facts
        self.concept_table = schema.read_table(folder / "concepts.arrow")
        self.alias_table = schema.read_table(folder / "aliases.arrow")
        # All are mapped at once: a rebuild takes the folder away, but not what is mapped.
        self.relation_table = schema.read_table(folder / "relations.arrow")
        self.former_table = schema.read_table(folder / "former_ids.arrow")
        self._ids = self.concept_table["id"].chunk(0)
        self._selections: dict[Filter, Selection] = {}

    @classmethod
    def open(cls, path: Path | str, *, verify: bool = False) -> Terminology:
        """Open the terminology built at `path`; `verify` compares every byte with its SHA-256.

        Raises:
            ArtifactError: there is none, or it is cut, edited or of another format.
        """
        place = Path(path)
        artifact = open_artifact(
            place,
            kind=schema.KIND,
            format_version=schema.FORMAT_VERSION,
            verify=verify,
            remedy="build it with `xlink terminology build`",
        )
        manifest = artifact.manifest
        return cls(place, artifact.folder, manifest.fingerprint, manifest.parameters)

    @property
    def name(self) -> str:
        """Short name, such as `icd10`."""
        return str(self.facts["name"])

    @property
    def version(self) -> str:
        """Version of the content, as its source states it."""
        return str(self.facts["version"])

    @property
    def type_groups(self) -> dict[str, frozenset[str]]:
        """Semantic types by the name of a group, such as `DISO`; a filter takes either."""
        groups = self.facts.get("type_groups")
        return {
            group: frozenset(map(str, types)) if isinstance(types, list) else frozenset()
            for group, types in (groups.items() if isinstance(groups, dict) else ())
        }

    @property
    def n_concepts(self) -> int:
        """Number of concepts."""
        return int(self.concept_table.num_rows)

    @property
    def n_aliases(self) -> int:
        """Number of aliases."""
        return int(self.alias_table.num_rows)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages of the aliases, sorted."""
        return tuple(sorted(self._labels("language")))

    @cached_property
    def first_aliases(self) -> npt.NDArray[np.int64]:
        """Where the aliases of each concept begin. *Shape:* (concepts + 1,)"""
        starts = schema.as_numpy(self.concept_table["first_alias"])
        return np.append(starts, self.n_aliases)

    @cached_property
    def alias_concepts(self) -> npt.NDArray[np.int32]:
        """Concept row of each alias. *Shape:* (aliases,)"""
        rows: npt.NDArray[np.int32] = schema.as_numpy(self.alias_table["concept"])
        return rows

    @cached_property
    def alias_languages(self) -> npt.NDArray[np.int32]:
        """Language of each alias as a position in `language_labels`. *Shape:* (aliases,)"""
        return self._codes("language")

    @property
    def language_labels(self) -> tuple[str, ...]:
        """Names of the codes in `alias_languages`."""
        return tuple(self._labels("language"))

    @cached_property
    def alias_kinds(self) -> npt.NDArray[np.int8]:
        """Kind of each alias: 0 preferred, 1 synonym, 2 abbreviation. *Shape:* (aliases,)"""
        ranks = np.array([schema.KINDS.index(kind) for kind in self._labels("kind")], dtype=np.int8)
        return ranks[self._codes("kind")] if len(ranks) else np.empty(0, dtype=np.int8)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The is-a graph over concept rows."""
        table = self.relation_table
        child, parent, by_parent = (schema.as_numpy(table[name]) for name in table.column_names)
        return Hierarchy(child, parent, self.n_concepts, by_parent=by_parent)

    def concept_id(self, row: int) -> str:
        """Return the id of the concept at `row`."""
        return str(self._ids[row].as_py())

    def row(self, concept_id: str) -> int | None:
        """Return the row of a concept, also by a former id; None if there is no such concept."""
        row = _find(self._ids, concept_id)
        if row is not None:
            return row
        place = (
            _find(self.former_table["former"].chunk(0), concept_id)
            if len(self.former_table)
            else None
        )
        return None if place is None else int(self.former_table["concept"][place].as_py())

    def current_id(self, concept_id: str) -> str | None:
        """Return the id under which a concept stands now; None if the terminology lacks it."""
        row = self.row(concept_id)
        return None if row is None else self.concept_id(row)

    def concept(self, concept: str | int) -> Concept:
        """Return a concept by its id or row.

        Raises:
            UnknownNameError: no concept has or had this id.
        """
        row = self.row(concept) if isinstance(concept, str) else concept
        if row is None:
            raise UnknownNameError("concept id", str(concept), None)
        cells = self.concept_table.slice(row, 1).to_pylist()[0]
        start, end = self.first_aliases[row : row + 2].tolist()
        return Concept(
            id=cells["id"],
            name=cells["name"],
            aliases=tuple(self.aliases(np.arange(start, end))),
            types=tuple(cells["types"]),
            definition=cells["definition"],
            parents=tuple(self.concept_id(int(up)) for up in self.hierarchy.parents(row)),
            xrefs=tuple(cells["xrefs"]),
            former_ids=self._formerly(row),
        )

    def concepts(self) -> Iterator[Concept]:
        """Yield all concepts in the order of their ids."""
        return (self.concept(row) for row in range(self.n_concepts))

    def name_of(self, concept_id: str, languages: Iterable[str] = ()) -> str:
        """Return a concept's preferred name in the first of `languages` that has one."""
        row = self.row(concept_id)
        if row is None:
            raise UnknownNameError("concept id", concept_id, None)
        start, end = self.first_aliases[row : row + 2].tolist()
        aliases = self.aliases(np.arange(start, end))
        for language in languages:
            for alias in aliases:
                if alias.kind == "preferred" and language_matches(alias.language, language):
                    return alias.text
        return str(self.concept_table["name"][row].as_py())

    def concept_ids(self, rows: npt.NDArray[np.integer]) -> list[str]:
        """Return the ids of the concepts at `rows`."""
        ids: list[str] = self._ids.take(schema.as_arrow(rows)).to_pylist()
        return ids

    def alias(self, row: int) -> Alias:
        """Return the alias at `row`."""
        return self.aliases(np.array([row]))[0]

    def aliases(self, rows: npt.NDArray[np.integer]) -> list[Alias]:
        """Return the aliases at `rows`; equal rows share one value."""
        distinct, places = np.unique(rows, return_inverse=True)
        columns = self.alias_table.select(["text", "language", "kind", "source"])
        cells = columns.take(schema.as_arrow(distinct)).to_pydict().values()
        made = [Alias(*values) for values in zip(*cells, strict=True)]
        return [made[place] for place in places.tolist()]

    def alias_texts(self, start: int = 0, end: int | None = None) -> list[str]:
        """Return the texts of the aliases at rows `start:end`."""
        length = None if end is None else end - start
        texts: list[str] = self.alias_table["text"].slice(start, length).to_pylist()
        return texts

    def select(self, where: Filter) -> Selection:
        """Return the rows that `where` admits; the last few filters are kept.

        Raises:
            UnknownNameError: a language, source, type or id that the terminology does not have.
        """
        if where not in self._selections:
            if len(self._selections) == _N_CACHED_SELECTIONS:
                del self._selections[next(iter(self._selections))]
            self._selections[where] = select(self, where)
        return self._selections[where]

    def _formerly(self, row: int) -> tuple[str, ...]:
        owners = schema.as_numpy(self.former_table["concept"])
        return tuple(
            self.former_table["former"][int(place)].as_py()
            for place in np.flatnonzero(owners == row)
        )

    def _labels(self, column: str) -> list[str]:
        chunks = self.alias_table[column].chunks
        return list(chunks[0].dictionary.to_pylist()) if chunks else []

    def _codes(self, column: str) -> npt.NDArray[np.int32]:
        chunks = self.alias_table[column].chunks
        codes: npt.NDArray[np.int32] = (
            schema.as_numpy(chunks[0].indices) if chunks else np.empty(0, dtype=np.int32)
        )
        return codes


def _find(sorted_ids: pa.Array, concept_id: str) -> int | None:
    place = bisect_left(range(len(sorted_ids)), concept_id, key=lambda row: sorted_ids[row].as_py())
    found = place < len(sorted_ids) and sorted_ids[place].as_py() == concept_id
    return place if found else None
