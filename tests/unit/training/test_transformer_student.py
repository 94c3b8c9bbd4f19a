"""A transformer in training is the encoder that it was, and opens as the one it became."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.encoders.opening import open_encoder
from xlink.training.encoder.network.transformer import TransformerStudent

torch = pytest.importorskip("torch")

TEXTS = ["fever", "acute renal failure", "a", "pain of the left upper quadrant", "b", "edema"] * 9


@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_a_student_says_what_its_encoder_says(
    tiny_bert: Path, pooling: str, checkpointing: bool
) -> None:
    student = TransformerStudent.open(tiny_bert, pooling=pooling, checkpointing=checkpointing)  # type: ignore[arg-type]
    for module in student.network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    found = student.forward(TEXTS)
    expected = student.encoder().encode(TEXTS)
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=1e-5)
    found.sum().backward()
    assert float(student.network.embeddings.word_embeddings.weight.grad.abs().sum()) > 0


def test_sixteen_bits_are_near(tiny_bert: Path) -> None:
    student = TransformerStudent.open(tiny_bert, bf16=True)
    for module in student.network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    found = student.forward(TEXTS).detach().numpy()
    assert found.dtype == np.float32
    assert 1e-6 < np.abs(found - student.encoder().encode(TEXTS)).max() < 0.03


def test_frozen_embeddings_and_slow_layers(tiny_bert: Path) -> None:
    student = TransformerStudent.open(tiny_bert, freeze_embeddings=True, layer_decay=0.5)
    trained = {name for name, each in student.network.named_parameters() if each.requires_grad}
    assert "embeddings.word_embeddings.weight" not in trained
    assert "embeddings.position_embeddings.weight" in trained
    assert student.pace("encoder.layer.2.output.dense.weight") == 1
    assert student.pace("encoder.layer.0.output.dense.weight") == 0.25
    assert student.pace("embeddings.position_embeddings.weight") == 0.125
    assert student.pace("pooler.dense.weight") == 1


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_what_is_saved_opens_here_and_elsewhere(
    tiny_bert: Path, tmp_path: Path, pooling: str
) -> None:
    student = TransformerStudent.open(tiny_bert, pooling=pooling)  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in student.network.parameters():
            parameter.add_(0.01)
    student.save(tmp_path)
    expected = student.encoder().encode(TEXTS)
    assert np.array_equal(open_encoder(str(tmp_path)).encode(TEXTS), expected)
    library = pytest.importorskip("sentence_transformers")
    found = library.SentenceTransformer(str(tmp_path), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(found, expected, atol=1e-5)
