"""The atoms of a UMLS concept (one name in one vocabulary each), ranked and turned into aliases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from xlink.terminology.sources.umls_labels import ABBREVIATION_TYPES, LANGUAGES
from xlink.terminology.sources.umls_rrf import RrfRows
from xlink.types import Alias

__all__ = [
    "SUPPRESSED",
    "Atom",
    "LanguageTags",
    "Ranks",
    "aliases_of",
    "is_abbreviation",
    "name_of",
]

SUPPRESSED = frozenset({b"O", b"E", b"Y"})
"""Flags of atoms that NLM advises to leave out: obsolete, by an editor, or by their term type."""

_N_STATUSES = 8
_SUPPRESSED_LAST = 2**40
_MAX_RANK_DIGITS = 9


class Atom(NamedTuple):
    """A row of MRCONSO; the best `order` is the lowest.

    `text` is empty where only the code counts, `code` where the row has none that counts. `is_own`
    tells that the atom is of the vocabulary whose codes are the ids of concepts.
    """

    order: int
    text: str
    language: str
    source: str
    is_abbreviation: bool
    is_own: bool
    code: str
    aui: bytes


class LanguageTags(dict[bytes, str | None]):
    """BCP 47 tags by LAT code, None for languages that are not `wanted`.

    `wanted` has codes or tags and is in order of preference; without any, all languages are. Codes
    that are met for the first time are looked up, so that `self` tells which a release has.
    """

    def __init__(self, wanted: tuple[str, ...]) -> None:
        super().__init__()
        self._wanted = tuple(LANGUAGES.get(each, each) for each in wanted)

    def __missing__(self, code: bytes) -> str | None:
        tag = LANGUAGES.get(code.decode("ascii", "replace"), "und")
        self[code] = None if self._wanted and tag not in self._wanted else tag
        return self[code]

    def place(self, tag: str) -> int:
        """Return the place of a tag in the order of preference; English is first without one."""
        order = self._wanted or ("en",)
        return order.index(tag) if tag in order else len(order)

    def met(self) -> tuple[str, ...]:
        """Return the codes that were looked up so far."""
        return tuple(code.decode(errors="replace") for code in self)

    def unmet(self) -> tuple[str, ...]:
        """Return the wanted tags that no code so far stands for."""
        return tuple(tag for tag in self._wanted if tag not in self.values())


class Ranks:
    """The precedence of atoms: MRRANK where a release has it, then NLM's flags in MRCONSO."""

    def __init__(self, rows: RrfRows | None) -> None:
        self._ranks: dict[tuple[bytes, bytes], int] = {}
        self._best: dict[bytes, int] = {}
        if rows is not None:
            self._read(rows)

    def order(self, cells: list[bytes]) -> int:
        """Return where a row of MRCONSO comes among those of its concept; the lowest is best."""
        rank = self._ranks.get((cells[11], cells[12]), 0)
        status = (cells[2] != b"P") * 4 + (cells[4] != b"PF") * 2 + (cells[6] != b"Y")
        return status - rank * _N_STATUSES + (cells[16] in SUPPRESSED) * _SUPPRESSED_LAST

    def of_vocabulary(self, source: bytes) -> int:
        """Return the highest rank that an atom of a vocabulary can have."""
        return self._best.get(source, 0)

    def _read(self, rows: RrfRows) -> None:
        for cells in rows:
            rank, source, term_type = cells[:3]
            if not rank.isdigit() or len(rank) > _MAX_RANK_DIGITS:
                rows.refuse(f"the rank {rank.decode(errors='replace')!r} is not a number")
                continue
            self._ranks[source, term_type] = int(rank)
            self._best[source] = max(int(rank), self._best.get(source, 0))


def is_abbreviation(term_type: bytes) -> bool:
    """Tell whether names of this term type (TTY) are abbreviations."""
    return term_type.decode("ascii", "replace").removeprefix("MTH_") in ABBREVIATION_TYPES


def aliases_of(atoms: Iterable[Atom]) -> tuple[Alias, ...]:
    """Return the distinct names of atoms that come best first.

    The first name of each language that is not an abbreviation is the preferred one.
    """
    aliases: dict[tuple[str, str], Alias] = {}
    led: set[str] = set()
    for atom in atoms:
        if not atom.text or (atom.text, atom.language) in aliases:
            continue
        if atom.is_abbreviation:
            alias = Alias(atom.text, atom.language, "abbreviation", atom.source)
        elif atom.language in led:
            alias = Alias(atom.text, atom.language, "synonym", atom.source)
        else:
            led.add(atom.language)
            alias = Alias(atom.text, atom.language, "preferred", atom.source)
        aliases[atom.text, atom.language] = alias
    return tuple(aliases.values())


def name_of(aliases: tuple[Alias, ...], languages: LanguageTags) -> str:
    """Return the name of a concept: the preferred one in the first language that has names."""
    best = min(
        aliases, key=lambda alias: (alias.kind == "abbreviation", languages.place(alias.language))
    )
    return best.text
