"""Vector search: exact is what brute force says, and FAISS comes near to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from xlink.candidates.vectors import exact
from xlink.candidates.vectors.exact import ExactSearch
from xlink.candidates.vectors.faiss_search import FaissSearch, chosen_search
from xlink.candidates.vectors.space import VectorSpace, unit_rows
from xlink.candidates.vectors.stored import Precision, StoredVectors
from xlink.errors import MissingExtraError, UnknownNameError

RNG = np.random.default_rng(7)
VECTORS = unit_rows(RNG.normal(size=(900, 20)).astype(np.float32))
QUERIES = unit_rows(VECTORS[:60] + RNG.normal(scale=0.1, size=(60, 20)).astype(np.float32))
PENALTIES = RNG.normal(scale=0.05, size=900).astype(np.float32)
ADMITTED = RNG.random(900) < 0.3


def ordered(admitted: npt.NDArray[np.bool_] | None) -> list[list[int]]:
    scores = QUERIES @ VECTORS.T - PENALTIES
    if admitted is not None:
        scores[:, ~admitted] = -np.inf
    return [np.argsort(-row).tolist() for row in scores]


def best(n: int, admitted: npt.NDArray[np.bool_] | None) -> list[set[int]]:
    return [set(order[:n]) for order in ordered(admitted)]


def found(
    search: exact.VectorSearch, n: int, admitted: npt.NDArray[np.bool_] | None
) -> list[set[int]]:
    numbers, rows = search.hits(QUERIES, n, admitted)
    return [set(rows[numbers == query].tolist()) for query in range(len(QUERIES))]


@pytest.mark.parametrize("admitted", [None, ADMITTED], ids=["all", "filtered"])
@pytest.mark.parametrize("precision", ["float32", "float16", "int8"])
def test_exact_search_is_brute_force(
    admitted: npt.NDArray[np.bool_] | None, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "_ROWS", 128)
    monkeypatch.setattr(exact, "_QUERIES", 7)
    search = ExactSearch(StoredVectors.of(VECTORS, precision), PENALTIES)
    expected = best(10, admitted)
    got = found(search, 10, admitted)
    if precision == "float32":  # and what is above the last of them, without a gap
        assert got == [
            set(order[: max(10, len(rows))])
            for order, rows in zip(ordered(admitted), got, strict=True)
        ]
    assert np.mean([len(a & b) for a, b in zip(got, expected, strict=True)]) > 9.8


def test_equals_at_the_cut_are_all_returned() -> None:
    twins = StoredVectors.of(np.repeat(VECTORS[:3], 5, axis=0), "float32")
    _, rows = ExactSearch(twins, np.zeros(15, np.float32)).hits(VECTORS[:1], 2, None)
    assert rows.tolist() == [0, 1, 2, 3, 4]
    _, rows = ExactSearch(twins, np.zeros(15, np.float32)).hits(VECTORS[:1], 99, None)
    assert len(rows) == 15


@pytest.mark.parametrize("kind", ["hnsw", "ivf-sq8", "ivf-pq", "ivf-rabitq"])
@pytest.mark.parametrize("admitted", [None, ADMITTED], ids=["all", "filtered"])
def test_faiss_comes_near(kind: str, admitted: npt.NDArray[np.bool_] | None) -> None:
    pytest.importorskip("faiss")
    search = FaissSearch.build(kind, VECTORS, PENALTIES)
    wide = found(search, 100, admitted)
    shares = [len(a & b) / 10 for a, b in zip(best(10, admitted), wide, strict=True)]
    assert np.mean(shares) > 0.9
    if admitted is not None:
        assert all(admitted[list(rows)].all() for rows in wide)


def test_the_search_that_suits_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("faiss")
    sizes = (10, 1_000_000, 1_000_001, 3_000_001)
    kinds = ["flat", "flat", "ivf-sq8", "ivf-rabitq"]
    assert [chosen_search("auto", size) for size in sizes] == kinds
    with pytest.raises(UnknownNameError, match="Did you mean 'hnsw'"):
        chosen_search("hsnw", 10)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert chosen_search("auto", 10**7) == "flat"
    with pytest.raises(MissingExtraError, match=r"xlink\[faiss\]"):
        chosen_search("hnsw", 10)


def test_centring_and_whitening_act_on_both_sides() -> None:
    shifted = (RNG.normal(size=(2_000, 6)) * [9, 5, 3, 1, 1, 1] + 4).astype(np.float32)
    centred = VectorSpace.fit(shifted, centre=True, whiten=None)
    np.testing.assert_allclose(
        centred.apply(shifted), unit_rows(shifted - shifted.mean(axis=0)), atol=1e-5
    )
    space = VectorSpace.fit(shifted, centre=False, whiten=3)
    white = (shifted - space.mean) @ space.matrix
    np.testing.assert_allclose(white.T @ white / len(white), np.eye(3), atol=1e-2)
    assert space.dimension == 3
    assert np.array_equal(space.apply(shifted)[:5], space.apply(shifted[:5]))
    plain = VectorSpace.fit(shifted, centre=False, whiten=None)
    np.testing.assert_allclose(plain.apply(shifted), unit_rows(shifted), atol=1e-6)
    with pytest.raises(ValueError, match="7 can't be kept"):
        VectorSpace.fit(shifted, centre=False, whiten=7)
