"""Shapes that a graph puts together itself, written down."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.encoders.onnx_graph import open_session
from xlink.encoders.onnx_shapes import fix_shapes

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("tokenizers")


def test_what_serves_all_sizes_becomes_a_constant(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, numpy_helper

    node = helper.make_node
    nodes = [
        node("Shape", ["given"], ["sizes"]),
        node("Gather", ["sizes", "two"], ["pairs"]),
        node("Concat", ["pairs", "heads"], ["parted"], axis=0),
        node("Reshape", ["given", "parted"], ["split"]),
        node("Gather", ["sizes", "swap"], ["swapped"]),
        node("Reshape", ["given", "swapped"], ["other"]),
    ]
    constants = {"two": [0, 1], "heads": [3, 2], "swap": [1, 0, 2]}
    graph = helper.make_graph(
        nodes,
        "shapes",
        [helper.make_tensor_value_info("given", TensorProto.FLOAT, ["pairs", "tokens", 6])],
        [
            helper.make_tensor_value_info("split", TensorProto.FLOAT, ["pairs", "tokens", 3, 2]),
            helper.make_tensor_value_info("other", TensorProto.FLOAT, ["tokens", "pairs", 6]),
        ],
        [numpy_helper.from_array(np.array(each), name) for name, each in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    place = tmp_path / "graph.onnx"
    onnx.save(model, place)
    fix_shapes(place, {"given": np.zeros((8, 9, 6), np.float32)})
    fixed = onnx.load(place).graph
    assert [each.op_type for each in fixed.node] == ["Shape", "Reshape", "Gather", "Reshape"]
    assert {each.name for each in fixed.initializer} == {"shape.0", "swap"}
    given = np.arange(5 * 2 * 6, dtype=np.float32).reshape(5, 2, 6)
    split, other = open_session(place, "A test").run(["split", "other"], {"given": given})
    np.testing.assert_array_equal(split, given.reshape(5, 2, 3, 2))
    np.testing.assert_array_equal(other, given.reshape(2, 5, 6))
