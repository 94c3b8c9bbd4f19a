from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlink.candidate_set import CandidateSet, segment_offsets
from xlink.evaluation import Run, RunHeader, evaluate, evaluate_candidates
from xlink.evaluation.measures import UNRANKED
from xlink.evaluation.retrieval import gold_ranks, mention_ranks
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept, Document, Link, LinkedDocument, Mention

IDS = "ABCDEF"
rows = st.lists(st.integers(0, len(IDS) - 1), unique=True)
problems = st.lists(
    st.tuples(rows, st.frozensets(st.sampled_from(IDS), max_size=3), st.booleans()), max_size=6
)


def candidate_set(lists: list[list[int]]) -> CandidateSet:
    flat = np.array([row for each in lists for row in each], dtype=np.int32)
    offsets = segment_offsets(np.array([len(each) for each in lists], dtype=np.int64))
    return CandidateSet.single("test", offsets, flat, flat, np.ones(len(flat), np.float32))


@given(problems)
def test_columns_give_the_ranks_that_objects_give(
    given_: list[tuple[list[int], frozenset[str], bool]],
) -> None:
    pairs = [(place, IDS.index(each)) for place, (_, ids, _) in enumerate(given_) for each in ids]
    queries = np.array([place for place, _ in pairs], dtype=np.int64)
    gold_rows = np.array([row for _, row in pairs], dtype=np.int32)
    candidates = candidate_set([lists for lists, _, _ in given_])
    composite = np.array([each for _, _, each in given_], dtype=bool)
    found = mention_ranks(gold_ranks(candidates, queries, gold_rows), queries, composite)
    assert found.tolist() == [
        gold_rank([IDS[row] for row in lists], ids, composite=composite)
        for lists, ids, composite in given_
    ]


def gold_rank(concept_ids: list[str], gold_ids: frozenset[str], *, composite: bool) -> int:
    ranks = [concept_ids.index(each) if each in concept_ids else UNRANKED for each in gold_ids]
    return UNRANKED if not ranks else max(ranks) if composite else min(ranks)


@pytest.fixture
def terminology(tmp_path: Path) -> Terminology:
    concepts = [Concept(each, each, (Alias(each),)) for each in IDS]
    return build_terminology(concepts, tmp_path / "letters", name="letters").terminology


def test_a_run_of_the_same_candidates_gives_the_same_figures(terminology: Terminology) -> None:
    golds = ["A", "BC", "Z", "", None, "F"]
    mentions = tuple(
        Mention(
            f"T{place}", ((place, place + 1),), "x", gold=None if ids is None else frozenset(ids)
        )
        for place, ids in enumerate(golds)
    )
    documents = [Document("a", "x" * 9, mentions=mentions[:2])]
    documents.append(Document("b", "x" * 9, mentions=mentions[2:]))
    candidates = candidate_set([[1, 0], [5, 4, 2], [0], [], [3], []])
    links = [
        Link(mention, None, 0.0, candidates.candidates(number, terminology))
        for number, mention in enumerate(mentions)
    ]
    linked = [
        LinkedDocument(documents[0], tuple(links[:2])),
        LinkedDocument(documents[1], tuple(links[2:])),
    ]
    run = Run.of(linked, RunHeader("test"))
    measures = evaluate_candidates(candidates, documents, terminology, ks=(1, 2, 3), seed=5)
    assert (
        measures
        == evaluate(run, documents, terminology=terminology, ks=(1, 2, 3), seed=5).given[:4]
    )
    assert [each.name for each in measures] == ["recall@1", "recall@2", "recall@3", "mrr"]


def test_every_mention_needs_its_query(terminology: Terminology) -> None:
    documents = [Document("a", "x", mentions=(Mention("T1", ((0, 1),), "x"),))]
    with pytest.raises(ValueError, match="2 queries for 1 mentions"):
        evaluate_candidates(candidate_set([[0], [1]]), documents, terminology)
