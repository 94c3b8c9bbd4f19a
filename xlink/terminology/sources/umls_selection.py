"""Which concepts of a UMLS release are kept, in tables by the number of the CUI.

A release has millions of CUIs. Python objects for each would take gigabytes, so what is known of a
CUI stands in flat arrays, at a slot that its digits give.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from xlink.errors import DataError, UnknownNameError
from xlink.terminology.sources.umls_rrf import RrfRows

__all__ = ["SemanticTypes", "cui_of", "new_slots", "slot_of"]

# NLM's concepts, and those that the NCI adds in its Metathesaurus of the same format.
_CUI = re.compile(rb"C\d{7}|CL(?:\d{6}|[1-9]\d{6})")
_N_NLM = 10**7
_N_SLOTS = 2 * _N_NLM


def slot_of(cui: bytes, rows: RrfRows) -> int | None:
    """Return the slot of a CUI; None where the row is refused, for it is not one."""
    if _CUI.fullmatch(cui) is None:
        rows.refuse(f"{cui.decode(errors='replace')!r} is not a CUI such as C0011849")
        return None
    return int(cui[1:]) if cui[1] != ord("L") else _N_NLM + int(cui[2:])


def cui_of(slot: int) -> str:
    """Return the CUI at `slot`.

    >>> cui_of(11849), cui_of(10_413_906)
    ('C0011849', 'CL413906')
    """
    return f"C{slot:07d}" if slot < _N_NLM else f"CL{slot - _N_NLM:06d}"


def new_slots(width: type[np.uint8] | type[np.uint32]) -> memoryview[int]:
    """Return a zero for each CUI."""
    # Memory is taken only where a value is written, unlike that of a bytearray; and items of a view
    # are read faster than those of the array.
    return np.zeros(_N_SLOTS, width).data


class SemanticTypes:
    """The semantic types of all CUIs, and whether one of them is wanted.

    A slot holds the number of a combination of types, of which there are few. `named` are wanted
    types by name or TUI, which must exist; `grouped` are TUIs that a release need not have. Without
    any, all concepts are kept.

    Raises:
        DataError: types are wanted and there is no MRSTY, or one of its rows can't be read.
        UnknownNameError: no concept has one of the types that are `named`.
    """

    def __init__(
        self, rows: RrfRows | None, named: frozenset[str], grouped: frozenset[str]
    ) -> None:
        self._wanted = named | grouped
        self._combination_at = new_slots(np.uint32)
        self._tuis: list[tuple[bytes, ...]] = [()]
        self._extended: dict[tuple[int, bytes], int] = {}
        self._number_of: dict[tuple[bytes, ...], int] = {(): 0}
        self._name_of: dict[bytes, str] = {}
        if rows is not None:
            self._read(rows)
        elif self._wanted:
            raise DataError(
                "types or groups are chosen, and there is no MRSTY.RRF",
                remedy="Name the whole folder META, or leave out `types` and `groups`.",
            )
        known = {tui.decode("ascii", "replace") for tui in self._name_of}
        known.update(self._name_of.values())
        for name in sorted(named - known):
            raise UnknownNameError("semantic type", name, known)
        self._names = [tuple(self._name_of[tui] for tui in tuis) for tuis in self._tuis]
        self._kept = [self._is_wanted(tuis) for tuis in self._tuis]

    def keeps(self, slot: int) -> bool:
        """Tell whether the concept at `slot` is of a wanted type."""
        return self._kept[self._combination_at[slot]]

    def names(self, slot: int) -> tuple[str, ...]:
        """Return the names of the types of the concept at `slot`."""
        return self._names[self._combination_at[slot]]

    def _read(self, rows: RrfRows) -> None:
        at, extended = self._combination_at, self._extended
        for cells in rows:
            slot, tui = slot_of(cells[0], rows), cells[1]
            if slot is None:
                continue
            if tui not in self._name_of:
                name = rows.text(cells[3])
                if name is None:
                    continue
                self._name_of[tui] = name
            before = at[slot]
            after = extended.get((before, tui))
            at[slot] = self._extend(before, tui) if after is None else after

    def _extend(self, before: int, tui: bytes) -> int:
        """Return the number of a combination with `tui` added, in whichever order they came."""
        tuis = tuple(sorted({*self._tuis[before], tui}))
        number = self._number_of.setdefault(tuis, len(self._tuis))
        if number == len(self._tuis):
            self._tuis.append(tuis)
        self._extended[before, tui] = number
        return number

    def _is_wanted(self, tuis: Iterable[bytes]) -> bool:
        if not self._wanted:
            return True
        return any(
            tui.decode("ascii", "replace") in self._wanted or self._name_of[tui] in self._wanted
            for tui in tuis
        )
