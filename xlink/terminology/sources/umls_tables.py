"""What further tables of a UMLS release say of kept concepts: MRDEF, MRREL and MRCUI."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt

from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.umls_atoms import LanguageTags, Ranks
from xlink.terminology.sources.umls_kept import KeptConcepts
from xlink.terminology.sources.umls_rrf import RrfRows
from xlink.terminology.sources.umls_selection import cui_of, slot_of
from xlink.types import Concept

__all__ = ["DefinitionOrder", "definitions", "former_ids", "parents"]

_FIRST_CUI, _SECOND_CUI = 0, 4
_AUI_AFTER_CUI = 1


class DefinitionOrder(dict[bytes, tuple[int, int] | None]):
    """Where definitions of a vocabulary come, the lowest best; None where they are not wanted.

    `wanted` names vocabularies, best first. Without it, they go by the language that MRSAB says the
    vocabulary is in, then by its rank.
    """

    def __init__(
        self, wanted: tuple[str, ...], languages: LanguageTags, ranks: Ranks, rows: RrfRows | None
    ) -> None:
        super().__init__()
        self._wanted, self._languages, self._ranks = wanted, languages, ranks
        self._codes = {cells[3]: cells[19] for cells in rows or () if cells[19]}

    def __missing__(self, source: bytes) -> tuple[int, int] | None:
        self[source] = self._place(source)
        return self[source]

    def _place(self, source: bytes) -> tuple[int, int] | None:
        if self._wanted:
            name = source.decode(errors="replace")
            return (self._wanted.index(name), 0) if name in self._wanted else None
        # Without MRSAB, nobody says which language a vocabulary is in.
        language = self._languages[self._codes[source]] if source in self._codes else "und"
        if language is None:
            return None
        return self._languages.place(language), -self._ranks.of_vocabulary(source)


def definitions(
    rows: RrfRows, order: DefinitionOrder, kept: KeptConcepts, dropped: Collection[bytes]
) -> Iterator[Concept]:
    """Yield the best definition of each concept from MRDEF."""
    cui: bytes | None = None
    numbers = tuple[int, ...]()
    best: tuple[tuple[int, int], str] | None = None
    for cells in rows:
        if cells[0] != cui:
            yield from _defined(kept, numbers, best)
            best, cui, slot = None, cells[0], slot_of(cells[0], rows)
            numbers = () if slot is None else kept.numbers(slot)
        place = order[cells[4]]
        if not numbers or place is None or cells[6] in dropped:
            continue
        if best is None or place < best[0]:
            text = rows.text(cells[5])
            if text is not None:
                best = place, tidy(text)
    yield from _defined(kept, numbers, best)


def _defined(
    kept: KeptConcepts, numbers: tuple[int, ...], best: tuple[tuple[int, int], str] | None
) -> Iterator[Concept]:
    if best is not None:
        for number in numbers:
            yield kept.record(number, definition=best[1])


def parents(
    rows: RrfRows,
    hierarchies: Collection[bytes],
    kept: KeptConcepts,
    dropped: Collection[bytes],
    tally: Tally,
) -> Iterator[Concept]:
    """Yield the parents of each concept, from PAR, CHD and `isa` of MRREL between kept ones.

    A relation holds between atoms; between CUIs, it holds for all of their atoms. `hierarchies` are
    the vocabularies that are believed; none for all.
    """
    children, above = _pairs(rows, hierarchies, kept, dropped, tally)
    begin = 0
    for end in (np.flatnonzero(np.diff(children, append=-1)) + 1).tolist():
        ids = tuple(kept.id(number) for number in above[begin:end].tolist())
        yield kept.record(int(children[begin]), parents=ids)
        begin = end


def _pairs(
    rows: RrfRows,
    hierarchies: Collection[bytes],
    kept: KeptConcepts,
    dropped: Collection[bytes],
    tally: Tally,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the numbers of children and their parents, sorted, each pair once."""
    pairs = array("q")
    for cells in rows:
        # A row says what its second concept is to the first: `A|…|PAR|B` makes B the parent.
        relation = cells[3]
        if relation == b"PAR" or (relation != b"CHD" and cells[7] == b"inverse_isa"):
            low, high = _FIRST_CUI, _SECOND_CUI
        elif relation == b"CHD" or cells[7] == b"isa":
            low, high = _SECOND_CUI, _FIRST_CUI
        else:
            continue
        if (hierarchies and cells[10] not in hierarchies) or cells[14] in dropped:
            continue
        child = _number(cells, low, rows, kept, tally)
        if child is None:
            continue
        parent = _number(cells, high, rows, kept, tally)
        if parent is None:
            continue
        if child == parent:
            tally.add("relation within one concept skipped", kept.id(child))
        else:
            pairs.append(child << 32 | parent)
    unique = np.unique(np.array(pairs, dtype=np.int64))
    return unique >> 32, unique & 0xFFFFFFFF


def _number(
    cells: list[bytes], column: int, rows: RrfRows, kept: KeptConcepts, tally: Tally
) -> int | None:
    """Return the number of one end of a relation; None where it is not kept."""
    if kept.by_code:
        return kept.of_atom(cells[column + _AUI_AFTER_CUI])
    slot = slot_of(cells[column], rows)
    if slot is None or kept.is_kept(slot):
        return slot
    if not kept.is_known(slot):
        tally.add("relation skipped: MRCONSO has no such concept", cui_of(slot))
    return None


def former_ids(rows: RrfRows, kept: KeptConcepts, tally: Tally) -> Iterator[Concept]:
    """Yield retired CUIs of MRCUI that were merged into a kept one; all others are counted."""
    merged: dict[int, int] = {}
    split: set[int] = set()
    for cells in rows:
        retired = slot_of(cells[0], rows)
        if retired is None:
            continue
        if cells[2] == b"DEL" or not cells[5]:
            tally.add("retired CUI skipped: it has no successor", cui_of(retired))
        elif cells[2] != b"SY":
            tally.add("retired CUI skipped: it is only related", cui_of(retired))
        else:
            successor = slot_of(cells[5], rows)
            if successor is not None and merged.setdefault(retired, successor) != successor:
                split.add(retired)
    for retired, successor in merged.items():
        if retired in split:
            tally.add("retired CUI skipped: it was split", cui_of(retired))
        elif not kept.is_kept(successor):
            tally.add("retired CUI skipped: its successor is not kept", cui_of(retired))
        else:
            yield kept.record(successor, former_ids=(cui_of(retired),))
