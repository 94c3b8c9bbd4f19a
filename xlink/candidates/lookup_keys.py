"""The keys of names as hashes, level by level, in the order that they are searched in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlink.progress import track
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.text.keys import bag_key_of_folded, key_hashes, surface_key
from xlink.text.tokens import primary_language

__all__ = ["level_hashes", "sorted_hashes"]

_BATCH = 10_000

Hashes = npt.NDArray[np.uint64]


def level_hashes(
    terminology: Terminology, rows: npt.NDArray[np.int64], levels: tuple[str, ...]
) -> dict[str, Hashes]:
    """Return the hashes of the keys of the aliases at `rows`, which ascend, by level."""
    hashes: dict[str, list[Hashes]] = {level: [np.empty(0, dtype=np.uint64)] for level in levels}
    labels = [primary_language(label) for label in terminology.language_labels]
    for start in track(range(0, len(rows), _BATCH), "Hashing names"):
        batch = rows[start : start + _BATCH]
        texts = terminology.alias_table["text"].take(pa.array(batch)).to_pylist()
        folded = fold_many(texts) if levels != ("surface",) else []
        spoken = [labels[code] for code in terminology.alias_languages[batch].tolist()]
        keys = {
            "surface": map(surface_key, texts),
            "folded": folded,
            "bag": map(bag_key_of_folded, folded, spoken),
        }
        for level in levels:
            hashes[level].append(key_hashes(keys[level]))
    return {level: np.concatenate(parts) for level, parts in hashes.items()}


def sorted_hashes(hashes: dict[str, Hashes]) -> dict[str, npt.NDArray[Any]]:
    """Return the hashes of all aliases in order, and the aliases that they belong to."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for level, values in hashes.items():
        order = np.argsort(values, kind="stable")
        arrays[f"{level}_hashes"] = values[order]
        arrays[f"{level}_aliases"] = order.astype(np.int32)
    return arrays
