"""Distillation: what a trained re-ranker says of the lists that another one learns from."""

from __future__ import annotations

from dataclasses import replace

from xlink.rerank.opening import reranker_path
from xlink.rerank.saving import load_reranker
from xlink.terminology import Terminology
from xlink.training.reranker.lists import RankingLists

__all__ = ["taught"]


def taught(lists: RankingLists, teacher: str, terminology: Terminology) -> RankingLists:
    """Return the lists with the logits of the re-ranker `teacher`, a folder or a name at home.

    It renders the pairs as it was trained to, and may have been trained on another base.

    Raises:
        ArtifactError: there is none.
        MissingExtraError: the packages that it needs are not installed.
    """
    opened = load_reranker(reranker_path(teacher), terminology)
    logits = opened.score(lists.queries, lists.candidates).logits
    return replace(lists, candidates=replace(lists.candidates, logits=logits))
