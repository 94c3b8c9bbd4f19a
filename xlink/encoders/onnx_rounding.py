"""Products of a graph in 8 bits: weights by output channel, activations row by row.

A row of activations is rounded by its own range, so results don't depend on what is computed beside
it. Two things keep the error small: what is large in the same few channels of every row is moved
into the weights (Xiao et al., SmoothQuant, ICML 2023, equation 4), and activations that have hardly
anything below zero, as GELU's, are shifted up, so that no bit is spent on their sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["round_products"]

Floats = npt.NDArray[np.float32]

# The share of a channel's range that goes into the weights. Cosine with float32 on names of HPO,
# all-MiniLM-L6: .9992 with .5, .9993 with .65 to .7, .9992 with .85, .9972 without.
_MOVED = 0.65
_ONE_SIDED = 1 / 4
_LEAST = 1e-5
_EXTENSIONS = "com.microsoft"


def round_products(plain: Path, place: Path, examples: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write the graph at `plain` with all products by constant matrices rounded.

    The ranges of activations are those that `examples`, an array for each input, give rise to.
    """
    import onnx

    model = onnx.load(plain)
    graph = _Graph(model)
    ranges = _ranges(model, list(graph.products), examples)
    for number, (name, (low, high)) in enumerate(ranges.items()):
        graph.round(f"rounded.{number}", name, low, high)
    graph.finish()
    onnx.save(model, place)


def _ranges(
    model: Any, names: list[str], examples: Mapping[str, npt.NDArray[Any]]
) -> dict[str, tuple[Floats, Floats]]:
    """Return the least and the largest value in each channel of the named activations."""
    import onnx
    from onnxruntime import InferenceSession

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    known = {each.name for each in session.get_inputs()}
    found = session.run(names, {name: each for name, each in examples.items() if name in known})
    rows = (each.reshape(-1, each.shape[-1]) for each in found)
    return {
        name: (each.min(axis=0), each.max(axis=0)) for name, each in zip(names, rows, strict=True)
    }


