"""The mix of re-ranker and prior: its arithmetic, its fit, and that it makes nothing worse."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from xlink.rerank.mixing import Mix, ScoredLists


def lists(
    numbers: list[int],
    logits: list[float],
    priors: list[float],
    nil: list[float],
    words: list[float] | None = None,
) -> ScoredLists:
    return ScoredLists(
        np.array(numbers, dtype=np.int64),
        np.array(logits, dtype=np.float32),
        np.array(priors, dtype=np.float32),
        np.array(words or [0.0] * len(numbers), dtype=np.float32),
        np.array(nil, dtype=np.float32),
    )


def test_probabilities_by_hand() -> None:
    mix = Mix(logit_weight=2.0, prior_weight=3.0, nil_bias=0.5)
    found = mix.probabilities(lists([0, 0, 1], [1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.25, 0.0]))
    one, two, none = exp(2 + 1.5), exp(3), exp(0.5 + 0.5)
    total = one + two + none
    expected = [one / total, two / total, 1 / (1 + exp(0.5))]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_words_remembered_count_beside_the_prior() -> None:
    numbers = [number for number in range(60) for _ in range(2)]
    scored = lists(numbers, [0.0, 1.0] * 60, [0.5, 0.5] * 60, [0.0] * 60, [1.0, 0.0] * 60)
    mix = Mix(logit_weight=1.0, words_weight=2.0)
    found = mix.probabilities(scored)[:2]
    np.testing.assert_allclose(found, np.exp([2, 1]) / np.exp([2, 1]).sum(), rtol=1e-6)
    fitted = Mix.fit(scored, np.array([True, False] * 60))
    assert fitted.words_weight > fitted.logit_weight


def test_mentions_whose_words_were_linked_before_have_weights_of_their_own() -> None:
    mix = Mix(logit_weight=1.0, prior_weight=1.0, remembered=Mix(logit_weight=3.0))
    scored = lists([0, 0, 1, 1], [1.0, 0.0] * 2, [0.0, 2.0] * 2, [0.0] * 2, [0, 0, 0.5, 0])
    found = mix.probabilities(scored).reshape(2, 2)
    for number, logits in enumerate([[1.0, 2.0], [3.0, 0.0]]):
        np.testing.assert_allclose(found[number], np.exp(logits) / np.exp(logits).sum(), rtol=1e-6)


def test_each_kind_of_mention_is_fitted_by_its_own() -> None:
    new, known = drawn(1_500), drawn(1_500, seed=1, weights=(0.2, 9.0))
    words = np.zeros(len(new[1]) * 2, dtype=np.float32)
    words[len(new[1]) :] = 0.2
    joined = ScoredLists(
        np.concatenate([new[0].query_numbers, known[0].query_numbers + 1_500]),
        np.concatenate([new[0].logits, known[0].logits]),
        np.concatenate([new[0].priors, known[0].priors]),
        words,
        np.zeros(3_000, dtype=np.float32),
    )
    mix = Mix.fit(joined, np.concatenate([new[1], known[1]]))
    assert mix.remembered is not None
    for own, logit, prior in ((mix, 1.5, 6), (mix.remembered, 0.2, 9)):
        assert own.logit_weight == pytest.approx(logit, abs=0.15)
        assert own.prior_weight == pytest.approx(prior, abs=0.8)
    assert Mix.fit(*new).remembered is None


def test_lists_count_as_much_as_is_told() -> None:
    one, other = drawn(600), drawn(200, seed=1, weights=(0.3, 6.0))
    numbers = np.concatenate([one[0].query_numbers, other[0].query_numbers + 600])
    joined = ScoredLists(
        numbers,
        np.concatenate([one[0].logits, other[0].logits]),
        np.concatenate([one[0].priors, other[0].priors]),
        np.zeros(len(numbers), dtype=np.float32),
        np.zeros(800, dtype=np.float32),
    )
    right = np.concatenate([one[1], other[1]])
    plain = Mix.fit(joined, right).logit_weight
    assert Mix.fit(joined, right, np.ones(800)).logit_weight == pytest.approx(plain)
    apart = Mix.fit(joined, right, np.repeat([1e-6, 4.0], [600, 200])).logit_weight
    assert apart == pytest.approx(Mix.fit(*other).logit_weight, abs=0.05)
    assert apart < plain


def test_without_a_fit_nothing_is_left_for_nil() -> None:
    found = Mix().probabilities(lists([0, 0], [90.0, 0.0], [0.5, 1.0], [0.0]))
    assert found.sum() == pytest.approx(1)
    assert len(Mix().probabilities(lists([], [], [], [0.0]))) == 0


def drawn(
    n: int, seed: int = 0, weights: tuple[float, float] = (1.5, 6.0)
) -> tuple[ScoredLists, np.ndarray]:
    """Draw lists of five, and what is right in each by a mix of these weights."""
    rng = np.random.default_rng(seed)
    logits, priors = rng.normal(0, 2, (n, 5)), rng.random((n, 5))
    chosen = (weights[0] * logits + weights[1] * priors + rng.gumbel(size=(n, 5))).argmax(axis=1)
    right = np.zeros((n, 5), dtype=bool)
    right[np.arange(n), chosen] = True
    numbers = np.repeat(np.arange(n), 5).tolist()
    scored = lists(numbers, logits.ravel().tolist(), priors.ravel().tolist(), [0.0] * n)
    return scored, right.ravel()


def test_a_fit_finds_the_weights_and_its_probabilities_are_right() -> None:
    scored, right = drawn(2_000)
    mix = Mix.fit(scored, right)
    assert mix.logit_weight == pytest.approx(1.5, rel=0.1)
    assert mix.prior_weight == pytest.approx(6, rel=0.1)
    fresh, truth = drawn(2_000, seed=1)
    alone = (each.are_right(fresh, truth).sum() for each in (Mix(), Mix(0.0, 1.0)))
    assert mix.are_right(fresh, truth).sum() > max(alone)
    found = mix.probabilities(fresh)
    for low in (0.2, 0.5, 0.8):
        inside = (found >= low) & (found < low + 0.2)
        assert truth[inside].mean() == pytest.approx(found[inside].mean(), abs=0.05)


def test_lists_without_their_gold_leave_room_for_nil() -> None:
    scored, right = drawn(500)
    numbers = scored.query_numbers
    right = right & (numbers % 4 != 0)  # in a quarter of the lists nothing is right
    mix = Mix.fit(scored, right)
    left = 1 - np.bincount(numbers, mix.probabilities(scored))
    assert left.mean() == pytest.approx(0.25, abs=0.05)


def test_a_reranker_that_knows_nothing_changes_no_order() -> None:
    numbers = [number for number in range(40) for _ in range(3)]
    priors = [0.9, 0.5, 0.1] * 40
    right = np.array([True, False, False] * 40)
    scored = lists(numbers, [-3.0, 0.0, 3.0] * 40, priors, [0.0] * 40)
    mix = Mix.fit(scored, right)
    assert mix.are_right(scored, right).sum() == 40
    assert Mix.fit(lists([], [], [], []), np.array([], dtype=bool)) == Mix()


def test_a_gain_within_its_error_is_not_taken() -> None:
    numbers = [number for number in range(40) for _ in range(2)]
    priors = [0.9, 0.5] * 40
    sure = [0.0, 5.0]  # the re-ranker turns these lists around, and rightly three of five times
    scored = lists(numbers, sure * 5 + [0.0, 0.0] * 35, priors, [0.0] * 40)
    right = np.array([False, True] * 3 + [True, False] * 37)
    assert Mix.fit(scored, right).logit_weight == 0
    assert Mix.likeliest(scored, right).logit_weight > 0
    always = np.array([False, True] * 5 + [True, False] * 35)
    assert Mix.fit(scored, always).logit_weight > 0
