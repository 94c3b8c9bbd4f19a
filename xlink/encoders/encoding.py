"""Encoding many texts: each distinct one once, those of a length together, and safe from a kill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.progress import track

if TYPE_CHECKING:
    from xlink.protocols import Encoder

__all__ = ["encode_all"]

_CHUNK = 2_048
_FORMAT = 1


def encode_all(
    texts: Sequence[str], encoder: Encoder, *, spool: Path | None = None, half: bool = False
) -> npt.NDArray[np.float32]:
    """Return one vector a text. *Shape:* (n, encoder.dimension)

    With a folder `spool`, vectors are written there as they come, in 16 bits if `half`, and the
    result is mapped from it: after a kill the same call goes on where the other ended. What another
    encoder or other texts left there is replaced.
    """
    numbers: dict[str, int] = {}
    owners = np.fromiter((numbers.setdefault(text, len(numbers)) for text in texts), np.int64)
    distinct = list(numbers)
    order = sorted(range(len(distinct)), key=lambda number: (len(distinct[number]), number))
    dtype = np.float16 if half else np.float32
    shape = (len(distinct), encoder.dimension)
    if spool is None:
        vectors, done, mark = np.empty(shape, dtype=dtype), 0, None
    else:
        vectors, done, mark = _spooled(spool, distinct, encoder.name, shape, np.dtype(dtype))
    for start in track(range(done, len(order), _CHUNK), f"Encoding names with {encoder.name}"):
        chosen = order[start : start + _CHUNK]
        vectors[chosen] = encoder.encode([distinct[number] for number in chosen])
        if mark is not None:
            _record(vectors, mark, start + len(chosen))
    found: npt.NDArray[np.float32] = vectors if len(distinct) == len(texts) else vectors[owners]
    return found


def _spooled(
    folder: Path,
    texts: list[str],
    encoder: str,
    shape: tuple[int, int],
    dtype: np.dtype[np.floating],
) -> tuple[npt.NDArray[np.float32], int, Path]:
    """Open or begin the vectors in `folder`; return them, how many are done, and where that is."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(json.dumps([_FORMAT, encoder, dtype.str, texts]).encode()).hexdigest()
    place, mark = folder / f"{digest[:16]}.npy", folder / f"{digest[:16]}.done"
    if place.is_file() and mark.is_file():
        return np.lib.format.open_memmap(place, mode="r+"), int(mark.read_text()), mark
    for left in (*folder.glob("*.npy"), *folder.glob("*.done")):
        left.unlink()
    vectors = np.lib.format.open_memmap(place, mode="w+", dtype=dtype, shape=shape)
    return vectors, 0, mark


def _record(vectors: npt.NDArray[np.float32], mark: Path, done: int) -> None:
    if isinstance(vectors, np.memmap):
        vectors.flush()
    aside = mark.with_suffix(".part")
    aside.write_text(str(done))
    aside.replace(mark)
