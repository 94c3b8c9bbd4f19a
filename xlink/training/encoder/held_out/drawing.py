"""Names of a terminology by language, and the draw of those that a training does not see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.errors import DataError
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.types import Filter

__all__ = ["NamesByConcept", "draw_one_each", "require"]

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NamesByConcept:
    """The names of some languages, ordered by concept.

    *Shapes:* all (n,), but for `language_labels`, which `languages` are positions in. `concepts`
    are rows of the terminology.
    """

    texts: list[str]
    folded: list[str]
    concepts: Rows
    preferred: Flags
    languages: npt.NDArray[np.int32]
    language_labels: tuple[str, ...]

    @classmethod
    def of(cls, terminology: Terminology, languages: Collection[str]) -> NamesByConcept:
        """Collect the names in these languages."""
        admitted = terminology.select(Filter(languages=frozenset(languages))).aliases
        rows = np.flatnonzero(admitted)
        every = terminology.alias_texts()
        texts = [every[row] for row in rows.tolist()]
        return cls(
            texts,
            fold_many(texts),
            terminology.alias_concepts[rows].astype(np.int64),
            terminology.alias_kinds[rows] == 0,
            terminology.alias_languages[rows].astype(np.int32),
            terminology.language_labels,
        )

    def in_languages(self, languages: Collection[str]) -> Flags:
        """Tell which names are in one of these languages. *Shape:* (n,)"""
        wanted = np.array([label in languages for label in self.language_labels], dtype=bool)
        return wanted[self.languages]

    def taken(self, rows: Iterable[int]) -> tuple[list[str], Rows]:
        """Return the texts and concepts of rows."""
        chosen = list(rows)
        return [self.texts[row] for row in chosen], self.concepts[chosen]

    def owned_by_one(self) -> Flags:
        """Tell which names are those of one concept. *Shape:* (n,)"""
        owners: dict[str, set[int]] = {}
        for text, concept in zip(self.folded, self.concepts.tolist(), strict=True):
            owners.setdefault(text, set()).add(concept)
        return np.array([bool(text) and len(owners[text]) == 1 for text in self.folded], dtype=bool)

    def reading_like(self, rows: Flags) -> Flags:
        """Tell which names fold to the same text as one of `rows` of their concept."""
        known = {(self.concepts[row], self.folded[row]) for row in np.flatnonzero(rows).tolist()}
        pairs = zip(self.concepts, self.folded, strict=True)
        return np.array([pair in known for pair in pairs], dtype=bool)


def draw_one_each(
    names: NamesByConcept, wanted: Flags, n: int, generator: np.random.Generator
) -> Rows:
    """Draw up to `n` concepts, and of each one name that is wanted; return rows, ascending."""
    shuffled = generator.permutation(np.flatnonzero(wanted)).astype(np.int64)
    _, first = np.unique(names.concepts[shuffled], return_index=True)
    drawn: Rows = np.sort(shuffled[generator.permutation(first)[:n]])
    return drawn


def require(found: int, wanted: int, what: str) -> None:
    """Refuse to go on with fewer than are wanted.

    Raises:
        DataError: there are fewer.
    """
    if found < wanted:
        raise DataError(f"{wanted:,} {what} are asked for, and there are {found:,}")
