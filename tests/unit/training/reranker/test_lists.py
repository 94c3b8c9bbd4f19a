"""Training lists: what is right in them, and what becomes of those without their gold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from xlink.candidates.training_mentions import TrainingMentions
from xlink.errors import DataError, SpecError
from xlink.linker import Linker
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.training.reranker.lists import RankingLists, lists_of, out_of_fold
from xlink.training.reranker.relatives import with_relatives
from xlink.types import Document


def test_what_is_right(documents: list[Document], open_linker: Callable[[], Linker]) -> None:
    linker = open_linker()
    lists = lists_of(documents, linker, k=4)
    assert len(lists) == sum(len(each.mentions) for each in documents)
    assert lists.is_nil.sum() == 1
    assert np.diff(lists.candidates.query_offsets).max() <= 4
    for number, rows in enumerate(lists.gold):
        found = lists.candidates.rows_of(number).tolist()
        start, end = lists.candidates.query_offsets[number : number + 2]
        assert lists.is_right[start:end].tolist() == [row in rows for row in found]
        assert lists.has_right[number] == bool(set(found) & set(rows))
    unannotated = [
        replace(each, mentions=tuple(replace(m, gold=None) for m in each.mentions))
        for each in documents
    ]
    assert len(lists_of([*unannotated, *documents], linker, k=4)) == len(lists)


def test_lists_without_gold(
    documents: list[Document], open_linker: Callable[[], Linker], small: Terminology
) -> None:
    lists = lists_of(documents, open_linker(), k=1)
    n_found, tally = int(lists.has_right.sum()), Tally()
    assert n_found < len(lists) - 1
    assert len(lists.for_training(small, tally=tally)) == n_found
    assert sum(tally.counts().values()) == len(lists) - n_found
    n_any = int((np.diff(lists.candidates.query_offsets) > 0).sum())
    with_nil = lists.for_training(small, missing="nil", nil=True)
    assert len(with_nil) == n_any
    added = lists.for_training(small, missing="add")
    assert added.has_right.all()
    assert len(added) == n_any - 1  # but for the mention that is NIL
    aliases = added.candidates.alias_rows
    np.testing.assert_array_equal(small.alias_concepts[aliases], added.candidates.concept_rows)
    with pytest.raises(SpecError, match="NIL is learned"):
        lists.for_training(small, missing="nil")
    with pytest.raises(SpecError, match="drop, add, nil"):
        lists.for_training(small, missing="keep")  # type: ignore[arg-type]


def test_nothing_to_learn(
    documents: list[Document], open_linker: Callable[[], Linker], small: Terminology
) -> None:
    nil = [each for each in documents if not each.mentions[0].gold]
    with pytest.raises(DataError, match="no list"):
        lists_of(nil, open_linker()).for_training(small)


def test_out_of_fold_no_mention_proposes_for_itself(
    documents: list[Document], small: Terminology
) -> None:
    def linker_of(training: Sequence[Document]) -> Linker:
        memory = TrainingMentions.build(small, documents=training)
        return Linker(small, generators=[memory])

    seen = lists_of(documents, linker_of(documents))
    assert seen.has_right.sum() == len(seen) - 1
    folds = list(out_of_fold(documents, linker_of, n_folds=4))
    assert sorted(each.id for own, _ in folds for each in own) == [each.id for each in documents]
    apart = RankingLists.joined([lists for _, lists in folds])
    assert len(apart) == len(seen)
    assert apart.has_right.sum() == 0  # no text is annotated twice


def test_relatives_of_the_gold_join_a_list(
    documents: list[Document], open_linker: Callable[[], Linker], small: Terminology
) -> None:
    lists = lists_of(documents, open_linker(), k=2)
    more = with_relatives(lists, small, 2, seed=1)
    sizes, before = (np.diff(each.candidates.query_offsets) for each in (more, lists))
    assert (sizes >= before).all()
    assert (sizes <= before + 2).all()
    assert sizes.sum() > before.sum()
    assert more.is_right.sum() == lists.is_right.sum()
    for number in range(len(lists)):
        rows = more.candidates.rows_of(number).tolist()
        assert rows[: before[number]] == lists.candidates.rows_of(number).tolist()
        assert len(rows) == len(set(rows))
        gold = {small.concept_id(row) for row in lists.gold[number]}
        for row in rows[before[number] :]:
            concept = small.concept(row)
            near = {*concept.parents, *(up for each in gold for up in small.concept(each).parents)}
            assert near & (gold | set(concept.parents) | {concept.id})
    again = with_relatives(lists, small, 2, seed=1)
    np.testing.assert_array_equal(again.candidates.concept_rows, more.candidates.concept_rows)
