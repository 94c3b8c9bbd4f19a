"""Penalties of hubs, by the equations, and that they bring down what they are for."""

from __future__ import annotations

import numpy as np
import pytest

from xlink.candidates.hubness import Csls, DualInvertedSoftmax, occurrence_skewness

NAMES = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
BANK = np.array([[0.8, 0.6], [0, 1]], dtype=np.float32)
CONCEPTS = np.array([0, 0, 1])
NONE = np.empty((0, 2), dtype=np.float32)


def centred(values: list[float]) -> list[float]:
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def test_dual_inverted_softmax_by_hand() -> None:
    found = DualInvertedSoftmax(query_scale=2, gallery_scale=3).penalties(NAMES, CONCEPTS, BANK)
    queries = [
        np.exp(2 * 0.8) + np.exp(0),
        np.exp(2 * 0.6) + np.exp(2),
        np.exp(2 * 0.96) + np.exp(2 * 0.8),
    ]
    strangers = [np.exp(3 * 0.6), np.exp(3 * 0.8), np.exp(3 * 0.6) + np.exp(3 * 0.8)]
    expected = [(np.log(q) + np.log(g)) / 5 for q, g in zip(queries, strangers, strict=True)]
    assert found == pytest.approx(centred(expected), rel=1e-5)


def test_csls_by_hand() -> None:
    found = Csls(neighbours=1).penalties(NAMES, CONCEPTS, BANK)
    assert found == pytest.approx(centred([0.8 / 2, 1 / 2, 0.96 / 2]), abs=1e-6)
    alone = Csls(neighbours=1).penalties(NAMES, CONCEPTS, NONE)
    assert alone == pytest.approx(centred([0.6 / 2, 0.8 / 2, 0.8 / 2]), abs=1e-6)


@pytest.mark.parametrize("correction", [DualInvertedSoftmax(), Csls()])
def test_without_strangers_there_are_no_hubs(correction: DualInvertedSoftmax | Csls) -> None:
    same = np.zeros(3, dtype=np.int64)
    assert correction.penalties(NAMES, same, NONE) == pytest.approx([0, 0, 0])
    assert correction.penalties(NONE, same[:0], NONE).shape == (0,)


@pytest.mark.parametrize("correction", [DualInvertedSoftmax(), Csls(neighbours=5)])
def test_hubs_are_found_less_often(correction: DualInvertedSoftmax | Csls) -> None:
    rng = np.random.default_rng(0)
    names, queries, bank = rng.normal(size=(3, 400, 50)).astype(np.float32)
    names[:10] *= 0.2
    for vectors in (names, queries, bank):
        vectors[:, 0] += 2  # a common direction, along which the first names lie
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    penalties = correction.penalties(names, np.arange(400), bank)
    plain = np.argsort(names @ queries.T, axis=0)[-5:].T
    mended = np.argsort(names @ queries.T - penalties[:, None], axis=0)[-5:].T
    assert occurrence_skewness(mended, 400) < occurrence_skewness(plain, 400) / 2


def test_skewness_by_hand() -> None:
    lists = [np.array([0, 1]), np.array([0, 2]), np.array([0, 3])]  # found 3, 1, 1 and 1 times
    third = (1.5**3 - 3 * 0.5**3) / 4
    assert occurrence_skewness(lists, 4) == pytest.approx(third / 0.75**1.5)
    assert occurrence_skewness([], 4) == 0
