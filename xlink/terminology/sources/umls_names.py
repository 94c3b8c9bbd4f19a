"""MRCONSO: the concepts of a UMLS release with their names, types and codes elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from xlink.errors import UnknownNameError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.umls_atoms import (
    SUPPRESSED,
    Atom,
    LanguageTags,
    Ranks,
    aliases_of,
    is_abbreviation,
    name_of,
)
from xlink.terminology.sources.umls_kept import KeptConcepts
from xlink.terminology.sources.umls_rrf import RrfRows
from xlink.terminology.sources.umls_selection import SemanticTypes, cui_of, slot_of
from xlink.types import Concept

if TYPE_CHECKING:
    from xlink.terminology.sources.umls import UmlsSource

__all__ = ["NameReader"]

_CODE_COLUMNS = {"scui": 9, "sdui": 10, "code": 13}
# What MRCONSO writes where a vocabulary has no codes.
_NO_CODE = b"NOCODE"


class NameReader:
    """Reads MRCONSO as `options` say, and tells `kept` which concepts there are."""

    def __init__(
        self,
        options: UmlsSource,
        types: SemanticTypes,
        languages: LanguageTags,
        ranks: Ranks,
        kept: KeptConcepts,
        tally: Tally,
    ) -> None:
        self._languages, self._ranks, self._types = languages, ranks, types
        self._kept, self._tally = kept, tally
        self._vocabularies = (*options.sources, *options.id_sources, *options.xrefs)
        self._own = {name.encode() for name in options.id_sources}
        self._coded = self._own | {name.encode() for name in options.xrefs}
        # The vocabularies whose names are kept; None for all.
        self._named: set[bytes] | None = None
        if options.id_sources and not options.extend:
            self._named = self._own
        elif options.sources:
            self._named = self._own | {name.encode() for name in options.sources}
        self._id_column = _CODE_COLUMNS[options.id_column]
        self._dropped = SUPPRESSED - {flag.encode() for flag in options.suppressible}

    def concepts(self, rows: RrfRows) -> Iterator[Concept]:
        """Yield the concepts, one CUI after the other.

        Raises:
            UnknownNameError: no row has a wanted language or vocabulary.
        """
        met: set[bytes] = set()
        cui: bytes | None = None
        slot, keeps, n_dropped = None, False, 0
        atoms: list[Atom] = []
        for cells in rows:
            source = cells[11]
            met.add(source)
            language = self._languages[cells[1]]
            if cells[0] != cui:
                yield from self._concepts(slot, atoms)
                atoms, cui, slot = [], cells[0], slot_of(cells[0], rows)
                keeps = slot is not None and self._enters(slot)
            if not keeps:
                continue
            if self._named is not None and source not in self._named:
                language = None
            if language is None and source not in self._coded:
                continue
            if cells[16] in self._dropped:
                n_dropped += 1
            elif (atom := self._atom(cells, rows, language)) is not None:
                atoms.append(atom)
        yield from self._concepts(slot, atoms)
        self._tally.add("suppressible name skipped", count=n_dropped)
        yield from self._kept.code_names()
        self._check_met(met)

    def _enters(self, slot: int) -> bool:
        """Record that a CUI is in the release, and tell whether it is of a wanted type."""
        if self._kept.is_kept(slot):
            self._tally.add("concept in several places of MRCONSO", cui_of(slot))
        self._kept.meet(slot)
        return self._types.keeps(slot)

    def _atom(self, cells: list[bytes], rows: RrfRows, language: str | None) -> Atom | None:
        """Return the atom of a row; without a `language`, its name is not kept but its code is."""
        source = cells[11]
        code: str | None = ""
        if source in self._coded:
            column = self._id_column if source in self._own else _CODE_COLUMNS["code"]
            code = "" if cells[column] == _NO_CODE else rows.text(cells[column])
        text = "" if language is None else rows.text(cells[14])
        if code is None or text is None:
            return None
        text = tidy(text)
        if language is not None and not text:
            self._tally.add("name skipped: it is empty", f"MRCONSO.RRF, line {rows.line:,}")
        if language == "und":
            example = f"{cells[1].decode(errors='replace')} in line {rows.line:,}"
            self._tally.add("name in a language of unknown code, kept as und", example)
        return Atom(
            order=self._ranks.order(cells),
            text=text,
            language=language or "und",
            source=source.decode(errors="replace"),
            is_abbreviation=is_abbreviation(cells[12]),
            is_own=source in self._own,
            code=code,
            aui=cells[7],
        )

    def _concepts(self, slot: int | None, atoms: list[Atom]) -> Iterator[Concept]:
        """Yield what the atoms of a CUI make: one concept, or one for each code."""
        if slot is None or not atoms:
            return
        repeated = len(atoms) - len({atom.aui for atom in atoms})
        self._tally.add("row of MRCONSO.RRF repeated", cui_of(slot), repeated)
        atoms.sort(key=lambda atom: atom.order)
        if self._kept.by_code:
            yield from self._codes(slot, atoms)
            return
        concept = self._concept(cui_of(slot), slot, atoms, _xrefs(atoms))
        if concept is not None:
            self._kept.keep(slot)
            yield concept

    def _codes(self, slot: int, atoms: list[Atom]) -> Iterator[Concept]:
        shared = [atom for atom in atoms if not atom.is_own]
        by_code: dict[str, list[Atom]] = {}
        for atom in atoms:
            if atom.is_own and atom.code:
                by_code.setdefault(atom.code, []).append(atom)
        for code, own in by_code.items():
            xrefs = (f"UMLS:{cui_of(slot)}", *_xrefs(shared))
            concept = self._concept(code, slot, own + shared, xrefs)
            if concept is not None:
                auis = (atom.aui for atom in own)
                self._kept.keep_code(code, slot, auis, concept.name, own[0].order)
                # Which name is best is known when all CUIs of the code are.
                yield replace(concept, name="")

    def _concept(
        self, id_: str, slot: int, atoms: list[Atom], xrefs: tuple[str, ...]
    ) -> Concept | None:
        aliases = aliases_of(atoms)
        if not aliases:
            return None
        name = name_of(aliases, self._languages)
        return Concept(id_, name, aliases, self._types.names(slot), xrefs=xrefs)

    def _check_met(self, met: set[bytes]) -> None:
        """Refuse languages and vocabularies that no row has, for they are misspelt."""
        for tag in self._languages.unmet():
            raise UnknownNameError("language", tag, self._languages.met())
        known = {source.decode(errors="replace") for source in met}
        for source in self._vocabularies:
            if source not in known:
                raise UnknownNameError("vocabulary", source, known)


def _xrefs(atoms: list[Atom]) -> tuple[str, ...]:
    coded = (f"{atom.source}:{atom.code}" for atom in atoms if atom.code)
    return tuple(dict.fromkeys(coded))
