"""Transformers exported to ONNX with 8-bit weights: faster on a processor, and without torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from xlink.artifact import open_artifact, write_artifact
from xlink.encoders.blocks import encode_in_blocks
from xlink.encoders.onnx_graph import (
    Precision,
    check_precision,
    open_session,
    open_tokenizer,
    typical_ids,
    write_graph,
)

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    from xlink.encoders.transformer import TransformerEncoder

__all__ = ["OnnxEncoder", "Precision", "export_onnx", "is_onnx_folder"]

Floats = npt.NDArray[np.float32]

_KIND, _FORMAT = "onnx encoder", 1
_MODEL, _TOKENIZER = "model.onnx", "tokenizer.json"
_BLOCK_TOKENS = 192


class OnnxEncoder:
    """Runs an export by `export_onnx`; vectors have length 1.

    A text's vector doesn't depend on what is encoded beside it.
    """

    def __init__(
        self, name: str, session: InferenceSession, tokenizer: Tokenizer, dimension: int
    ) -> None:
        self.name = name
        self.dimension = dimension
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an export.

        `OMP_NUM_THREADS` limits the threads, as it does elsewhere.

        Raises:
            MissingExtraError: ONNX Runtime is not installed.
            ArtifactError: the folder holds no export, or a damaged one.
        """
        artifact = open_artifact(
            folder, kind=_KIND, format_version=_FORMAT, remedy="export the model again"
        )
        told = artifact.manifest.parameters
        session = open_session(artifact.folder / _MODEL, "An ONNX encoder")
        tokenizer = open_tokenizer(artifact.folder / _TOKENIZER, int(str(told["max_tokens"])))
        return cls(str(folder), session, tokenizer, int(str(told["dimension"])))

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one vector of length 1 a text. *Shape:* (n, dimension)"""
        ids = [each.ids for each in self._tokenizer.encode_batch_fast(list(texts))]
        return encode_in_blocks(
            ids, self._forward, dimension=self.dimension, n_tokens=_BLOCK_TOKENS
        )

    def _forward(self, ids: npt.NDArray[np.int64]) -> Floats:
        vectors: Floats = self._session.run(["vectors"], {"ids": ids})[0]
        return vectors


def is_onnx_folder(folder: Path) -> bool:
    """Tell whether a folder holds an export by `export_onnx`."""
    place = folder / "manifest.json"
    return place.is_file() and json.loads(place.read_text(encoding="utf-8")).get("kind") == _KIND


def export_onnx(
    encoder: TransformerEncoder, folder: Path, *, precision: Precision = "int8"
) -> None:
    """Write a transformer, its pooling and its tokenizer as an ONNX artifact.

    The precisions are those of `xlink.encoders.onnx_graph.write_graph`.

    Raises:
        SpecError: there is no such precision.
        MissingExtraError: the packages that export are not installed.
        ArtifactError: `folder` holds something else.
    """
    check_precision(precision)
    with write_artifact(folder, kind=_KIND, format_version=_FORMAT) as writer:
        _export(encoder, writer.folder / _MODEL, precision)
        encoder.tokenizer.backend_tokenizer.save(str(writer.folder / _TOKENIZER))
        writer.parameters |= {
            "model": encoder.name,
            "dimension": encoder.dimension,
            "max_tokens": encoder.max_tokens,
            "pooling": encoder.pooling,
            "precision": precision,
        }


def _export(encoder: TransformerEncoder, place: Path, precision: Precision) -> None:
    import torch

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        """The network with its pooling, from ids without padding to vectors of length 1."""

        def __init__(self) -> None:
            super().__init__()
            self.network = encoder.model

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            mask = torch.ones_like(ids)
            states = self.network(input_ids=ids, attention_mask=mask).last_hidden_state
            pooled = states[:, 0] if encoder.pooling == "cls" else states.mean(dim=1)
            return torch.nn.functional.normalize(pooled, dim=1)

    example = typical_ids(encoder.model.config.vocab_size)
    write_graph(
        Pooled(),
        {"ids": (example, {0: "texts", 1: "tokens"})},
        ("vectors", {0: "texts"}),
        place,
        precision,
    )
