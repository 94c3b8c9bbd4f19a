"""From annotated documents to what a re-ranker learns from: lists, their order, and a part aside.

No mention is looked up in a memory that has its own document, whatever corpus that came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlink.candidates.training_mentions import TrainingMentions
from xlink.corpora.splits import Split
from xlink.linker import Linker
from xlink.rerank.memory import Memory, Recall
from xlink.rerank.prior import Prior, PriorWeights, fit_prior, prior_choices
from xlink.rerank.rendering import PairRenderer
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.training.reranker.drawing import Source
from xlink.training.reranker.lists import RankingLists, lists_of, out_of_fold
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.relatives import with_relatives
from xlink.training.reranker.teacher import taught
from xlink.types import Document

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Corpus", "Found", "find", "learned_prior", "recall_as_found", "source_of"]

Corpus = tuple[Sequence[Document], Linker | Callable[[Sequence[Document]], Linker]]
"""Annotated documents, and what proposes candidates for their mentions."""

_REACH = 64  # so many candidates are put into order before those that are read are cut off


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Lists of one corpus as its linker finds them: the training part by folds, and what is aside.

    Each comes with a memory of the training parts of all corpora, for a fold without its documents.
    `generators` are the names of those that propose candidates without training mentions.
    """

    terminology: Terminology
    generators: tuple[str, ...]
    folds: tuple[tuple[RankingLists, Memory], ...]
    aside: tuple[RankingLists, Memory] | None


def find(corpora: Sequence[Corpus], options: RerankerOptions, tally: Tally) -> list[Found]:
    """Return the lists of each corpus; what one keeps aside, no other trains on or remembers."""
    aside = _kept_aside([documents for documents, _ in corpora], options)
    training = [[each for each in own if _key(each) not in aside] for own, _ in corpora]
    everything = [each for own in training for each in own]
    found = []
    for (documents, linker), own in zip(corpora, training, strict=True):
        folds = tuple(
            (lists, _memory(everything, fold, options))
            for fold, lists in _folds(own, linker, options, tally)
        )
        opened = linker if isinstance(linker, Linker) else linker(own)
        kept = [each for each in documents if _key(each) in aside]
        development = _known(lists_of(kept, opened, k=_REACH, tally=tally)) if kept else None
        memory = _memory(everything, (), options)
        held = None if development is None else (development, memory)
        names = (each.name for each in opened.generators if not isinstance(each, TrainingMentions))
        found.append(Found(opened.terminology, tuple(names), folds, held))
    return found


def learned_prior(found: Sequence[Found]) -> PriorWeights | None:
    """Fit the prior on all training lists; None if it would put fewer right candidates first."""
    return fit_prior(
        [
            (prior_choices(lists.queries, lists.candidates, recall), lists.is_right)
            for each in found
            for lists, memory in each.folds
            for recall in [Recall(memory, each.terminology)]
        ]
    )


def source_of(
    found: Found,
    weights: PriorWeights | None,
    tokenizer: Tokenizer,
    options: RerankerOptions,
    tally: Tally,
) -> Source:
    """Return the lists of a corpus in the order of the prior, those to train on and those aside."""
    own = found.terminology

    def prior(memory: Memory) -> Prior | None:
        return None if weights is None else Prior(weights, memory, own)

    def ordered(lists: RankingLists, prior: Prior | None, k: int) -> RankingLists:
        if prior is not None:
            lists = lists.among(prior.ordered(lists.queries, lists.candidates))
        return lists.top(k)

    folds = [ordered(lists, prior(memory), options.pool) for lists, memory in found.folds]
    lists = RankingLists.joined(folds)
    lists = lists.for_training(own, missing=options.missing, nil=options.nil, tally=tally)
    if options.relatives:
        lists = with_relatives(lists, own, options.relatives, seed=options.seed)
    if options.teacher is not None:
        lists = taught(lists, options.teacher, own)
    renderer = PairRenderer(tokenizer, own, options.rendering)
    if found.aside is None:
        return Source(lists, None, renderer)
    aside, memory = found.aside
    known = prior(memory)
    held = ordered(aside, known, options.depth)
    return Source(lists, held, renderer, known, options.least_share)


def recall_as_found(found: Sequence[Found]) -> float:
    """Return recall@1 of what is kept aside as the linkers have it, NaN if that is nothing."""
    kept = [each.aside[0] for each in found if each.aside is not None]
    n_gold = sum(int((~lists.is_nil).sum()) for lists in kept)
    n_right = sum(int(lists.top(1).is_right.sum()) for lists in kept)
    return n_right / n_gold if n_gold else float("nan")


def _kept_aside(corpora: Sequence[Sequence[Document]], options: RerankerOptions) -> set[str]:
    """Return the keys of the documents that are not trained on, by any of the linkers."""
    aside: set[str] = set()
    for documents in corpora if options.dev_share > 0 else ():
        shares = {"training": 1 - options.dev_share, "aside": options.dev_share}
        split = Split.draw(documents, shares, seed=options.seed)
        aside.update(_key(each) for each in split.take(documents, "aside"))
    return aside


def _key(document: Document) -> str:
    return f"{document.id}\n{document.text}"


def _folds(
    documents: Sequence[Document],
    linker: Linker | Callable[[Sequence[Document]], Linker],
    options: RerankerOptions,
    tally: Tally,
) -> Iterator[tuple[Sequence[Document], RankingLists]]:
    """Yield documents with their lists, in folds where anything learns from the other folds."""
    if not isinstance(linker, Linker):
        yield from out_of_fold(documents, linker, k=_REACH, seed=options.seed, tally=tally)
    elif options.remember and len(documents) > 1:
        fixed = linker
        yield from out_of_fold(documents, lambda _: fixed, k=_REACH, seed=options.seed, tally=tally)
    else:
        yield documents, lists_of(documents, linker, k=_REACH, tally=tally)


def _memory(
    documents: Iterable[Document], but: Iterable[Document], options: RerankerOptions
) -> Memory:
    left_out = {_key(each) for each in but}
    used = (each for each in documents if _key(each) not in left_out)
    return Memory.build(used if options.remember else ())


def _known(lists: RankingLists) -> RankingLists:
    """Return the mentions that are NIL or whose gold the terminology has."""
    return lists.take(np.array([bool(rows) for rows in lists.gold], dtype=bool) | lists.is_nil)
