"""Ids that a terminology gave up: each lives on in the concept that replaced it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from xlink.tally import Tally
from xlink.types import Concept

__all__ = ["Retired"]


@dataclass(slots=True)
class Retired:
    """Obsolete ids and what replaces each, gathered while a file is read."""

    replacements: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, old: str, new: tuple[str, ...]) -> None:
        """Note that `old` is obsolete and `new` replaces it."""
        self.replacements[old] = new

    def concepts(self, current: Collection[str], tally: Tally) -> Iterator[Concept]:
        """Yield, for each id with one successor among `current`, that with the former id."""
        for old in self.replacements:
            new = self._successor(old)
            if new in current:
                yield Concept(new, "", former_ids=(old,))
            else:
                tally.add("obsolete term skipped: no single term replaces it", old)

    def _successor(self, old: str) -> str:
        """Follow replacements to their end; "" if they branch or turn in a circle."""
        passed: set[str] = set()
        while old in self.replacements:
            if old in passed or len(self.replacements[old]) != 1:
                return ""
            passed.add(old)
            (old,) = self.replacements[old]
        return old
