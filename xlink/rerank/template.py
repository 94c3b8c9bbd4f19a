"""How a tokenizer joins two texts: the special tokens before, between and after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from xlink.errors import SpecError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["PairTemplate"]


@dataclass(frozen=True, slots=True)
class PairTemplate:
    """The ids around two texts, such as `[CLS]`, `[SEP]` and `[SEP]` of BERT.

    `second_type` is the token type of the second text: 1 for BERT, 0 for those that know no types.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    second_type: int

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Self:
        """Find out what a tokenizer puts around a pair.

        Raises:
            SpecError: it joins two texts without any sign between them.
        """
        encoded = tokenizer.encode("a", "a")
        owners = encoded.sequence_ids
        first = [place for place, owner in enumerate(owners) if owner == 0]
        second = [place for place, owner in enumerate(owners) if owner == 1]
        ids = encoded.ids
        if not first or not second or second[0] == first[-1] + 1:
            raise SpecError("This tokenizer puts nothing between two texts: take another model.")
        return cls(
            tuple(ids[: first[0]]),
            tuple(ids[first[-1] + 1 : second[0]]),
            tuple(ids[second[-1] + 1 :]),
            encoded.type_ids[second[0]],
        )

    def join(self, left: list[int], right: list[int]) -> tuple[npt.NDArray[np.int64], int]:
        """Return the ids of a pair, and how many of them belong to the first text."""
        head = [*self.before, *left, *self.between]
        return np.array([*head, *right, *self.after], dtype=np.int64), len(head)
