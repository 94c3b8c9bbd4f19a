"""The measures against scikit-learn, SciPy and arithmetic that can be checked by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import (
    label_ranking_average_precision_score,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)

from xlink.candidate_set import CandidateSet
from xlink.evaluation import DocumentLinks, Run, RunHeader, evaluate
from xlink.evaluation.bootstrap import figures
from xlink.evaluation.measures import UNRANKED, recall_at, reciprocal_ranks
from xlink.evaluation.retrieval import gold_ranks
from xlink.evaluation.statistic import ratio
from xlink.types import Document, Link, Mention

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Ranks = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

N_QUERIES, N_CONCEPTS = 200, 30


@pytest.fixture
def scores() -> Scores:
    return np.random.default_rng(7).random((N_QUERIES, N_CONCEPTS), dtype=np.float32)


@pytest.fixture
def gold() -> Rows:
    drawn = np.random.default_rng(8).integers(0, N_CONCEPTS, N_QUERIES, dtype=np.int32)
    drawn[:N_CONCEPTS] = np.arange(N_CONCEPTS)  # scikit-learn wants to see every class
    return drawn


@pytest.fixture
def ranks(
    scores: Scores,
    gold: Rows,
) -> Ranks:
    order = np.argsort(-scores, axis=1).astype(np.int32)
    candidates = CandidateSet.single(
        "random",
        np.arange(N_QUERIES + 1) * N_CONCEPTS,
        order.ravel(),
        np.zeros(order.size, dtype=np.int32),
        np.take_along_axis(scores, order.astype(np.int64), axis=1).ravel(),
    )
    return gold_ranks(candidates, np.arange(N_QUERIES), gold)


@pytest.mark.parametrize("k", [1, 5, 17])
def test_recall_is_top_k_accuracy(
    scores: Scores,
    gold: Rows,
    ranks: Ranks,
    k: int,
) -> None:
    assert recall_at(ranks, k).mean() == pytest.approx(top_k_accuracy_score(gold, scores, k=k))


def test_reciprocal_rank_is_the_average_precision_of_one_label(
    scores: Scores,
    gold: Rows,
    ranks: Ranks,
) -> None:
    expected = label_ranking_average_precision_score(np.eye(N_CONCEPTS)[gold], scores)
    assert reciprocal_ranks(ranks).mean() == pytest.approx(expected)


def test_ranks_by_hand() -> None:
    ranks = np.array([0, 1, 4, 5, UNRANKED])
    assert recall_at(ranks, 1).sum() == 1
    assert recall_at(ranks, 5).sum() == 3
    assert recall_at(ranks, 64).sum() == 4
    assert reciprocal_ranks(ranks).sum() == pytest.approx(1 + 1 / 2 + 1 / 5 + 1 / 6)


def test_detection_is_the_micro_average_of_scikit_learn() -> None:
    rng = np.random.default_rng(9)
    is_gold, is_predicted = rng.random((2, 12, 40)) < 0.4  # documents by places
    documents = [_document(f"d{number}", row) for number, row in enumerate(is_gold)]
    run = Run(
        RunHeader("random"),
        [
            DocumentLinks(f"d{number}", tuple(Link(each, "X", 1.0) for each in _mentions(row)))
            for number, row in enumerate(is_predicted)
        ],
    )
    evaluation = evaluate(run, documents)
    expected = precision_recall_fscore_support(is_gold, is_predicted, average="micro")[:3]
    for name, value in zip(("precision", "recall", "f1"), expected, strict=True):
        assert evaluation.measure(name).all.value == pytest.approx(value)
        assert evaluation.measure(f"span_{name}").all.value == pytest.approx(value)


def test_the_interval_is_the_percentile_bootstrap_of_scipy() -> None:
    rng = np.random.default_rng(10)
    cases = rng.integers(1, 20, 80).astype(np.float64)
    hits = rng.binomial(cases.astype(np.int64), 0.7).astype(np.float64)
    (figure,) = figures([ratio(hits, cases, int(cases.sum()))], seed=0, n_resamples=20_000)
    expected = bootstrap(
        (hits, cases),
        lambda h, c, axis: h.sum(axis=axis) / c.sum(axis=axis),
        paired=True,
        method="percentile",
        n_resamples=20_000,
        random_state=np.random.default_rng(0),
    ).confidence_interval
    assert figure.value == pytest.approx(hits.sum() / cases.sum())
    assert (figure.low, figure.high) == pytest.approx((expected.low, expected.high), abs=0.003)


def _mentions(at: Mask) -> tuple[Mention, ...]:
    places = np.flatnonzero(at).tolist()
    return tuple(
        Mention(f"T{place}", ((place, place + 1),), "x", gold=frozenset("X")) for place in places
    )


def _document(name: str, at: Mask) -> Document:
    return Document(name, "x" * len(at), mentions=_mentions(at))
