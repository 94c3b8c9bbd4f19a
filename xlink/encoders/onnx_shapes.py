"""New shapes of a graph written down once, in place of nodes that put them together in each run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["fix_shapes"]

Shape = tuple[int, ...]

_FEWER = 3  # of the axes of the examples, for a second look


def fix_shapes(place: Path, examples: Mapping[str, npt.NDArray[Any]]) -> None:
    """Give every `Reshape` of the graph at `place` a constant, if one serves blocks of all sizes.

    Which one does is seen on the examples, blocks of one size, and on a smaller part of them.
    *Shapes:* `examples` two axes or more that vary, each at least 4 long.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(place)
    graph = model.graph
    nodes = [each for each in graph.node if each.op_type == "Reshape"]
    smaller = {name: each[:-_FEWER, :-_FEWER] for name, each in examples.items()}
    seen = [_shapes(model, nodes, each) for each in (examples, smaller)]
    for number, node in enumerate(nodes):
        told = _constant(
            [shapes[node.input[0]] for shapes in seen], [shapes[node.output[0]] for shapes in seen]
        )
        if told is not None:
            node.input[1] = f"shape.{number}"
            constant = numpy_helper.from_array(np.array(told, np.int64), node.input[1])
            graph.initializer.append(constant)
    _drop_unused(graph)
    onnx.save(model, place)


def _shapes(
    model: Any, nodes: list[Any], examples: Mapping[str, npt.NDArray[Any]]
) -> dict[str, Shape]:
    """Return the shapes of what nodes are given and give."""
    import onnx
    from onnxruntime import InferenceSession

    names = list(dict.fromkeys(name for node in nodes for name in (node.input[0], node.output[0])))
    if not names:
        return {}
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    del watched.graph.output[:]
    watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    known = {each.name for each in session.get_inputs()}
    found = session.run(names, {name: each for name, each in examples.items() if name in known})
    return {name: np.shape(each) for name, each in zip(names, found, strict=True)}


def _constant(given: list[Shape], made: list[Shape]) -> list[int] | None:
    """Return the shape that makes `made` of `given` each time, None if there is none.

    As ONNX has it, 0 keeps an axis, and one axis may be -1: what is left over.
    """
    told = []
    for axis, sizes in enumerate(zip(*made, strict=True)):
        kept = tuple(each[axis] if axis < len(each) else -1 for each in given)
        told.append(0 if kept == sizes else sizes[0] if len(set(sizes)) == 1 else -1)
    return told if told.count(-1) < 2 else None


def _drop_unused(graph: Any) -> None:
    """Take out nodes and constants that no output goes back to."""
    used = {each.name for each in graph.output}
    kept = []
    for node in reversed(graph.node):
        if used.intersection(node.output):
            kept.append(node)
            used.update(node.input)
    constants = [each for each in graph.initializer if each.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)
