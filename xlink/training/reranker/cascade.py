"""The cascade of a trained re-ranker: which mentions it need not see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.decide.features import decision_features, feature_names
from xlink.errors import DataError
from xlink.rerank.blocks import Forward
from xlink.rerank.cascade import Cascade
from xlink.rerank.mixing import Mix
from xlink.rerank.reranker import CrossEncoderReranker
from xlink.training.reranker.drawing import Source
from xlink.training.reranker.lists import RankingLists

__all__ = ["fit_cascade"]


def fit_cascade(
    sources: Sequence[Source],
    forward: Forward,
    mix: Mix,
    *,
    depth: int,
    learns_nil: bool,
    max_loss: float = 0.005,
) -> Cascade | None:
    """Fit on the lists kept aside, for a loss of at most `max_loss` in recall@1 there.

    Sources whose candidates come from other generators than those of the first have no part. None
    where there are no such lists, or the order given is right everywhere or nowhere.
    """
    held = [(each.development, each.renderer) for each in sources]
    kept = [(lists, renderer) for lists, renderer in held if lists is not None and len(lists)]
    if not kept:
        return None
    names = feature_names(kept[0][0].candidates)
    kept = [each for each in kept if feature_names(each[0].candidates) == names]
    features, before, after = [], [], []
    for lists, renderer in kept:
        reranker = CrossEncoderReranker("trained", forward, renderer, mix, learns_nil, depth)
        texts = [query.text for query in lists.queries]
        features.append(decision_features(lists.candidates, texts, renderer.terminology))
        before.append(_first_is_right(lists.candidates, lists))
        after.append(_first_is_right(reranker.rerank(lists.queries, lists.candidates), lists))
    try:
        return Cascade.fit(
            names,
            np.concatenate(features),
            right_before=np.concatenate(before),
            right_after=np.concatenate(after),
            n_gold=sum(int((~lists.is_nil).sum()) for lists, _ in kept),
            max_loss=max_loss,
        )
    except DataError:
        return None  # nothing tells right from wrong there, and all mentions are sent


def _first_is_right(found: CandidateSet, lists: RankingLists) -> npt.NDArray[np.bool_]:
    firsts = (found.rows_of(number)[:1].tolist() for number in range(len(found)))
    rights = zip(firsts, lists.gold, strict=True)
    return np.array([bool(first) and first[0] in gold for first, gold in rights], dtype=bool)
