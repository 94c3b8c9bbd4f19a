"""How alike words are: by hand, on real words, and where there is nothing to compare."""

from __future__ import annotations

import numpy as np
import pytest

from xlink.encoders.ngram_features import slots_of_texts
from xlink.rerank.likeness import Wordings

KNOWN = ["chronic renal failure", "renal", "oedema"]


@pytest.fixture
def wordings() -> Wordings:
    return Wordings(*slots_of_texts(KNOWN))


def test_equal_words_are_wholly_alike(wordings: Wordings) -> None:
    found = wordings.likeness(KNOWN)
    np.testing.assert_allclose(np.diag(found), 1, rtol=1e-6)
    assert found.shape == (3, 3)
    np.testing.assert_allclose(found, found.T, rtol=1e-6)
    assert found[0, 2] == 0


def test_what_is_shared_counts_and_what_is_strange_takes_away(wordings: Wordings) -> None:
    near, far, strange = wordings.likeness(["acute renal failure", "renal colic", "xyz"])
    assert 1 > near[0] > far[0] > 0
    assert far[1] > near[1] > 0
    assert not strange.any()


def test_a_cosine_by_hand() -> None:
    # Bags {1, 2} and {2, 3} of two words, with the slots of a third text left out.
    wordings = Wordings(np.array([0, 3, 5]), np.array([1, 2, 2, 2, 3], dtype=np.int32))
    rare, common = np.log(3 / 2) + 1, np.log(3 / 3) + 1
    shared = common**2 / (rare**2 + common**2)
    both = wordings._bags_of(np.array([0, 0]), np.array([0, 1]), 1) @ wordings._bags
    np.testing.assert_allclose(both.toarray(), [[1, shared]], rtol=1e-6)


def test_nothing_is_alike_to_nothing(wordings: Wordings) -> None:
    assert wordings.likeness([]).shape == (0, 3)
    assert not wordings.likeness([""]).any()
    assert Wordings(*slots_of_texts([])).likeness(KNOWN).shape == (3, 0)
