"""Static embeddings in the formats of model2vec and sentence-transformers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from xlink.encoders.opening import open_encoder
from xlink.errors import ArtifactError, SpecError, UnknownNameError

tokenizers = pytest.importorskip("tokenizers")
safetensors = pytest.importorskip("safetensors.numpy")

WORDS = {"[UNK]": 0, "acute": 1, "renal": 2, "failure": 3}
TABLE = np.array([[0, 0], [3, 4], [1, 0], [0, 1]], dtype=np.float32)


def write_model(folder: Path, **tensors: npt.NDArray[np.generic]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, "[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    safetensors.save_file(tensors, folder / "model.safetensors")
    return folder


def test_the_mean_of_token_vectors(tmp_path: Path) -> None:
    encoder = open_encoder(str(write_model(tmp_path / "m", embeddings=TABLE)))
    found = encoder.encode(["acute", "renal failure", "", "unheard", "renal renal failure"])
    half = np.sqrt(0.5)
    expected = [[0.6, 0.8], [half, half], [0, 0], [0, 0], [2 / np.sqrt(5), 1 / np.sqrt(5)]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert encoder.encode([]).shape == (0, 2)


def test_weights_and_shared_rows_of_model2vec(tmp_path: Path) -> None:
    folder = write_model(
        tmp_path / "m",
        embeddings=TABLE[:3],
        weights=np.array([1, 1, 2, 1], dtype=np.float64),
        mapping=np.array([0, 1, 2, 1]),
    )
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec"}))
    found = open_encoder(str(folder)).encode(["failure", "renal failure"])
    np.testing.assert_allclose(found, [[0.6, 0.8], [5 / np.sqrt(41), 4 / np.sqrt(41)]], rtol=1e-6)


def test_the_layout_of_sentence_transformers(tmp_path: Path) -> None:
    write_model(tmp_path / "m" / "0_StaticEmbedding", **{"embedding.weight": TABLE})
    module = {"path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"}
    (tmp_path / "m" / "modules.json").write_text(json.dumps([module]))
    found = open_encoder(str(tmp_path / "m")).encode(["acute"])
    np.testing.assert_allclose(found, [[0.6, 0.8]], rtol=1e-6)


def test_a_file_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"holds other, and none of embeddings"):
        open_encoder(str(write_model(tmp_path / "m", other=TABLE)))


def test_what_is_no_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="holds no encoder"):
        open_encoder(str(tmp_path))
    with pytest.raises(UnknownNameError, match="Did you mean 'usem3'"):
        open_encoder("usem")
    with pytest.raises(SpecError, match="name a revision"):
        open_encoder("hf:somebody/model")
