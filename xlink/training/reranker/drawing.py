"""What a step of the training reads: which lists of which terminology, and what of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from xlink.rerank.prior import Prior, are_likely
from xlink.rerank.rendering import PairRenderer
from xlink.text.folding import fold
from xlink.training.reranker.lists import RankingLists
from xlink.training.reranker.options import RerankerOptions

__all__ = ["Drawing", "Source", "narrowed"]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Lists of one terminology, those kept aside, what renders both, and what put them in order.

    Of those kept aside, candidates with less than `least_share` of the prior probability of the
    first are not read.
    """

    lists: RankingLists
    development: RankingLists | None
    renderer: PairRenderer
    prior: Prior | None = None
    least_share: float = 0.0

    @property
    def read(self) -> RankingLists | None:
        """What is read of the lists kept aside."""
        if self.development is None or self.prior is None:
            return self.development
        likely = are_likely(self.development.candidates, self.least_share)
        return self.development.at(np.flatnonzero(likely))


class Drawing:
    """Draws the lists of each step; all depends on its number and the seed alone.

    Lists of several sources are mixed. With `distinct`, those of the same words and gold take
    turns: each epoch has one of them.
    """

    def __init__(self, sources: Sequence[Source], options: RerankerOptions) -> None:
        self._sources, self._options = sources, options
        self._groups = [
            (source, group)
            for source, each in enumerate(sources)
            for group in _groups(each.lists, distinct=options.distinct)
        ]
        self.n_an_epoch = -(-len(self._groups) // options.lists_a_step)

    def step(self, number: int) -> Iterator[tuple[Source, RankingLists]]:
        """Yield the lists of step `number`, those of one source together."""
        options = self._options
        epoch, place = divmod(number, self.n_an_epoch)
        order = np.random.default_rng([options.seed, epoch]).permutation(len(self._groups))
        drawn = np.random.default_rng([options.seed, number, 1])
        size = options.lists_a_step
        chosen = [np.zeros(len(each.lists), dtype=bool) for each in self._sources]
        for group in order[place * size : (place + 1) * size].tolist():
            source, members = self._groups[group]
            chosen[source][drawn.choice(members)] = True
        for source, kept in zip(self._sources, chosen, strict=True):
            if kept.any():
                lists = source.lists.take(kept)
                yield source, narrowed(lists, options.k, hardest=options.hardest, drawn=drawn)


def narrowed(
    lists: RankingLists, k: int, *, hardest: int, drawn: np.random.Generator
) -> RankingLists:
    """Cut each list to `k` candidates, which stay in their order.

    All that is right is kept, and of what is wrong the first `hardest` and others at random.
    """
    offsets = lists.candidates.query_offsets.tolist()
    kept: list[npt.NDArray[np.int64]] = []
    for start, end in pairwise(offsets):
        places = np.arange(start, end)
        right, wrong = (places[lists.is_right[start:end] == is_right] for is_right in (True, False))
        room = max(0, min(len(wrong), k - len(right)))
        first = min(hardest, room)
        others = drawn.choice(wrong[first:], room - first, replace=False)
        kept.append(np.sort(np.concatenate([right, wrong[:first], others])))
    return lists.at(np.concatenate(kept))


def _groups(lists: RankingLists, *, distinct: bool) -> list[list[int]]:
    """Return the numbers of lists of the same folded words and gold, or each alone."""
    if not distinct:
        return [[number] for number in range(len(lists))]
    groups: dict[tuple[str, str, tuple[int, ...]], list[int]] = {}
    for number, (query, gold) in enumerate(zip(lists.queries, lists.gold, strict=True)):
        groups.setdefault((query.language, fold(query.text), gold), []).append(number)
    return list(groups.values())
