"""The distinct names of a terminology as they are encoded, and which aliases share each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import segment_offsets
from xlink.terminology import Terminology
from xlink.text.folding import fold_many

__all__ = ["DistinctNames", "has_content"]

_BATCH = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class DistinctNames:
    """Texts in the order of their first alias.

    *Shapes:* text `s` is that of the aliases `aliases[offsets[s]:offsets[s + 1]]`, ascending.
    Aliases without letters or digits belong to no text.
    """

    texts: list[str]
    offsets: npt.NDArray[np.int64]
    aliases: npt.NDArray[np.int32]

    @classmethod
    def of(cls, terminology: Terminology) -> Self:
        """Collect the texts of all aliases, without the spaces around them."""
        numbers: dict[str, int] = {}
        owners = np.empty(terminology.n_aliases, dtype=np.int64)
        for start in range(0, terminology.n_aliases, _BATCH):
            names = [name.strip() for name in terminology.alias_texts(start, start + _BATCH)]
            for row, (name, speaks) in enumerate(
                zip(names, has_content(names).tolist(), strict=True), start
            ):
                owners[row] = numbers.setdefault(name, len(numbers)) if speaks else -1
        order = np.argsort(owners, kind="stable")
        counts = np.bincount(owners[owners >= 0], minlength=len(numbers))
        n_empty = int((owners < 0).sum())
        return cls(list(numbers), segment_offsets(counts), order[n_empty:].astype(np.int32))


def has_content(texts: list[str]) -> npt.NDArray[np.bool_]:
    """Tell which texts have a letter or digit. *Shape:* (n,)"""
    return np.array([bool(folded) for folded in fold_many(texts)], dtype=bool)
