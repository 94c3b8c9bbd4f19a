"""What the ids of a mention mean: which count as NIL, and whether several are meant at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from xlink.errors import SpecError

__all__ = ["NIL_IDS", "GoldOptions", "Several", "split_ids"]

Several = Literal["composite", "alternatives"]
"""Whether several ids of one mention are meant all at once, or each of them is right."""

NIL_IDS = frozenset({"-1", "-", "NIL", "NOMAP", "CUI-less"})
"""What corpora write where annotators found no concept."""

_BETWEEN = re.compile(r"[|+;,]")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldOptions:
    """Options that the readers of annotated corpora share.

    `labels` are the only ones wanted, None means all. `several` says what several ids of one
    mention mean where the file does not. `prefix` is put before ids that have none (`D003924`
    becomes `MESH:D003924`). `language` is that of the documents, where the file does not say.

    Raises:
        SpecError: `several` is neither `composite` nor `alternatives`.
    """

    labels: tuple[str, ...] | None = None
    several: Several = "composite"
    prefix: str = ""
    language: str = "und"

    def __post_init__(self) -> None:
        if self.several not in get_args(Several):
            known = " or ".join(get_args(Several))
            raise SpecError(f"several is {known}, not {self.several!r}.")

    def wants(self, label: str) -> bool:
        """Tell whether mentions of this label are wanted."""
        return self.labels is None or label in self.labels

    def gold(self, ids: Iterable[str]) -> frozenset[str]:
        """Return annotated ids as gold; the empty set, NIL, where they say that none fits."""
        return frozenset(
            each if ":" in each else f"{self.prefix}{each}" for each in ids if each not in NIL_IDS
        )

    def is_composite(self, gold: frozenset[str] | None) -> bool:
        """Tell whether the ids of a mention are meant all at once."""
        return gold is not None and len(gold) > 1 and self.several == "composite"


def split_ids(cell: str, strip: Iterable[str]) -> list[str]:
    """Return the ids in a cell, which stand between `|`, `+`, `;` or `,`, without their prefixes.

    Each prefix in `strip` is taken off where an id begins with it.
    """
    ids = [each.strip() for each in _BETWEEN.split(cell) if each.strip()]
    for prefix in strip:
        ids = [each.removeprefix(prefix) for each in ids]
    return ids
