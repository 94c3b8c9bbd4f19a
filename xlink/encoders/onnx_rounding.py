"""Products of a graph in 8 bits: weights by output channel, activations row by row.

A row of activations is rounded by its own range, so results don't depend on what is computed beside
it. Two things keep the error small: what is large in the same few channels of every row is moved
into the weights (Xiao et al., SmoothQuant, ICML 2023, equation 4), and activations that have hardly
anything below zero, as GELU's, have few numbers for it.

Finding the ranges of rows takes a fourth of the time of a small network. What is normalised has
rows of about one size, and can be rounded by one range for all, seen on the examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["balance", "round_products"]

Floats = npt.NDArray[np.float32]

# The share of a channel's range that goes into the weights. Cosine with float32 on names of HPO,
# all-MiniLM-L6: .9992 with .5, .9993 with .65 to .7, .9992 with .85, .9972 without.
_MOVED = 0.65
_ONE_SIDED = 1 / 8
_BELOW = 32  # of 256 numbers those for what is below zero, in activations that have little of it
_LEAST = 1e-5
_BALANCED = 1e-3
_EXTENSIONS = "com.microsoft"


class _Seen(NamedTuple):
    """The least and the largest value in each channel of an activation, and its number of axes."""

    low: Floats
    high: Floats
    n_axes: int


def round_products(
    plain: Path,
    place: Path,
    examples: Mapping[str, npt.NDArray[Any]],
    *,
    fixed_ranges: bool = False,
) -> None:
    """Write the graph at `plain` with all products by constant matrices rounded.

    The ranges of activations are those that `examples`, an array for each input, give rise to. With
    `fixed_ranges`, those of normalised activations are not found again for each row.
    """
    import onnx

    model = onnx.load(plain)
    graph = _Graph(model)
    ranges = _ranges(model, list(graph.products), examples)
    for number, (name, seen) in enumerate(ranges.items()):
        if fixed_ranges and name in graph.normalised:
            graph.round_fixed(f"rounded.{number}", name, seen)
        else:
            graph.round(f"rounded.{number}", name, seen)
    graph.finish()
    onnx.save(model, place)


def _ranges(
    model: Any, names: list[str], examples: Mapping[str, npt.NDArray[Any]]
) -> dict[str, _Seen]:
    """Return what the named activations are on examples."""
    import onnx
    from onnxruntime import InferenceSession

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    known = {each.name for each in session.get_inputs()}
    found = session.run(names, {name: each for name, each in examples.items() if name in known})
    rows = [each.reshape(-1, each.shape[-1]) for each in found]
    return {
        name: _Seen(each.min(axis=0), each.max(axis=0), whole.ndim)
        for name, each, whole in zip(names, rows, found, strict=True)
    }


class _Graph:
    """A graph whose products with constant matrices are replaced."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._matrices = {each.name: each for each in model.graph.initializer}
        self._before: dict[str, list[Any]] = {}  # the nodes in the place of one, by what it gives
        self.products: dict[str, list[Any]] = {}
        self.normalised: set[str] = set()
        self._users: dict[str, list[Any]] = {}
        for node in model.graph.node:
            for name in node.input:
                self._users.setdefault(name, []).append(node)
            if node.op_type == "MatMul" and node.input[1] in self._matrices:
                self.products.setdefault(node.input[0], []).append(node)
            if node.op_type == "LayerNormalization":
                self.normalised.add(node.output[0])
        self._constants = {
            "rounded.one": np.array(1, np.float32),
            "rounded.flat": np.array([-1], np.int64),
        }

    def round(self, stem: str, name: str, seen: _Seen) -> None:
        """Replace the products of one activation, each row of which is rounded by its range."""
        nodes, matrices = self._products_of(name)
        low, high, n_axes = seen
        one_sided = bool(low.min() >= -_ONE_SIDED * high.max())
        if one_sided:
            steps = self._rounded(stem, name, n_axes, below=_BELOW, least=-low.min() / _BELOW)
        else:
            given, steps, moved = self._moved(stem, name, np.maximum(-low, high), matrices)
            matrices = [matrix * moved[:, None] for matrix in matrices]
            steps += self._rounded(stem, given, n_axes, below=None, least=0.0)
        for number, (node, matrix) in enumerate(zip(nodes, matrices, strict=True)):
            own = f"{stem}.{number}"
            steps += [
                self._product(stem, own, matrix, "rounded.one", f"{own}.sums"),
                _node("Mul", [f"{own}.sums", f"{stem}.scales"], node.output[0]),
            ]
            self._before[node.output[0]] = steps
            steps = []

    def round_fixed(self, stem: str, name: str, seen: _Seen) -> None:
        """Replace the products of one activation, all rows of which are rounded alike.

        A constant that is added to a product is added within it.
        """
        nodes, matrices = self._products_of(name)
        low, high, _ = seen
        given, steps, moved = self._moved(stem, name, np.maximum(-low, high), matrices)
        bottom, top = min(float((low / moved).min()), 0.0), float((high / moved).max())
        scale = max(top - bottom, _LEAST) / 255
        self._constants[f"{stem}.scale"] = np.array(scale, np.float32)
        self._constants[f"{stem}.zero"] = np.array(round(-bottom / scale), np.uint8)
        steps.append(
            _node("QuantizeLinear", [given, f"{stem}.scale", f"{stem}.zero"], f"{stem}.numbers")
        )
        for number, (node, matrix) in enumerate(zip(nodes, matrices, strict=True)):
            own, output = f"{stem}.{number}", node.output[0]
            added = self._added(output)
            if added is not None:
                self._before[added.output[0]] = []
                output = added.output[0]
            product = self._product(stem, own, matrix * moved[:, None], f"{stem}.scale", output)
            if added is not None:
                product.input.append(next(each for each in added.input if each != node.output[0]))
            self._before[node.output[0]] = [*steps, product]
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

    def _products_of(self, name: str) -> tuple[list[Any], list[Floats]]:
        from onnx import numpy_helper

        nodes = self.products[name]
        return nodes, [numpy_helper.to_array(self._matrices[node.input[1]]) for node in nodes]

    def _added(self, name: str) -> Any | None:
        """Return the node that adds a constant row to a product, if nothing else is done to it."""
        users = self._users.get(name, [])
        if len(users) != 1 or users[0].op_type != "Add":
            return None
        others = [each for each in users[0].input if each != name]
        is_row = len(others) == 1 and len(getattr(self._matrices.get(others[0]), "dims", ())) == 1
        return users[0] if is_row else None

    def _moved(
        self, stem: str, name: str, largest: Floats, matrices: list[Floats]
    ) -> tuple[str, list[Any], Floats]:
        """Return an activation that is divided in each channel, its nodes, and what by."""
        moved = balance(largest, matrices)
        if np.allclose(moved, 1, atol=_BALANCED):
            return name, [], np.ones_like(moved)
        given = f"{stem}.given"
        self._constants[f"{stem}.operand"] = np.reciprocal(moved)
        return given, [_node("Mul", [name, f"{stem}.operand"], given)], moved

    def _rounded(
        self, stem: str, name: str, n_axes: int, *, below: int | None, least: float
    ) -> list[Any]:
        """Return the nodes that round each row of an activation to `numbers`, times `scales`.

        `below` numbers are for what is below zero, or as many as for what is above.
        """
        from onnx import TensorProto, helper

        zero = 128 if below is None else below
        constants = self._constants
        constants[f"{stem}.step"] = np.array(1 / (255 - zero), np.float32)
        constants[f"{stem}.least"] = np.array(max(least, 1e-12), np.float32)
        constants[f"{stem}.zero"] = np.array(zero, np.uint8)
        filler = helper.make_tensor("zero", TensorProto.UINT8, [1], [zero])
        sizes = [] if below is not None else [_node("Abs", [name], f"{stem}.sizes")]
        measured = name if below is not None else f"{stem}.sizes"
        return [
            *sizes,
            _node("ReduceMax", [measured], f"{stem}.largest", axes=[-1], keepdims=1),
            _node("Mul", [f"{stem}.largest", f"{stem}.step"], f"{stem}.steps"),
            _node("Clip", [f"{stem}.steps", f"{stem}.least"], f"{stem}.scales"),
            _node("Reshape", [f"{stem}.scales", "rounded.flat"], f"{stem}.by_row"),
            _node("Shape", [f"{stem}.by_row"], f"{stem}.n_rows"),
            _node("ConstantOfShape", [f"{stem}.n_rows"], f"{stem}.zeros", value=filler),
            *self._by_row(stem, name, n_axes),
        ]

    def _by_row(self, stem: str, name: str, n_axes: int) -> list[Any]:
        """Return the nodes that round each row by its scale, for which they need a matrix."""
        given = [f"{stem}.by_row", f"{stem}.zeros"]
        if n_axes == 2:
            return [_node("QuantizeLinear", [name, *given], f"{stem}.numbers", axis=0)]
        return [
            _node("Shape", [name], f"{stem}.shape"),
            _node("Flatten", [name], f"{stem}.rows", axis=-1),
            _node("QuantizeLinear", [f"{stem}.rows", *given], f"{stem}.flat", axis=0),
            _node("Reshape", [f"{stem}.flat", f"{stem}.shape"], f"{stem}.numbers"),
        ]

    def _product(self, stem: str, own: str, matrix: Floats, scale: str, output: str) -> Any:
        """Return the node that multiplies `numbers` of `stem`, times `scale`, with a matrix."""
        scales = np.maximum(np.abs(matrix).max(axis=0), _LEAST) / 127
        self._constants[f"{own}.matrix"] = np.rint(matrix / scales).astype(np.int8)
        # One each: where ONNX Runtime makes matrices unsigned, it does so to their zeros.
        self._constants[f"{own}.zero"] = np.array(0, np.int8)
        self._constants[f"{own}.scales"] = scales.astype(np.float32)
        given = [f"{stem}.numbers", f"{own}.matrix", scale, f"{own}.scales"]
        given += [f"{stem}.zero", f"{own}.zero"]
        return _node("MatMulIntegerToFloat", given, output, domain=_EXTENSIONS)


def _node(kind: str, given: list[str], output: str, **attributes: Any) -> Any:
    from onnx import helper

    return helper.make_node(kind, given, [output], **attributes)


def balance(largest: Floats, matrices: list[Floats]) -> Floats:
    """Return what to multiply the rows of matrices with, and to divide activations by.

    `largest` is the largest size seen in each channel of the activations. After that there is
    nothing left to move: of what it gave, this returns ones.
    """
    weights = np.maximum.reduce([np.abs(matrix).max(axis=1) for matrix in matrices])
    moved = np.maximum(largest, _LEAST) ** _MOVED / np.maximum(weights, _LEAST) ** (1 - _MOVED)
    scaled: Floats = (moved / np.exp(np.log(moved).mean())).astype(np.float32)
    return scaled
