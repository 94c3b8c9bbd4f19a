"""Short forms searched by what their document says they mean, beside as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from xlink.candidate_set import CandidateSet, segment_offsets, segment_sort
from xlink.text.abbreviations import Abbreviations
from xlink.types import Document, Query

__all__ = ["search_long_forms", "with_long_forms"]

# Small, so that they order what is found alike and leave confidence as it is.
_WRITTEN_COST, _LONG_COST = 0.05, 0.02


def with_long_forms(document: Document, queries: Iterable[Query]) -> Iterator[Query]:
    """Yield the queries of a document's mentions with the long forms that it defines.

    Where it defines none, the name that a detector took a mention for is one. A long form that a
    query already has stays.
    """
    if not document.mentions:
        return  # nothing asks for definitions, and the text may be long
    known = Abbreviations(document.text)
    for mention, query in zip(document.mentions, queries, strict=True):
        long_form = known.expand(mention.text, mention.start) or mention.named or None
        unset = long_form is not None and query.long_form is None
        yield replace(query, long_form=long_form) if unset else query


def search_long_forms(
    queries: Sequence[Query], search: Callable[[Sequence[Query]], CandidateSet]
) -> CandidateSet:
    """Search for queries, and for the long forms of those that have one.

    The better score of a concept counts. What the document says outweighs what else a short form
    may mean: found as written a concept loses `_WRITTEN_COST`, by the long form `_LONG_COST`.
    """
    # As they are without a long form, so that who remembers a search need not repeat it.
    found = search([replace(each, long_form=None) for each in queries])
    longer = [
        (number, replace(each, text=each.long_form, long_form=None))
        for number, each in enumerate(queries)
        if each.long_form is not None
    ]
    if not longer:
        return found
    owners = np.array([number for number, _ in longer], dtype=np.int64)
    by_long_form = search([query for _, query in longer])
    return _merged(CandidateSet.concatenate([found, by_long_form]), len(queries), owners)


def _merged(found: CandidateSet, n_queries: int, owners: np.ndarray) -> CandidateSet:
    """Bring the candidates of the queries after the first `n_queries` to those of their owners."""
    numbers = np.concatenate([np.arange(n_queries), owners])[found.query_numbers()]
    is_long = found.query_numbers() >= n_queries
    costs = np.where(is_long, _LONG_COST, np.where(np.isin(numbers, owners), _WRITTEN_COST, 0))
    scores = (found.scores - costs).astype(np.float32)
    order = np.lexsort((-scores, found.concept_rows, numbers))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(numbers[order]) != 0) | (np.diff(found.concept_rows[order]) != 0)
    kept = order[first]
    kept = kept[segment_sort(numbers[kept], scores[kept], found.concept_rows[kept])]
    offsets = segment_offsets(np.bincount(numbers[kept], minlength=n_queries))
    return replace(found, query_offsets=offsets, scores=scores).taken(kept)
