"""Numbers for names, so that two terminologies are compared on whole columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xlink.terminology.store import Terminology

__all__ = ["carried_aliases", "language_codes", "text_codes"]

Rows = npt.NDArray[np.int64]


def text_codes(*columns: pa.ChunkedArray) -> Rows:
    """Return a number for each text, column after column; equal texts have equal numbers."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    if not chunks:
        return np.empty(0, dtype=np.int64)
    encoded = pa.concat_arrays(chunks).dictionary_encode()
    codes: Rows = encoded.indices.to_numpy().astype(np.int64)
    return codes


def language_codes(terminology: Terminology, labels: Sequence[str]) -> Rows:
    """Return the language of each alias as a position in `labels`. *Shape:* (aliases,)"""
    places = [labels.index(label) for label in terminology.language_labels]
    return np.array(places, dtype=np.int64)[terminology.alias_languages]


def carried_aliases(old: Terminology, new: Terminology) -> Rows:
    """Return, for each alias of `new`, a row of `old` with its text and language, else -1.

    What was computed of a name alone holds for it still. *Shape:* (aliases,)
    """
    labels = sorted({*old.language_labels, *new.language_labels})
    texts = text_codes(old.alias_table["text"], new.alias_table["text"]) * len(labels)
    before = texts[: old.n_aliases] + language_codes(old, labels)
    after = texts[old.n_aliases :] + language_codes(new, labels)
    found = pc.index_in(pa.array(after), value_set=pa.array(before))
    rows: Rows = pc.fill_null(found, -1).to_numpy().astype(np.int64)
    return rows
