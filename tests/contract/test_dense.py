"""The dense generator keeps the laws of `xlink.testing`, whatever searches and corrects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from xlink.candidates import dense
from xlink.candidates.dense import DenseGenerator
from xlink.candidates.hubness import Csls, DualInvertedSoftmax
from xlink.protocols import CandidateGenerator, Encoder
from xlink.terminology import Terminology
from xlink.testing import GeneratorLaws


class LetterEncoder:
    """Counts letters and pairs of them, which is all that the laws need of an encoder."""

    name = "letters"
    dimension = 64

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for one, other in zip(text, f" {text}", strict=False):
                vectors[row, ord(one) % 31] += 1
                vectors[row, 31 + (ord(one) + 7 * ord(other)) % 31] += 1
        return vectors


@pytest.fixture(autouse=True)
def _letters_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(name: str) -> Encoder:
        assert name == "letters"
        return LetterEncoder()

    monkeypatch.setattr(dense, "open_encoder", opened)


class TestFlat(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return DenseGenerator.build(terminology, encoder="letters")


class TestPrefixedWhitenedInEightBits(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return DenseGenerator.build(
            terminology, encoder="letters", prefix="query: ", whiten=12, precision="int8"
        )


class TestDualInvertedSoftmax(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return DenseGenerator.build(
            terminology,
            encoder="letters",
            centre=True,
            hubness=DualInvertedSoftmax(),
            query_bank=["neumonía", "cardiopatía", "浮腫"],
        )


class TestCsls(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return DenseGenerator.build(terminology, encoder="letters", hubness=Csls())


class _Faiss(GeneratorLaws):
    kind: str

    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        pytest.importorskip("faiss")
        return DenseGenerator.build(terminology, encoder="letters", search=self.kind)


class TestHnsw(_Faiss):
    kind = "hnsw"


class TestIvf(_Faiss):
    kind = "ivf-sq8"


class TestIvfPq(_Faiss):
    kind = "ivf-pq"


def test_an_encoder_is_an_encoder() -> None:
    assert isinstance(LetterEncoder(), Encoder)
