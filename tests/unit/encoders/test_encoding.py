"""Encoding many texts: each once, in an order that repeats, and on from where a kill left it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from xlink.encoders import encoding
from xlink.encoders.blocks import encode_in_blocks
from xlink.encoders.encoding import encode_all


class LengthEncoder:
    """Encodes a text as its length and first letter; dies when it has encoded `lifetime` texts."""

    name = "lengths"
    dimension = 2

    def __init__(self, lifetime: int = 1_000) -> None:
        self.lifetime = lifetime
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.seen += texts
        if len(self.seen) > self.lifetime:
            raise KeyboardInterrupt
        return np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)


TEXTS = ["ccc", "a", "bb", "a", "dddd", "ee"]
VECTORS = [[3, ord("c")], [1, ord("a")], [2, ord("b")], [1, ord("a")], [4, ord("d")], [2, ord("e")]]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_CHUNK", 2)


def test_each_distinct_text_is_encoded_once_by_length() -> None:
    encoder = LengthEncoder()
    assert encode_all(TEXTS, encoder).tolist() == VECTORS
    assert encoder.seen == ["a", "bb", "ee", "ccc", "dddd"]


def test_no_texts(tmp_path: Path) -> None:
    assert encode_all([], LengthEncoder()).shape == (0, 2)


def test_a_killed_run_is_gone_on_with(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        encode_all(TEXTS, LengthEncoder(lifetime=3), spool=tmp_path)
    second = LengthEncoder()
    assert encode_all(TEXTS, second, spool=tmp_path).tolist() == VECTORS
    assert second.seen == ["ee", "ccc", "dddd"]  # two of the first chunk were safe


def test_what_other_texts_left_is_replaced(tmp_path: Path) -> None:
    encode_all(["x", "yy"], LengthEncoder(), spool=tmp_path)
    encoder = LengthEncoder()
    found = encode_all(TEXTS, encoder, spool=tmp_path, half=True)
    assert found.dtype == np.float16
    assert found.tolist() == VECTORS
    assert len(encoder.seen) == 5
    assert len(list(tmp_path.glob("*.npy"))) == 1


def test_blocks_of_one_length_have_one_shape() -> None:
    shapes = []

    def forward(block: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        shapes.append(block.shape)
        sums: npt.NDArray[np.float32] = block.sum(axis=1, keepdims=True).astype(np.float32)
        return sums

    ids = [[1, 2], [3], [4, 5], [6], [7, 8, 9]]
    found = encode_in_blocks(ids, forward, dimension=1, n_tokens=20)
    assert found.ravel().tolist() == [3, 3, 9, 6, 24]
    assert shapes == [(24, 1), (16, 2), (8, 3)]
    assert encode_in_blocks([], forward, dimension=1, n_tokens=20).shape == (0, 1)
