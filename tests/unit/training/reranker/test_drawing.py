"""Which lists are in a step, and what of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from xlink.linker import Linker
from xlink.training.reranker.drawing import Drawing, Source, narrowed
from xlink.training.reranker.lists import RankingLists, lists_of
from xlink.training.reranker.options import RerankerOptions
from xlink.types import Document


def test_lists_are_cut_to_what_is_right_and_hard(
    documents: list[Document], open_linker: Callable[[], Linker]
) -> None:
    lists = lists_of(documents, open_linker(), k=8)
    before = [lists.candidates.rows_of(number).tolist() for number in range(len(lists))]
    drawn = np.random.default_rng(0)
    cut = narrowed(lists, 3, hardest=1, drawn=drawn)
    assert max(map(len, before)) > 3
    for number, rows in enumerate(before):
        kept = cut.candidates.rows_of(number).tolist()
        assert len(kept) == min(3, len(rows))
        assert kept == [row for row in rows if row in kept]  # in their order
        gold = lists.gold[number]
        assert {row for row in rows if row in gold} <= set(kept)
        wrong = [row for row in rows if row not in gold]
        assert wrong[:1] == [row for row in kept if row not in gold][:1]
    np.testing.assert_array_equal(cut.has_right, lists.has_right)


def _words(drawing: Drawing, epoch: int) -> Counter[str]:
    steps = range(epoch * drawing.n_an_epoch, (epoch + 1) * drawing.n_an_epoch)
    return Counter(
        query.text for step in steps for _, lists in drawing.step(step) for query in lists.queries
    )


def test_every_epoch_has_each_list_once(
    documents: list[Document], open_linker: Callable[[], Linker]
) -> None:
    twice = [*documents, *(replace(each, id=f"again-{each.id}") for each in documents)]
    lists = lists_of(twice, open_linker(), k=4)
    queries = [query.text for query in lists.queries]
    source = _unrendered(lists)
    options = RerankerOptions(base="x", lists_a_step=3)
    for distinct, wanted in ((True, Counter(set(queries))), (False, Counter(queries))):
        drawing = Drawing([source], replace(options, distinct=distinct))
        for epoch in (0, 1):
            assert _words(drawing, epoch) == wanted
    both = Drawing([source, source], options)
    assert _words(both, 0) == Counter(dict.fromkeys(queries, 2))
    first = [[own.candidates.concept_rows.tolist() for _, own in both.step(1)] for _ in range(2)]
    assert first[0] == first[1]


def _unrendered(lists: RankingLists) -> Source:
    return Source(lists, None, None)  # type: ignore[arg-type]
