"""What annotators linked before: how it is counted, kept, and put to use."""

from __future__ import annotations

from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pytest

from xlink.linker import Linker
from xlink.rerank.listwise import Choices, log_likelihood, shares
from xlink.rerank.memory import Memory, Recall
from xlink.rerank.prior import Prior, are_likely, fit_prior, prior_choices
from xlink.terminology import Terminology
from xlink.types import Document, Mention, Query


def document(number: int, text: str, *gold: str) -> Document:
    mention = Mention("T1", ((0, len(text)),), text, gold=frozenset(gold))
    return Document(str(number), text, "en", (mention,))


SEEN = [
    document(0, "Edemas", "T:10"),
    document(1, "edema", "T:10"),
    document(2, "edema", "T:09"),
    document(3, "swelling", "T:10"),
    document(4, "edema", "elsewhere"),
    document(5, "edema"),
]


def test_probabilities_and_likelihood_by_hand() -> None:
    choices = Choices(
        np.array([0, 0, 1]),
        np.array([[1.0, 0.0], [0.0, 0.0], [2.0, 0.0]]),
        np.array([[0.0, 1.0], [0.0, 1.0]]),
    )
    weights = np.array([log(2), log(3)])
    np.testing.assert_allclose(shares(choices, weights), [2 / 6, 1 / 6, 4 / 7])
    right = np.array([True, False, False])
    value, slope = log_likelihood(choices, right, weights)
    assert value == pytest.approx((log(2 / 6) + log(3 / 7)) / 2)
    for place in range(2):
        step = np.eye(2)[place] * 1e-6
        after, before = (log_likelihood(choices, right, weights + d)[0] for d in (step, -step))
        assert slope[place] == pytest.approx((after - before) / 2e-6, abs=1e-6)
    counts = np.array([0.5, 1.5])
    value, slope = log_likelihood(choices, right, weights, counts)
    assert value == pytest.approx((0.5 * log(2 / 6) + 1.5 * log(3 / 7)) / 2)
    expected = 0.5 * (1 - 2 / 6) * np.array([1, 0]) - 0.5 * 3 / 6 * np.array([0, 1])
    expected += 1.5 * (-4 / 7) * np.array([2, 0]) + 1.5 * (1 - 3 / 7) * np.array([0, 1])
    np.testing.assert_allclose(slope, expected / 2)


@pytest.fixture
def queries() -> list[Query]:
    return [Query("1", "edema", language="en"), Query("2", "fever of heart", language="en")]


def test_what_is_remembered(small: Terminology, queries: list[Query], tmp_path: Path) -> None:
    found = Linker.open(small, detector=None).fused(queries)
    memory = Memory.build(SEEN)
    memory.save(tmp_path)
    again = Memory.load(tmp_path)
    features = Recall(memory, small).features(queries, found)
    np.testing.assert_array_equal(Recall(again, small).features(queries, found), features)
    numbers, rows = found.query_numbers().tolist(), found.concept_rows.tolist()
    told = {
        (number, small.concept_id(row)): tuple(values)
        for number, row, values in zip(numbers, rows, features.tolist(), strict=True)
    }
    # Inflected words are the same; what the terminology lacks and NIL count for nothing.
    assert told[0, "T:10"] == pytest.approx((2 / 3, log(4), 1))
    assert told[0, "T:09"] == pytest.approx((1 / 3, log(2), 1))
    assert {share for (number, _), (share, *_) in told.items() if number == 1} == {0.0}


def test_words_that_are_like_remembered_ones(small: Terminology) -> None:
    memory = Memory.build([*SEEN, document(6, "hepatic swelling", "T:09")])
    asked = [Query("1", "swellings of the legs", language="en")] * 130  # two rounds
    found = Linker.open(small, detector=None).fused(asked)
    told = Recall(memory, small).features(asked, found)
    ids = [small.concept_id(row) for row in found.concept_rows.tolist()]
    alike = {each: told[place, 2] for place, each in enumerate(ids)}
    assert 1 > alike["T:10"] > 0
    assert alike.get("T:09", 0) < alike["T:10"]
    np.testing.assert_array_equal(told[found.query_offsets[129] :, 2], told[: len(set(ids)), 2])


def test_without_memory_all_is_zero(small: Terminology, queries: list[Query]) -> None:
    found = Linker.open(small, detector=None).fused(queries)
    assert not Recall(Memory.build([]), small).features(queries, found).any()
    nothing = Linker.open(small, detector=None).fused([])
    assert Recall(Memory.build(SEEN), small).features([], nothing).shape == (0, 3)


def test_what_was_linked_before_comes_first(small: Terminology, queries: list[Query]) -> None:
    found = Linker.open(small, detector=None).fused(queries)
    prior = Prior((1.0, 0.0, 5.0, 1.0, 0.0, 0.0), Memory.build(SEEN), small)
    ordered = prior.ordered(queries, found)
    assert small.concept_id(int(ordered.rows_of(0)[0])) == "T:10"
    assert ordered.query_offsets.tolist() == found.query_offsets.tolist()
    for number in range(len(queries)):
        start, end = found.query_offsets[number : number + 2]
        assert sorted(ordered.rows_of(number)) == sorted(found.rows_of(number))
        assert (np.diff(ordered.scores[start:end]) <= 0).all()
        assert np.exp(ordered.scores[start:end]).sum() < 1


def test_what_is_unlikely_beside_the_first(small: Terminology, queries: list[Query]) -> None:
    found = Linker.open(small, detector=None).fused(queries)
    ordered = Prior((1.0, 0.0, 5.0, 1.0, 0.0, 0.0), Memory.build(SEEN), small).ordered(
        queries, found
    )
    for number in range(len(queries)):
        start, end = ordered.query_offsets[number : number + 2]
        chances = np.exp(ordered.scores[start:end].astype(float))
        expected = chances / chances[0] >= 0.1
        assert are_likely(ordered, 0.1)[start:end].tolist() == expected.tolist()
    assert are_likely(ordered, 0.0).all()
    assert 0 < are_likely(ordered, 0.1).sum() < ordered.n_candidates


def test_a_fit_trusts_a_memory_that_is_right(small: Terminology) -> None:
    queries = [Query(str(n), "edema", language="en") for n in range(20)]
    found = Linker.open(small, detector=None).fused(queries)
    recall = Recall(Memory.build(SEEN), small)
    choices = prior_choices(queries, found, recall)
    wanted = small.row("T:10")
    weights = fit_prior([(choices, found.concept_rows == wanted)])
    assert weights is not None
    assert weights[2] + weights[3] > 1
    # A memory that says nothing leaves the order as it came.
    blank = prior_choices(queries, found, Recall(Memory.build([]), small))
    kept = fit_prior([(blank, found.ranks() == 0)])
    assert kept is not None
    assert kept[2:5] == (0.0, 0.0, 0.0)
    lost = replace(choices, features=np.zeros_like(choices.features))
    assert fit_prior([(lost, found.ranks() == 0)]) is not None
    assert fit_prior([]) is None
