"""Where lists come from: folds, what is kept aside, and that no document remembers itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from xlink.errors import DataError
from xlink.linker import Linker
from xlink.rerank.memory import Memory, Recall
from xlink.tally import Tally
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.sources import find, learned_prior, recall_as_found
from xlink.types import Document

OPTIONS = RerankerOptions(base="none", dev_share=0.25)
OpenLinker = Callable[[], Linker]


def said(memory: Memory) -> int:
    return int(memory.counts.sum())


def test_no_document_is_looked_up_in_a_memory_of_its_own(
    documents: list[Document], open_linker: OpenLinker
) -> None:
    # The same documents come in twice: what one corpus holds out the other holds out too.
    found = find([(documents, open_linker())] * 2, OPTIONS, Tally())
    for each in found:
        assert each.aside is not None
        for lists, memory in [*each.folds, each.aside]:
            recall = Recall(memory, each.terminology)
            features = recall.features(lists.queries, lists.candidates)
            assert not features[:, 0].any()  # no words are annotated in two documents
        assert len(each.folds) == 5
        whole = said(each.aside[1])
        assert all(0 < said(memory) < whole for _, memory in each.folds)


def test_all_mentions_are_found_once(documents: list[Document], open_linker: OpenLinker) -> None:
    for remember in (True, False):
        options = replace(OPTIONS, remember=remember)
        (found,) = find([(documents, open_linker())], options, Tally())
        assert found.aside is not None
        lists = [lists for lists, _ in found.folds] + [found.aside[0]]
        assert sum(map(len, lists)) == sum(len(each.mentions) for each in documents)
        assert (sum(said(memory) for _, memory in found.folds) > 0) == remember
        assert 0 <= recall_as_found([found]) <= 1
    (whole,) = find([(documents, open_linker())], replace(OPTIONS, dev_share=0), Tally())
    assert whole.aside is None
    assert np.isnan(recall_as_found([whole]))


def test_one_document_is_one_fold(documents: list[Document], open_linker: OpenLinker) -> None:
    options = replace(OPTIONS, dev_share=0)
    (found,) = find([(documents[:1], open_linker())], options, Tally())
    assert [len(lists) for lists, _ in found.folds] == [2]
    with pytest.raises(DataError, match="no other fold"):
        find([(documents[:1], lambda _: open_linker())], options, Tally())


def test_the_prior_puts_what_is_said_again_first(
    documents: list[Document], open_linker: OpenLinker
) -> None:
    again = [
        replace(each, id=f"{each.id} {n}", text=f"{each.text} {n}")
        for each in documents
        for n in range(3)
    ]
    found = find([(again, open_linker())], OPTIONS, Tally())
    weights = learned_prior(found)
    assert weights is not None
    assert weights[2] > 1