class _Graph:
    """A graph whose products with constant matrices are replaced."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._matrices = {each.name: each for each in model.graph.initializer}
        self._before: dict[str, list[Any]] = {}  # the nodes in the place of one, by what it gives
        self.products: dict[str, list[Any]] = {}
        for node in model.graph.node:
            if node.op_type == "MatMul" and node.input[1] in self._matrices:
                self.products.setdefault(node.input[0], []).append(node)
        self._constants = {
            "rounded.one": np.array(1, np.float32),
            "rounded.least": np.array(1e-12, np.float32),
            "rounded.flat": np.array([-1], np.int64),
        }

    def round(self, stem: str, name: str, low: Floats, high: Floats) -> None:
        """Replace the products of one activation, whose channels range from `low` to `high`."""
        from onnx import numpy_helper

        nodes = self.products[name]
        matrices = [numpy_helper.to_array(self._matrices[node.input[1]]) for node in nodes]
        shifted = bool(low.min() >= -_ONE_SIDED * high.max())
        if shifted:
            offsets = np.full(len(low), -low.min(), np.float32)
            steps = self._prepared(stem, "Add", name, offsets)
        else:
            offsets = np.zeros(len(low), np.float32)
            moved = _moved(np.maximum(-low, high), matrices)
            matrices = [matrix * moved[:, None] for matrix in matrices]
            steps = self._prepared(stem, "Mul", name, np.reciprocal(moved))
        steps += self._rounded(stem, len(low), shifted=shifted)
        for number, (node, matrix) in enumerate(zip(nodes, matrices, strict=True)):
            steps += self._product(stem, f"{stem}.{number}", matrix, offsets, node.output[0])
            self._before[node.output[0]] = steps
            steps = []

    def finish(self) -> None:
        """Put the new nodes in the places of the old ones."""
        from onnx import helper, numpy_helper

        graph = self._model.graph
        gone = {node.input[1] for nodes in self.products.values() for node in nodes}
        old = [(node, self._before.get(node.output[0], [node])) for node in graph.node]
        nodes = [each for _, new in old for each in new]
        kept = [each for each in graph.initializer if each.name not in gone]
        kept += [numpy_helper.from_array(array, name) for name, array in self._constants.items()]
        del graph.node[:], graph.initializer[:]
        graph.node.extend(nodes)
        graph.initializer.extend(kept)
        self._model.opset_import.append(helper.make_opsetid(_EXTENSIONS, 1))

    def _prepared(self, stem: str, kind: str, name: str, operand: Floats) -> list[Any]:
        from onnx import helper

        self._constants[f"{stem}.operand"] = operand.astype(np.float32)
        return [helper.make_node(kind, [name, f"{stem}.operand"], [f"{stem}.given"])]

    def _rounded(self, stem: str, width: int, *, shifted: bool) -> list[Any]:
        """Return the nodes that round each row of `given` to `numbers`, times `scales`."""
        from onnx import TensorProto, helper

        make, zero = helper.make_node, 0 if shifted else 128
        self._constants[f"{stem}.width"] = np.array([-1, width], np.int64)
        self._constants[f"{stem}.step"] = np.array(1 / (255 if shifted else 127), np.float32)
        self._constants[f"{stem}.zero"] = np.array(zero, np.uint8)
        filler = helper.make_tensor("zero", TensorProto.UINT8, [1], [zero])
        return [
            make("Shape", [f"{stem}.given"], [f"{stem}.shape"]),
            make("Abs", [f"{stem}.given"], [f"{stem}.sizes"]),
            make("ReduceMax", [f"{stem}.sizes"], [f"{stem}.largest"], axes=[-1], keepdims=1),
            make("Mul", [f"{stem}.largest", f"{stem}.step"], [f"{stem}.steps"]),
            make("Max", [f"{stem}.steps", "rounded.least"], [f"{stem}.scales"]),
            make("Reshape", [f"{stem}.scales", "rounded.flat"], [f"{stem}.by_row"]),
            make("Shape", [f"{stem}.by_row"], [f"{stem}.n_rows"]),
            make("ConstantOfShape", [f"{stem}.n_rows"], [f"{stem}.zeros"], value=filler),
            make("Reshape", [f"{stem}.given", f"{stem}.width"], [f"{stem}.rows"]),
            make(
                "QuantizeLinear",
                [f"{stem}.rows", f"{stem}.by_row", f"{stem}.zeros"],
                [f"{stem}.flat"],
                axis=0,
            ),
            make("Reshape", [f"{stem}.flat", f"{stem}.shape"], [f"{stem}.numbers"]),
        ]

    def _product(
        self, stem: str, own: str, matrix: Floats, offsets: Floats, output: str
    ) -> list[Any]:
        """Return the nodes that multiply `numbers` of `stem` with a matrix, to give `output`."""
        from onnx import helper

        scales = np.maximum(np.abs(matrix).max(axis=0), _LEAST) / 127
        rounded = np.rint(matrix / scales).astype(np.int8)
        self._constants[f"{own}.matrix"] = rounded
        # One each: where ONNX Runtime makes matrices unsigned, it does so to their zeros.
        self._constants[f"{own}.zero"] = np.array(0, np.int8)
        self._constants[f"{own}.scales"] = scales.astype(np.float32)
        given = [f"{stem}.numbers", f"{own}.matrix", "rounded.one", f"{own}.scales"]
        given += [f"{stem}.zero", f"{own}.zero"]
        steps = [
            helper.make_node("MatMulIntegerToFloat", given, [f"{own}.sums"], domain=_EXTENSIONS),
            helper.make_node("Mul", [f"{own}.sums", f"{stem}.scales"], [output]),
        ]
        if offsets.any():  # what was added to the activations is taken off again
            self._constants[f"{own}.offset"] = -(offsets @ (rounded * scales)).astype(np.float32)
            steps[-1].output[0] = f"{own}.scaled"
            sums = [f"{own}.scaled", f"{own}.offset"]
            steps.append(helper.make_node("Add", sums, [output]))
        return steps


def _moved(largest: Floats, matrices: list[Floats]) -> Floats:
    """Return what to multiply the rows of matrices with, and to divide activations by."""
    weights = np.maximum.reduce([np.abs(matrix).max(axis=1) for matrix in matrices])
    moved = np.maximum(largest, _LEAST) ** _MOVED / np.maximum(weights, _LEAST) ** (1 - _MOVED)
    scaled: Floats = (moved / np.exp(np.log(moved).mean())).astype(np.float32)
    return scaled
