"""Retrieval of names as a measure: which concept is nearest, by the nearest of its names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.encoders.encoding import encode_all

if TYPE_CHECKING:
    from xlink.protocols import Encoder

__all__ = ["NameSearch", "gold_ranks", "recall"]

Rows = npt.NDArray[np.int64]

_QUERY_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class NameSearch:
    """Names to find, and the names among which the concept of each is looked for.

    *Shapes:* `gold` (queries,) and `concepts` (gallery,), ascending: rows of the terminology.
    `without_texts` and `without_concepts` are what a training must not see for a fair score.
    """

    label: str
    queries: list[str]
    gold: Rows
    gallery: list[str]
    concepts: Rows
    without_texts: frozenset[str] = field(default_factory=frozenset)
    without_concepts: frozenset[str] = field(default_factory=frozenset)


def recall(encoder: Encoder, search: NameSearch, ks: Sequence[int] = (1, 5)) -> dict[int, float]:
    """Return the share of queries whose concept is among the nearest `k`, for each of `ks`.

    A concept is as near as its nearest name, by cosine; concepts that tie stand in their order.
    """
    ranks = gold_ranks(encoder.encode(search.queries), encode_all(search.gallery, encoder), search)
    return {k: float((ranks < k).mean()) for k in ks}


def gold_ranks(
    queries: npt.NDArray[np.float32], gallery: npt.NDArray[np.float32], search: NameSearch
) -> Rows:
    """Return the rank of each gold concept, from 0. *Shapes:* (q, d), (g, d) -> (q,)

    A concept that the gallery lacks has the last rank.
    """
    distinct, starts = np.unique(search.concepts, return_index=True)
    places = np.searchsorted(distinct, search.gold).clip(max=len(distinct) - 1)
    ranks = np.full(len(queries), len(distinct), dtype=np.int64)
    found = np.flatnonzero(distinct[places] == search.gold)
    for start in range(0, len(found), _QUERY_BLOCK):
        rows = found[start : start + _QUERY_BLOCK]
        best = np.maximum.reduceat(queries[rows] @ gallery.T, starts, axis=1)
        own = best[np.arange(len(rows)), places[rows]][:, None]
        before = np.arange(len(distinct)) < places[rows][:, None]
        ranks[rows] = ((best > own) | ((best == own) & before)).sum(axis=1)
    return ranks
