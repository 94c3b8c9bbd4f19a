"""Training lists: what the candidate stage proposes for annotated mentions, and which are right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, segment_offsets
from xlink.corpora.splits import Split
from xlink.errors import DataError, SpecError
from xlink.linker import Linker
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.training.reranker.options import Missing
from xlink.types import Document, Query

__all__ = ["RankingLists", "lists_of", "out_of_fold"]


@dataclass(frozen=True, slots=True, eq=False)
class RankingLists:
    """The candidates of `q` annotated mentions, `n` in all.

    `is_right` (n,) marks the gold; `is_nil` (q,) the mentions that are annotated as fitting no
    concept; `gold` holds the gold rows of each mention in the terminology, none if it lacks them.
    """

    queries: tuple[Query, ...]
    candidates: CandidateSet
    is_right: npt.NDArray[np.bool_]
    is_nil: npt.NDArray[np.bool_]
    gold: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        """Return the number of mentions."""
        return len(self.queries)

    @property
    def has_right(self) -> npt.NDArray[np.bool_]:
        """Whether the gold of a mention is among its candidates. *Shape:* (q,)"""
        numbers = self.candidates.query_numbers()
        return np.bincount(numbers[self.is_right], minlength=len(self)) > 0

    def take(self, keep: npt.NDArray[np.bool_]) -> RankingLists:
        """Return the mentions for which `keep` holds. *Shape:* (q,)"""
        places = keep[self.candidates.query_numbers()]
        counts = np.diff(self.candidates.query_offsets)[keep]
        kept = np.flatnonzero(keep).tolist()
        candidates = replace(self.candidates.taken(places), query_offsets=segment_offsets(counts))
        return RankingLists(
            tuple(self.queries[number] for number in kept),
            candidates,
            self.is_right[places],
            self.is_nil[keep],
            tuple(self.gold[number] for number in kept),
        )

    def at(self, places: npt.NDArray[np.int64]) -> RankingLists:
        """Return all mentions with the candidates at ascending `places` alone."""
        numbers = self.candidates.query_numbers()[places]
        counts = np.bincount(numbers, minlength=len(self))
        found = replace(self.candidates.taken(places), query_offsets=segment_offsets(counts))
        return replace(self, candidates=found, is_right=self.is_right[places])

    def top(self, k: int) -> RankingLists:
        """Return all mentions with their first `k` candidates."""
        return self.at(np.flatnonzero(self.candidates.ranks() < k))

    def among(self, candidates: CandidateSet) -> RankingLists:
        """Return the same mentions with other candidates, of which the gold is right."""
        return replace(self, candidates=candidates, is_right=_is_right(candidates, self.gold))

    @classmethod
    def joined(cls, parts: Sequence[RankingLists]) -> RankingLists:
        """Return the mentions of all parts, whose candidates the same generators made."""
        return cls(
            tuple(query for part in parts for query in part.queries),
            CandidateSet.concatenate([part.candidates for part in parts]),
            np.concatenate([part.is_right for part in parts]),
            np.concatenate([part.is_nil for part in parts]),
            tuple(rows for part in parts for rows in part.gold),
        )

    def for_training(
        self,
        terminology: Terminology,
        *,
        missing: Missing = "drop",
        nil: bool = False,
        tally: Tally | None = None,
    ) -> RankingLists:
        """Return the lists that there is something to learn from; others are counted in `tally`.

        With `nil`, lists of NIL mentions are kept. Gold that is added has the score of the last
        candidate, whose place it takes.

        Raises:
            SpecError: `missing` is nothing that is known, or "nil" without `nil`.
            DataError: no list is left.
        """
        if missing not in get_args(Missing):
            raise SpecError(f"missing is {', '.join(get_args(Missing))}, not {missing!r}.")
        if missing == "nil" and not nil:
            raise SpecError("A missing gold can only count as NIL where NIL is learned.")
        lists = _with_gold(self, terminology) if missing == "add" else self
        sizes = np.diff(lists.candidates.query_offsets)
        as_nil = lists.is_nil | (~lists.has_right if missing == "nil" else False)
        keep = (lists.has_right | (as_nil & nil)) & (sizes > 0)
        tally = tally if tally is not None else Tally()
        tally.add("mention to train on without its gold among the candidates", count=_n(~keep))
        if not keep.any():
            raise DataError(
                "no list has anything right to learn",
                remedy="Check that gold and terminology have the same ids, or raise k.",
            )
        return lists.take(keep)


def lists_of(
    documents: Iterable[Document], linker: Linker, *, k: int = 16, tally: Tally | None = None
) -> RankingLists:
    """Return the first `k` candidates of every annotated mention, as `linker` finds them.

    Its re-ranker, if it has one, has no part. Gold that the terminology lacks is counted in
    `tally`; such a mention is not NIL.
    """
    tally = tally if tally is not None else Tally()
    queries: list[Query] = []
    gold: list[tuple[int, ...]] = []
    is_nil: list[bool] = []
    for document in documents:
        for mention, query in zip(document.mentions, linker.queries(document), strict=True):
            if mention.gold is None:
                continue
            rows = {each: linker.terminology.row(each) for each in sorted(mention.gold)}
            for concept_id, row in rows.items():
                if row is None:
                    tally.add("gold that the terminology lacks", concept_id)
            queries.append(query)
            gold.append(tuple(row for row in rows.values() if row is not None))
            is_nil.append(not mention.gold)
    found = linker.fused(queries).top(k)
    right = _is_right(found, gold)
    return RankingLists(tuple(queries), found, right, np.array(is_nil, dtype=bool), tuple(gold))


def out_of_fold(
    documents: Sequence[Document],
    open_linker: Callable[[Sequence[Document]], Linker],
    *,
    k: int = 16,
    n_folds: int = 5,
    seed: int = 0,
    tally: Tally | None = None,
) -> Iterator[tuple[Sequence[Document], RankingLists]]:
    """Yield each fold with its lists, by a linker that was made from the other folds.

    A generator that was trained on the very mentions it then proposes for would be right too
    often, and the re-ranker would learn to trust it more than it deserves.

    Raises:
        DataError: there is but one document.
    """
    if len(documents) < 2:
        raise DataError(
            "one document has no other fold to learn from",
            remedy="Give more documents, or generators that do not learn from mentions.",
        )
    names = [f"fold {number}" for number in range(min(n_folds, len(documents)))]
    split = Split.draw(documents, dict.fromkeys(names, 1.0), seed=seed)
    for name in names:
        held = set(split.parts[name])
        linker = open_linker([each for each in documents if each.id not in held])
        own = [each for each in documents if each.id in held]
        yield own, lists_of(own, linker, k=k, tally=tally)


def _with_gold(lists: RankingLists, terminology: Terminology) -> RankingLists:
    """Put the first gold concept in the last place of lists that lack theirs."""
    found = lists.candidates
    rows, right = found.concept_rows.copy(), lists.is_right.copy()
    aliases = found.alias_rows.copy()
    lacking = ~lists.has_right & (np.diff(found.query_offsets) > 0)
    for number in np.flatnonzero(lacking).tolist():
        if lists.gold[number]:
            last = int(found.query_offsets[number + 1]) - 1
            rows[last], right[last] = lists.gold[number][0], True
            aliases[last] = terminology.first_aliases[rows[last]]
    candidates = replace(found, concept_rows=rows, alias_rows=aliases)
    return replace(lists, candidates=candidates, is_right=right)


def _is_right(candidates: CandidateSet, gold: Sequence[tuple[int, ...]]) -> npt.NDArray[np.bool_]:
    numbers, rows = candidates.query_numbers().tolist(), candidates.concept_rows.tolist()
    right = [row in gold[number] for number, row in zip(numbers, rows, strict=True)]
    return np.array(right, dtype=bool)


def _n(mask: npt.NDArray[np.bool_]) -> int:
    return int(mask.sum())
