"""What of a terminology may be proposed; `xlink.types` has the filter beside the other nouns."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

__all__ = ["NO_FILTER", "Filter"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which part of a terminology may be proposed; an empty field does not restrict.

    `languages` and `sources` choose aliases; `types` (semantic types, or groups of them), `within`
    (ids of subtree roots, which are themselves included) and `ecl` (an expression as
    `xlink.terminology.ecl` describes) choose concepts. A language `pt` admits `pt-BR` as well.
    `leaves` admits only concepts without children, such as the codes that may be billed.
    """

    languages: frozenset[str] = field(default_factory=frozenset)
    sources: frozenset[str] = field(default_factory=frozenset)
    types: frozenset[str] = field(default_factory=frozenset)
    within: frozenset[str] = field(default_factory=frozenset)
    ecl: str = ""
    leaves: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything is restricted at all."""
        return self != NO_FILTER

    def or_else(self, other: Filter) -> Filter:
        """Return this filter with the fields that it leaves empty as `other` has them."""
        names = [each.name for each in fields(self)]
        filled = {name: getattr(self, name) or getattr(other, name) for name in names}
        return replace(self, **filled)


NO_FILTER = Filter()
"""Admits everything."""
