"""How good the order is on lists kept aside, of all corpora together; each counts alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from xlink.rerank.blocks import Forward
from xlink.rerank.listwise import even_counts
from xlink.rerank.mixing import Mix, ScoredLists
from xlink.rerank.reranker import CrossEncoderReranker
from xlink.training.reranker.drawing import Source

__all__ = ["judged", "scored", "validation"]


def scored(
    sources: Sequence[Source], forward: Forward, *, learns_nil: bool
) -> tuple[ScoredLists, npt.NDArray[np.bool_]]:
    """Score what is read of the lists aside, and say what of it is right. *Shape:* (candidates,)"""
    parts: list[ScoredLists] = []
    right: list[npt.NDArray[np.bool_]] = []
    for source in sources:
        kept = source.read
        if kept is not None and len(kept):
            reranker = CrossEncoderReranker(
                "training",
                forward,
                source.renderer,
                learns_nil=learns_nil,
                prior=source.prior,
            )
            parts.append(reranker.score(kept.queries, kept.candidates))
            right.append(kept.is_right)
    starts = np.cumsum([0, *(len(each.nil_logits) for each in parts)])
    numbers = [each.query_numbers + start for each, start in zip(parts, starts, strict=False)]
    floats = [
        np.concatenate([np.empty(0, np.float32), *(getattr(each, name) for each in parts)])
        for name in ("logits", "priors", "words", "nil_logits")
    ]
    joined = ScoredLists(np.concatenate([np.empty(0, np.int64), *numbers]), *floats)
    return joined, np.concatenate([np.empty(0, bool), *right])


def validation(sources: Sequence[Source], forward: Forward, *, learns_nil: bool) -> float:
    """Return the mean log probability of what is right under the mix that fits these lists best.

    The mean of the corpora: it says how good the order can be made, and moves with every list,
    where recall would jump.
    """
    lists, right = scored(sources, forward, learns_nil=learns_nil)
    counts = _counts(sources)
    return Mix.likeliest(lists, right, counts).log_likelihood(lists, right, counts)


def judged(
    sources: Sequence[Source], lists: ScoredLists, right: npt.NDArray[np.bool_]
) -> tuple[Mix, Mapping[str, float]]:
    """Fit the mix on what `scored` gave, and return recall@1 there in each order."""
    kept = [each.development for each in sources if each.development is not None]
    n_lists = sum(map(len, kept))
    if not n_lists:
        return Mix(), {}
    mix = Mix.fit(lists, right, _counts(sources))
    n_gold = max(1, n_lists - sum(int(each.is_nil.sum()) for each in kept))
    orders = {"prior": Mix(0.0, 1.0), "re-ranker": Mix(1.0, 0.0), "mixed": mix}
    figures = {
        f"recall@1 {name}": int(order.are_right(lists, right).sum()) / n_gold
        for name, order in orders.items()
    }
    ceiling = sum(int(each.has_right.sum()) for each in kept) / n_gold
    return mix, figures | {"ceiling": ceiling, "lists kept aside": float(n_lists)}


def _counts(sources: Sequence[Source]) -> npt.NDArray[np.float64]:
    sizes = [len(each.development or ()) for each in sources]
    return even_counts(np.repeat(np.arange(len(sizes)), sizes))
