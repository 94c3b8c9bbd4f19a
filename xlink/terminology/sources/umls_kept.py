"""The kept concepts of a UMLS release by number, be they CUIs or codes of a vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from xlink.terminology.sources.umls_selection import SemanticTypes, cui_of, new_slots
from xlink.types import Concept

__all__ = ["KeptConcepts"]

_ABSENT, _LEFT_OUT, _KEPT = range(3)


class KeptConcepts:
    """What was kept of MRCONSO, for the tables that are read after it.

    The number of a concept is the slot of its CUI; with `by_code` concepts are codes, of which a
    CUI may have several, and their numbers count them.
    """

    def __init__(self, types: SemanticTypes, *, by_code: bool) -> None:
        self.by_code = by_code
        self._types = types
        self._state = new_slots(np.uint8)
        self._codes: list[str] = []
        self._slots: list[int] = []
        self._names: list[tuple[int, str]] = []
        self._number_of: dict[str, int] = {}
        self._at_slot: dict[int, tuple[int, ...]] = {}
        self._of_atom: dict[bytes, int] = {}

    def meet(self, slot: int) -> None:
        """Record that a CUI is in the release."""
        if self._state[slot] == _ABSENT:
            self._state[slot] = _LEFT_OUT

    def keep(self, slot: int) -> None:
        """Record that a CUI is kept."""
        self._state[slot] = _KEPT

    def keep_code(self, code: str, slot: int, auis: Iterable[bytes], name: str, order: int) -> None:
        """Record a code under the CUI at `slot`, with its atoms and the name it has there."""
        self.keep(slot)
        number = self._number_of.setdefault(code, len(self._codes))
        if number == len(self._codes):
            self._codes.append(code)
            self._slots.append(slot)
            self._names.append((order, name))
        else:
            self._names[number] = min(self._names[number], (order, name))
        self._at_slot[slot] = (*self._at_slot.get(slot, ()), number)
        self._of_atom.update(dict.fromkeys(auis, number))

    def code_names(self) -> Iterator[Concept]:
        """Yield the name of each code, the best of those that it has under several CUIs."""
        for number, (_, name) in enumerate(self._names):
            yield self.record(number, name=name)

    def is_known(self, slot: int) -> bool:
        """Tell whether MRCONSO has a CUI, kept or not."""
        return self._state[slot] != _ABSENT

    def is_kept(self, slot: int) -> bool:
        """Tell whether a CUI is kept."""
        return self._state[slot] == _KEPT

    def numbers(self, slot: int) -> tuple[int, ...]:
        """Return the numbers of the concepts of a CUI; none if it is not kept."""
        if self.by_code:
            return self._at_slot.get(slot, ())
        return (slot,) if self.is_kept(slot) else ()

    def of_atom(self, aui: bytes) -> int | None:
        """Return the number of the code that an atom belongs to, if it is kept."""
        return self._of_atom.get(aui)

    def id(self, number: int) -> str:
        """Return the id of a concept."""
        return self._codes[number] if self.by_code else cui_of(number)

    def record(
        self,
        number: int,
        *,
        name: str = "",
        definition: str | None = None,
        parents: tuple[str, ...] = (),
        former_ids: tuple[str, ...] = (),
    ) -> Concept:
        """Return a further record of a concept, with its types, by which filters go."""
        types = self._types.names(self._slots[number] if self.by_code else number)
        return Concept(
            self.id(number),
            name,
            types=types,
            definition=definition,
            parents=parents,
            former_ids=former_ids,
        )
