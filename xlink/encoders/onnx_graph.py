"""Networks as ONNX graphs: exported from torch, rounded to 8 bits, opened by ONNX Runtime."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

import numpy as np

from xlink.errors import MissingExtraError, SpecError

if TYPE_CHECKING:
    import torch
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

__all__ = [
    "Precision",
    "check_precision",
    "open_session",
    "open_tokenizer",
    "typical_ids",
    "write_graph",
]

Precision = Literal["float32", "int8"]

_OPSET = 17
_TYPICAL = (32, 12)
_EXACT_SUMS = "session.x64quantprecision"


def check_precision(precision: str) -> Precision:
    """Return a precision; refuse one that there is not, and an export without its packages.

    Raises:
        SpecError: there is no such precision.
        MissingExtraError: the packages that export are not installed.
    """
    if precision not in get_args(Precision):
        raise SpecError(f"precision is {', '.join(get_args(Precision))}, not {precision!r}.")
    for package in ("onnx", "onnx_ir", "onnxruntime", "torch"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError("The export to ONNX", "onnx-export")
    return cast("Precision", precision)


def write_graph(
    network: torch.nn.Module,
    inputs: Mapping[str, tuple[torch.Tensor, dict[int, str]]],
    output: tuple[str, dict[int, str]],
    place: Path,
    precision: Precision,
    *,
    fixed_ranges: bool = False,
    fixed_shapes: bool = False,
) -> None:
    """Write a network as the graph at `place`.

    `inputs` has an example of each with the names of the axes that vary; so has `output`.

    - `float32`: nothing is rounded.
    - `int8`: weights have 8 bits with a scale for each output channel, and activations within a
      product have 8 bits, row by row. Results hardly move, and don't depend on what is computed
      beside them. The examples must be typical: `typical_ids` makes some. With `fixed_ranges`,
      normalised activations are rounded by the ranges seen on the examples: faster, less exact.
      With `fixed_shapes`, new shapes are written down, where they are the same for all blocks.
    """
    import torch

    axes = {name: axes for name, (_, axes) in inputs.items()} | {output[0]: output[1]}
    with tempfile.TemporaryDirectory() as aside:
        plain = Path(aside) / "plain.onnx"
        torch.onnx.export(
            network.eval(),
            tuple(example for example, _ in inputs.values()),
            str(plain),
            input_names=list(inputs),
            output_names=[output[0]],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        match precision:
            case "float32":
                shutil.copyfile(plain, place)
            case "int8":
                from xlink.encoders.onnx_rounding import round_products
                from xlink.encoders.onnx_shapes import fix_shapes

                examples = {name: each.numpy() for name, (each, _) in inputs.items()}
                if fixed_shapes:
                    fix_shapes(plain, examples)
                round_products(plain, place, examples, fixed_ranges=fixed_ranges)


def typical_ids(n_pieces: int) -> torch.Tensor:
    """Return ids of pieces drawn at random, by which the ranges of activations can be learned.

    They do as well as real names: what is large is so in the same channels for all pieces.
    *Shape:* (32, 12)
    """
    import torch

    return torch.from_numpy(np.random.default_rng(0).integers(n_pieces, size=_TYPICAL))


def open_session(place: Path, feature: str) -> InferenceSession:
    """Open a graph; `OMP_NUM_THREADS` limits its threads, as it does elsewhere.

    Raises:
        MissingExtraError: ONNX Runtime is not installed; the message names the `feature`.
    """
    for package in ("onnxruntime", "tokenizers"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(feature, "onnx")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    if not _sums_are_exact():
        options.add_session_config_entry(_EXACT_SUMS, "1")
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    return onnxruntime.InferenceSession(place, options, providers=["CPUExecutionProvider"])


def _sums_are_exact() -> bool:
    """Tell whether the processor is known to add products of 8 bits without an overflow.

    Without VNNI, ONNX Runtime adds two of them in 16 bits on x86, unless told to go another way
    that takes twice as long. Where that can't be told, it is taken.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    flags = Path("/proc/cpuinfo")
    return flags.is_file() and bool(re.search(r"\bavx(512)?_vnni\b", flags.read_text()))


def open_tokenizer(place: Path, max_tokens: int | None = None) -> Tokenizer:
    """Open a `tokenizer.json` that pads nothing and, unless told, cuts nothing off."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(place))
    tokenizer.no_padding()
    if max_tokens is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(max_tokens)
    return tokenizer
