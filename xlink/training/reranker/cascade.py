"""The cascade of a trained re-ranker: which mentions it need not see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import segment_sort
from xlink.decide.features import decision_features, feature_names
from xlink.errors import DataError
from xlink.rerank.cascade import Cascade
from xlink.rerank.mixing import Mix, ScoredLists
from xlink.training.reranker.drawing import Source
from xlink.training.reranker.lists import RankingLists

__all__ = ["fit_cascade"]


def fit_cascade(
    sources: Sequence[Source],
    scored: ScoredLists,
    mix: Mix,
    *,
    max_loss: float = 0.005,
) -> Cascade | None:
    """Fit on the lists kept aside, for a loss of at most `max_loss` in recall@1 in each source.

    `scored` is what the re-ranker says of them, source by source (see `judging.scored`). Sources
    whose candidates come from other generators than those of the first have no part. None where
    there are no such lists, or the order given is right everywhere or nowhere.
    """
    held = [(each.development, each.renderer.terminology) for each in sources]
    kept = [(lists, own) for lists, own in held if lists is not None and len(lists)]
    if not kept:
        return None
    names = feature_names(kept[0][0].candidates)
    alike = [feature_names(lists.candidates) == names for lists, _ in kept]
    features, before, has_gold = [], [], []
    for (lists, terminology), is_alike in zip(kept, alike, strict=True):
        if is_alike:
            texts = [query.text for query in lists.queries]
            features.append(decision_features(lists.candidates, texts, terminology))
            before.append(_first_is_right(lists, lists.candidates.scores))
            has_gold.append(~lists.is_nil)
    read = [each.read for each in sources]
    after = _of_sources(
        [lists for lists in read if lists is not None and len(lists)], mix.probabilities(scored)
    )
    try:
        return Cascade.fit(
            names,
            np.concatenate(features),
            right_before=np.concatenate(before),
            right_after=np.concatenate(
                [own for own, is_in in zip(after, alike, strict=True) if is_in]
            ),
            has_gold=np.concatenate(has_gold),
            parts=np.repeat(np.arange(len(has_gold)), [len(each) for each in has_gold]),
            max_loss=max_loss,
        )
    except DataError:
        return None  # nothing tells right from wrong there, and all mentions are sent


def _of_sources(
    kept: Sequence[RankingLists], scores: npt.NDArray[np.float32]
) -> list[npt.NDArray[np.bool_]]:
    """Return, source by source, whether the candidate with the best score is right."""
    ends = np.cumsum([lists.candidates.n_candidates for lists in kept])[:-1]
    parts = np.split(scores, ends)
    return [_first_is_right(lists, own) for lists, own in zip(kept, parts, strict=True)]


def _first_is_right(lists: RankingLists, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    numbers = lists.candidates.query_numbers()
    order = segment_sort(numbers, scores, lists.candidates.concept_rows)
    is_first = np.append(True, np.diff(numbers[order]) > 0)[: len(order)]
    hits = np.zeros(len(lists), dtype=bool)
    hits[numbers[order[is_first]]] = lists.is_right[order[is_first]]
    return hits
