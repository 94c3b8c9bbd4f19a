"""Transformers exported to ONNX with 8-bit weights: faster on a processor, and without torch."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from xlink.artifact import open_artifact, write_artifact
from xlink.encoders.blocks import encode_in_blocks
from xlink.errors import MissingExtraError, SpecError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    from xlink.encoders.transformer import TransformerEncoder

__all__ = ["OnnxEncoder", "Precision", "export_onnx", "is_onnx_folder"]

Floats = npt.NDArray[np.float32]
Precision = Literal["float32", "int8", "int8-tensor"]

_KIND, _FORMAT = "onnx encoder", 1
_MODEL, _TOKENIZER = "model.onnx", "tokenizer.json"
_BLOCK_TOKENS = 192
_OPSET = 17
_WEIGHTS_A_SCALE = 128
_INT8_PRODUCTS = 4  # as ONNX Runtime numbers the precisions of a product


class OnnxEncoder:
    """Runs an export by `export_onnx`; vectors have length 1.

    With the precision `int8-tensor`, a vector depends a little on what is encoded beside it.
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
        for package in ("onnxruntime", "tokenizers"):
            if importlib.util.find_spec(package) is None:
                raise MissingExtraError("An ONNX encoder", "onnx")
        import onnxruntime
        from tokenizers import Tokenizer

        artifact = open_artifact(
            folder, kind=_KIND, format_version=_FORMAT, remedy="export the model again"
        )
        told = artifact.manifest.parameters
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
        session = onnxruntime.InferenceSession(
            artifact.folder / _MODEL, options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(artifact.folder / _TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(int(str(told["max_tokens"])))
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

    - `float32`: nothing is rounded.
    - `int8`: weights have 8 bits, with a scale for 128 at a time, and so have activations within a
      product, text by text. Vectors hardly move, and don't depend on what is encoded beside them.
    - `int8-tensor`: the fastest. Weights have 8 bits with a scale for each output channel, and
      activations by the range of the whole block, so that neighbours move a vector a little.

    Raises:
        SpecError: there is no such precision.
        MissingExtraError: the packages that export are not installed.
        ArtifactError: `folder` holds something else.
    """
    if precision not in get_args(Precision):
        raise SpecError(f"precision is {', '.join(get_args(Precision))}, not {precision!r}.")
    for package in ("onnx", "onnx_ir", "onnxruntime", "torch"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError("The export to ONNX", "onnx-export")
    with write_artifact(folder, kind=_KIND, format_version=_FORMAT) as writer:
        with tempfile.TemporaryDirectory() as aside:
            plain = Path(aside) / _MODEL
            _export(encoder, plain)
            match precision:
                case "float32":
                    shutil.copyfile(plain, writer.folder / _MODEL)
                case "int8":
                    _round_blocks(plain, writer.folder / _MODEL)
                case "int8-tensor":
                    _round_tensors(plain, writer.folder / _MODEL)
        encoder.tokenizer.backend_tokenizer.save(str(writer.folder / _TOKENIZER))
        writer.parameters |= {
            "model": encoder.name,
            "dimension": encoder.dimension,
            "max_tokens": encoder.max_tokens,
            "pooling": encoder.pooling,
            "precision": precision,
        }


def _export(encoder: TransformerEncoder, place: Path) -> None:
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

    torch.onnx.export(
        Pooled().eval(),
        (torch.ones((8, 7), dtype=torch.int64),),
        str(place),
        input_names=["ids"],
        output_names=["vectors"],
        dynamic_axes={"ids": {0: "texts", 1: "tokens"}, "vectors": {0: "texts"}},
        opset_version=_OPSET,
        dynamo=False,
    )


def _round_blocks(plain: Path, place: Path) -> None:
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(
        onnx.load(plain),
        bits=8,
        block_size=_WEIGHTS_A_SCALE,
        is_symmetric=True,
        accuracy_level=_INT8_PRODUCTS,
    )
    quantizer.process()
    onnx.save(quantizer.model.model, place)


def _round_tensors(plain: Path, place: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(plain, place, per_channel=True, weight_type=QuantType.QInt8)
