"""SNOMED CT from its release files (RF2): one edition, with extensions and translations.

release folders ──rf2──▶ tables ──latest states──▶ names, parents, maps, history ──▶ concepts
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xlink.errors import SpecError
from xlink.tally import Tally
from xlink.terminology.sources.rf2 import Release, release_files
from xlink.terminology.sources.rf2_lines import OnError
from xlink.terminology.sources.snomed_members import (
    ConceptIds,
    Lists,
    former_ids,
    map_targets,
    memberships,
    rows_in,
)
from xlink.terminology.sources.snomed_names import Names
from xlink.terminology.sources.snomed_tables import SnomedTables
from xlink.types import Concept

__all__ = ["SnomedSource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnomedSource:
    """Reads release folders in the order international edition, extensions, translations.

    `release` chooses the tables; with the full ones, `until` (YYYYMMDD) goes back in time.
    `language` is that of the name and the semantic tag. `language_refsets` gives, by language
    reference set, the language that its terms are filed under; a language that none of them covers
    takes all of its descriptions, preferred where any set prefers them. `maps` gives, by map
    reference set, the prefix of its codes. `refsets` chooses the simple reference sets whose
    members get the type `refset:ID`; None takes all.

    Raises:
        SpecError: `until` without full tables or not a day, or an id that is not a number.
    """

    files: tuple[Path, ...]
    release: Release = "snapshot"
    until: int | None = None
    language: str = "en"
    language_refsets: Mapping[str, str] = field(default_factory=dict)
    maps: Mapping[str, str] = field(
        default_factory=lambda: {
            "447562003": "ICD10:", "446608001": "ICDO:", "6011000124106": "ICD10CM:",
        }
    )  # fmt: skip
    refsets: tuple[str, ...] | None = None
    on_error: OnError = "raise"

    def __post_init__(self) -> None:
        if self.until is not None and self.release != "full":
            raise SpecError('Only full tables have a past: set release = "full", or leave `until`.')
        if self.until is not None and not 10**7 <= self.until < 10**8:
            raise SpecError(f"`until` is {self.until}: write the day as YYYYMMDD.")
        for refset in (*self.language_refsets, *self.maps, *(self.refsets or ())):
            if not (refset.isascii() and refset.isdigit() and len(refset) <= 18):
                raise SpecError(f"{refset!r} is not the id of a reference set: it is no number.")

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the active concepts in the order of their numbers.

        Raises:
            DataError: tables are missing, mixed or can't be read.
            UnknownNameError: a reference set that an option names has no members.
        """
        files = release_files(self.files, self.release)
        tables = SnomedTables(tuple(files), self.until, self.on_error, tally)
        ids = _ids(tables)
        refsets = {int(refset): label for refset, label in self.language_refsets.items()}
        names = Names.read(tables, refsets, ids)
        parents = _parents(tables, ids)
        definitions = _definitions(tables, self.language, ids)
        prefixes = {int(refset): prefix for refset, prefix in self.maps.items()}
        xrefs = map_targets(tables.active("map"), prefixes, ids.active, tally)
        chosen = None if self.refsets is None else [int(refset) for refset in self.refsets]
        types = memberships(tables.active("simple"), chosen, ids.active, tally)
        former = former_ids(tables.active("association"), ids.active, tally)
        for row, named in enumerate(names.concepts(self.language)):
            concept = int(ids.active[row])
            if not named.aliases:
                tally.add("concept without a name", str(concept))
            yield Concept(
                id=str(concept),
                name=named.name,
                aliases=named.aliases,
                types=(*named.tags, *types.of(row)),
                definition=definitions.get(row),
                parents=tuple(parents.of(row)),
                xrefs=tuple(xrefs.of(row)),
                former_ids=tuple(former.get(concept, ())),
            )


def _ids(tables: SnomedTables) -> ConceptIds:
    states = tables.states("concept")
    ids = states["key"].to_numpy()
    return ConceptIds(np.sort(ids), np.sort(ids[states["active"].to_numpy() == 1]))


def _parents(tables: SnomedTables, ids: ConceptIds) -> Lists:
    table = tables.active("relationship")
    children = table["sourceId"].to_numpy()
    ids.count_strange(children, "is-a skipped: no such concept has it", tables.tally)
    parents = pc.cast(table["destinationId"], pa.string())
    return Lists.made(rows_in(ids.active, children), parents, len(ids.active))


def _definitions(tables: SnomedTables, language: str, ids: ConceptIds) -> dict[int, str]:
    """Return the definition of each concept in one language; of several, the one of least id."""
    table = tables.active("definition")
    table = table.filter(pc.equal(table["languageCode"], language)).sort_by("key")
    rows = rows_in(ids.active, table["conceptId"].to_numpy())
    first: dict[int, str] = {}
    for row, text in zip(rows.tolist(), table["term"].to_pylist(), strict=True):
        first.setdefault(row, text)
    return first
