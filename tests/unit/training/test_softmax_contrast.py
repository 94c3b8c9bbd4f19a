"""The loss and its gradient against finite differences and a plain formula."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from xlink.training.encoder.static.contrast import softmax_contrast, through_length

Floats = npt.NDArray[np.float64]


def drawn(seed: int, n: int = 6) -> Floats:
    return np.random.default_rng(seed).normal(size=(n, 4))


def unit(vectors: Floats) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    divided: npt.NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return divided


def plain_loss(first: Floats, second: Floats, concepts: npt.NDArray[np.int64]) -> float:
    """Write the formula out, pair by pair."""
    scores = 5.0 * (unit(first) @ unit(second).T).astype(np.float64)
    total = 0.0
    for i in range(len(first)):
        fair = [j for j in range(len(first)) if j == i or concepts[j] != concepts[i]]
        total -= 0.5 * (scores[i, i] - np.log(np.exp(scores[i, fair]).sum()))
        total -= 0.5 * (scores[i, i] - np.log(np.exp(scores[fair, i]).sum()))
    return total / len(first)


@pytest.mark.parametrize("concepts", [np.arange(6), np.array([0, 0, 1, 2, 3, 3])])
def test_loss_is_the_formula(concepts: npt.NDArray[np.int64]) -> None:
    first, second = drawn(1), drawn(2)
    loss, _ = softmax_contrast(unit(first), unit(second), concepts, scale=5.0)
    assert loss == pytest.approx(plain_loss(first, second, concepts), abs=1e-5)


def test_gradient_is_that_of_the_loss() -> None:
    first, second, concepts = drawn(1), drawn(2), np.array([0, 0, 1, 2, 3, 3])
    _, slopes = softmax_contrast(unit(first), unit(second), concepts, scale=5.0)
    lengths = np.linalg.norm(first, axis=1, keepdims=True).astype(np.float32)
    got = through_length(unit(first), slopes @ unit(second), lengths)
    step = 1e-3
    for i, j in np.ndindex(first.shape):
        moved = [first.copy(), first.copy()]
        moved[0][i, j] += step
        moved[1][i, j] -= step
        up, down = (plain_loss(each, second, concepts) for each in moved)
        assert got[i, j] == pytest.approx((up - down) / (2 * step), abs=2e-3)
