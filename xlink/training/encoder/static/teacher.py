"""What a teacher makes of texts, brought to the dimension of its student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.encoders.encoding import encode_all
from xlink.encoders.usem3 import Usem3Encoder
from xlink.text.tokens import is_spaceless

if TYPE_CHECKING:
    from xlink.protocols import Encoder

__all__ = ["Targets", "targets_of", "words_of"]

_BATCH = 20_000
_SAMPLE = 60_000
_WORD_MARK, _LEAST_LETTERS = "▁", 3


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Distinct texts and where they ought to lie.

    *Shape:* `vectors` (texts, dimension), of length 1.
    """

    texts: list[str]
    vectors: npt.NDArray[np.float16]


def targets_of(
    texts: Sequence[str],
    teacher: Encoder,
    *,
    dimension: int,
    spool: Path | None = None,
    seed: int = 13,
) -> Targets:
    """Encode distinct texts and keep the directions in which they differ most.

    The directions are those of the second moments of a sample (PCA without centring), so that
    cosines stay what they are as far as `dimension` allows. With a folder `spool`, a run that was
    killed goes on where it ended.
    """
    distinct = list(dict.fromkeys(texts))
    vectors = encode_all(distinct, teacher, spool=spool, half=True)
    matrix = _directions(vectors, dimension, seed)
    reduced = np.empty((len(distinct), matrix.shape[1]), dtype=np.float16)
    for start in range(0, len(distinct), _BATCH):
        part = vectors[start : start + _BATCH].astype(np.float32) @ matrix
        lengths = np.sqrt(np.square(part).sum(axis=1, keepdims=True))
        reduced[start : start + _BATCH] = part / np.where(lengths > 0, lengths, 1)
    return Targets(distinct, reduced)


def words_of(teacher: Encoder) -> list[str]:
    """Return the words among the pieces of a teacher's tokenizer, in lower case, sorted.

    A piece is a word if a text can begin with it and it has three letters or more, or if its script
    has no spaces between words. None if the teacher does not say what its pieces are.
    """
    pieces = teacher.pieces() if isinstance(teacher, Usem3Encoder) else []
    words = {piece[1:].lower() for piece in pieces if _begins_word(piece)}
    return sorted(words | {piece for piece in pieces if piece.isalpha() and is_spaceless(piece)})


def _begins_word(piece: str) -> bool:
    return piece.startswith(_WORD_MARK) and len(piece) > _LEAST_LETTERS and piece[1:].isalpha()


def _directions(
    vectors: npt.NDArray[np.float32], dimension: int, seed: int
) -> npt.NDArray[np.float32]:
    """Return the `dimension` strongest directions as columns, each with a fixed sign."""
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:_SAMPLE]
    sample = vectors[np.sort(chosen)].astype(np.float64)
    found: npt.NDArray[np.float64] = np.linalg.eigh(sample.T @ sample)[1]
    strongest = found[:, ::-1][:, :dimension]
    signs = np.sign(strongest[np.abs(strongest).argmax(axis=0), np.arange(strongest.shape[1])])
    directions: npt.NDArray[np.float32] = (strongest * signs).astype(np.float32)
    return directions
