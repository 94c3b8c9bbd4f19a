"""The UMLS Metathesaurus from a release in Rich Release Format (RRF).

MRSTY ──types──▶ MRCONSO ──concepts──▶ MRDEF, MRREL, MRCUI: definitions, parents, retired CUIs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from xlink.errors import DataError, SpecError, UnknownNameError
from xlink.tally import Tally
from xlink.terminology.sources.umls_atoms import SUPPRESSED, LanguageTags, Ranks
from xlink.terminology.sources.umls_kept import KeptConcepts
from xlink.terminology.sources.umls_labels import (
    LANGUAGES,
    SEMANTIC_GROUPS,
    read_semantic_groups,
)
from xlink.terminology.sources.umls_names import NameReader
from xlink.terminology.sources.umls_rrf import RrfRelease, RrfRows
from xlink.terminology.sources.umls_selection import SemanticTypes
from xlink.terminology.sources.umls_tables import (
    DefinitionOrder,
    definitions,
    former_ids,
    parents,
)
from xlink.types import Concept

__all__ = ["UmlsSource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UmlsSource:
    """Reads an unpacked META folder, its tables one by one, or `.nlm` and `.zip` archives.

    `languages` (`SPA` or `es`; in order of preference for the names of concepts), `sources`
    (vocabularies, SAB), `types` (names or TUIs) and `groups` (`DISO`) choose; an empty one does not
    restrict. Suppressible atoms are left out but for the flags in `suppressible`.

    Concepts are CUIs, or the codes of `id_sources`, vocabularies that share one code space, taken
    from `id_column`. With `extend`, a code also gets the names that other vocabularies have for its
    CUI. `hierarchies` are the vocabularies that parents are taken from, `definition_sources` those
    of definitions, best first; `xrefs` those whose codes are kept as `SAB:code`.

    Raises:
        SpecError: a language or group is unknown, or options do not go together.
    """

    files: tuple[Path, ...]
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    suppressible: tuple[Literal["O", "E", "Y"], ...] = ()
    id_sources: tuple[str, ...] = ()
    id_column: Literal["code", "scui", "sdui"] = "code"
    extend: bool = False
    hierarchies: tuple[str, ...] = ()
    definition_sources: tuple[str, ...] = ()
    xrefs: tuple[str, ...] = ()
    on_error: Literal["raise", "skip"] = "raise"

    def __post_init__(self) -> None:
        for language in self.languages:
            if language not in LANGUAGES and language not in LANGUAGES.values():
                raise SpecError(str(UnknownNameError("language", language, LANGUAGES)))
        # A file of groups may define others; it is read when concepts are. Without any files, the
        # options are only checked.
        if self.files and not self._group_files():
            _types_of(self.groups, SEMANTIC_GROUPS)
        if not self.id_sources and (self.extend or self.id_column != "code"):
            raise SpecError("`extend` and `id_column` are for codes as ids: name `id_sources`.")

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the concepts in the order of MRCONSO, then what other tables say of them.

        Raises:
            DataError: there is no MRCONSO, a file can't be read, or a row is cut, not UTF-8 or has
                no CUI.
            UnknownNameError: nothing that was read has a wanted language, vocabulary or type.
        """
        release = self._release()
        if "MRCONSO" not in release:
            raise DataError(
                "there is no MRCONSO.RRF",
                path=self.files[0] if self.files else None,
                remedy="Name the folder META of a release, or its archives.",
            )
        for name, what in _OPTIONAL.items():
            if name not in release:
                tally.add(f"{name}.RRF is not there: {what}")

        def rows(name: str) -> RrfRows | None:
            return release.rows(name, tally) if name in release else None

        types = SemanticTypes(rows("MRSTY"), frozenset(self.types), self._grouped_types())
        kept = KeptConcepts(types, by_code=bool(self.id_sources))
        languages, ranks = LanguageTags(self.languages), Ranks(rows("MRRANK"))
        names = NameReader(self, types, languages, ranks, kept, tally)
        yield from names.concepts(release.rows("MRCONSO", tally))
        dropped = SUPPRESSED - {flag.encode() for flag in self.suppressible}
        if (table := rows("MRDEF")) is not None:
            order = DefinitionOrder(self.definition_sources, languages, ranks, rows("MRSAB"))
            yield from definitions(table, order, kept, dropped)
        if (table := rows("MRREL")) is not None:
            trusted = {name.encode() for name in self.hierarchies or self.id_sources}
            yield from parents(table, trusted, kept, dropped, tally)
        if (table := rows("MRCUI")) is not None and not self.id_sources:
            yield from former_ids(table, kept, tally)

    def versions(self) -> dict[str, str]:
        """Return the version of each vocabulary by its SAB, as MRSAB has them; `MTH` is the UMLS.

        Raises:
            DataError: a file can't be read.
        """
        release = self._release()
        current = (
            cells
            for cells in (release.rows("MRSAB", Tally()) if "MRSAB" in release else ())
            if cells[21] == b"Y"
        )
        return {cells[3].decode(errors="replace"): _version(cells) for cells in current}

    def type_groups(self) -> dict[str, frozenset[str]]:
        """Return the names of the types in each semantic group, of those that the release has.

        Raises:
            DataError: a file can't be read.
        """
        release = self._release()
        names: dict[str, str] = {}
        for cells in release.rows("MRSTY", Tally()) if "MRSTY" in release else ():
            tui = cells[1].decode(errors="replace")
            names.setdefault(tui, cells[3].decode(errors="replace"))
        groups = {
            group: frozenset(names[tui] for tui in tuis if tui in names)
            for group, tuis in self._groups().items()
        }
        return {group: types for group, types in groups.items() if types}

    def _release(self) -> RrfRelease:
        tables = tuple(path for path in self.files if path not in self._group_files())
        return RrfRelease.locate(tables, self.on_error)

    def _group_files(self) -> tuple[Path, ...]:
        return tuple(path for path in self.files if path.name.lower().startswith("semgroups"))

    def _groups(self) -> Mapping[str, frozenset[str]]:
        groups = SEMANTIC_GROUPS
        for path in self._group_files():
            groups = read_semantic_groups(path)
        return groups

    def _grouped_types(self) -> frozenset[str]:
        return _types_of(self.groups, self._groups())


_OPTIONAL = {
    "MRSTY": "concepts have no types",
    "MRRANK": "names are preferred by the flags in MRCONSO",
    "MRDEF": "concepts have no definitions",
    "MRREL": "concepts have no parents",
    "MRCUI": "retired CUIs are not known",
}


def _version(cells: list[bytes]) -> str:
    """Return the version of a vocabulary (SVER), or its versioned name (VSAB) without one."""
    return (cells[6] or cells[2]).decode(errors="replace")


def _types_of(groups: tuple[str, ...], known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the TUIs of all `groups`."""
    for group in groups:
        if group not in known:
            raise SpecError(str(UnknownNameError("semantic group", group, known)))
    return frozenset[str]().union(*(known[group] for group in groups))
