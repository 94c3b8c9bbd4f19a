"""The teacher's vectors in fewer dimensions: cosines stay, and texts count once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from xlink.training.encoder.static.teacher import targets_of, words_of


class FlatEncoder:
    """Gives vectors that lie in 3 of 12 dimensions, all turned."""

    name = "flat"
    dimension = 12

    def __init__(self) -> None:
        generator = np.random.default_rng(0)
        self.turn = np.linalg.qr(generator.normal(size=(12, 12)))[0]

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        drawn = np.zeros((len(texts), 12))
        for row, text in enumerate(texts):
            drawn[row, :3] = np.random.default_rng([*map(ord, text)]).normal(size=3)
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        turned: npt.NDArray[np.float32] = (drawn @ self.turn).astype(np.float32)
        return turned


def test_cosines_stay_where_the_dimensions_suffice() -> None:
    texts = [f"name {n}" for n in range(50)]
    encoder = FlatEncoder()
    found = targets_of(texts, encoder, dimension=4)
    given = encoder.encode(texts)
    reduced = found.vectors.astype(np.float32)
    np.testing.assert_allclose(reduced @ reduced.T, given @ given.T, atol=5e-3)
    assert found.texts == texts


def test_a_text_counts_once_and_order_of_calls_is_no_matter() -> None:
    encoder = FlatEncoder()
    found = targets_of(["b", "a", "b", "c"], encoder, dimension=2)
    assert found.texts == ["b", "a", "c"]
    again = targets_of(["b", "a", "c"], FlatEncoder(), dimension=2)
    np.testing.assert_array_equal(found.vectors, again.vectors)
    lengths = np.linalg.norm(found.vectors.astype(np.float32), axis=1)
    assert lengths == pytest.approx([1, 1, 1], abs=1e-3)


def test_words_are_asked_of_teachers_that_know_theirs() -> None:
    assert words_of(FlatEncoder()) == []
