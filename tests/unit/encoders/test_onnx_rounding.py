"""Products in 8 bits on a graph made by hand, beside the same sums in float64."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from xlink.encoders.onnx_graph import open_session
from xlink.encoders.onnx_rounding import balance, round_products

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("tokenizers")

Floats = npt.NDArray[np.float32]

DEPTH, WIDTH = 32, 16


@pytest.mark.parametrize("kind", ["two-sided", "one loud channel", "hardly negative", "zero"])
def test_sums_hardly_move(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    given = rng.normal(size=(4, 6, DEPTH)).astype(np.float32)
    if kind == "one loud channel":
        given[..., 3] *= 100
    elif kind == "hardly negative":
        given = np.maximum(given, -0.17)
    elif kind == "zero":
        given[1:3] = 0
    matrices = [rng.normal(size=(DEPTH, WIDTH)).astype(np.float32) for _ in range(2)]
    graph = tmp_path / "plain.onnx"
    onnx.save(_two_products(*matrices), graph)
    round_products(graph, tmp_path / "rounded.onnx", {"given": given})
    session = open_session(tmp_path / "rounded.onnx", "A test")
    found = session.run(["first", "second"], {"given": given})
    for product, matrix in zip(found, matrices, strict=True):
        expected = given.astype(np.float64) @ matrix
        # Rounding errors of 32 terms, of 1/254 of the largest each, in the activations and weights.
        assert np.abs(product - expected).max() < 0.03 * np.abs(expected).max()
    alone = [session.run(["first"], {"given": given[n : n + 1]})[0] for n in range(len(given))]
    assert np.array_equal(np.concatenate(alone), found[0])
    assert not {"MatMul"} & {
        node.op_type for node in onnx.load(tmp_path / "rounded.onnx").graph.node
    }


@pytest.mark.parametrize("n_products", [1, 2])
def test_what_is_normalised_may_have_fixed_ranges(n_products: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    given = rng.normal(size=(4, 6, DEPTH)).astype(np.float32)
    matrices = [rng.normal(size=(DEPTH, WIDTH)).astype(np.float32) for _ in range(n_products)]
    rows = [rng.normal(size=WIDTH).astype(np.float32) for _ in range(n_products)]
    onnx.save(_normalised(matrices, rows), tmp_path / "plain.onnx")
    round_products(
        tmp_path / "plain.onnx", tmp_path / "rounded.onnx", {"given": given}, fixed_ranges=True
    )
    session = open_session(tmp_path / "rounded.onnx", "A test")
    found = session.run(None, {"given": given})
    mean, deviation = given.mean(axis=-1, keepdims=True), given.std(axis=-1, keepdims=True)
    normal = ((given - mean) / deviation).astype(np.float64)
    for product, matrix, row in zip(found, matrices, rows, strict=True):
        expected = normal @ matrix + row
        assert np.abs(product - expected).max() < 0.03 * np.abs(expected).max()
    alone = [session.run(None, {"given": given[n : n + 1]})[0] for n in range(len(given))]
    assert np.array_equal(np.concatenate(alone), found[0])
    kinds = [node.op_type for node in onnx.load(tmp_path / "rounded.onnx").graph.node]
    assert kinds.count("MatMulIntegerToFloat") == n_products
    assert not {"MatMul", "Add", "ReduceMax"} & set(kinds)


def test_rows_of_a_matrix_are_rounded_without_a_change_of_shape(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    given = rng.normal(size=(24, DEPTH)).astype(np.float32)
    matrices = [rng.normal(size=(DEPTH, WIDTH)).astype(np.float32) for _ in range(2)]
    onnx.save(_two_products(matrices[0], matrices[1], axes=["rows"]), tmp_path / "plain.onnx")
    round_products(tmp_path / "plain.onnx", tmp_path / "rounded.onnx", {"given": given})
    session = open_session(tmp_path / "rounded.onnx", "A test")
    found = session.run(["first", "second"], {"given": given})
    for product, matrix in zip(found, matrices, strict=True):
        expected = given.astype(np.float64) @ matrix
        assert np.abs(product - expected).max() < 0.03 * np.abs(expected).max()
    kinds = [node.op_type for node in onnx.load(tmp_path / "rounded.onnx").graph.node]
    assert kinds.count("Reshape") == 1  # of the scales


def test_what_is_balanced_is_not_divided(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    given = rng.normal(size=(24, DEPTH)).astype(np.float32)
    given[:, 3] *= 100
    matrix = rng.normal(size=(DEPTH, WIDTH)).astype(np.float32)
    moved = balance(np.abs(given).max(axis=0), [matrix])
    assert np.argmax(moved) == 3
    given, matrix = given / moved, matrix * moved[:, None]
    np.testing.assert_allclose(balance(np.abs(given).max(axis=0), [matrix]), 1, atol=1e-5)
    onnx.save(_two_products(matrix, matrix, axes=["rows"]), tmp_path / "plain.onnx")
    round_products(tmp_path / "plain.onnx", tmp_path / "rounded.onnx", {"given": given})
    kinds = [node.op_type for node in onnx.load(tmp_path / "rounded.onnx").graph.node]
    assert kinds.count("Mul") == 3  # the step of the scales, and the scales of two products


def _normalised(matrices: list[Floats], rows: list[Floats]) -> object:
    """Return a graph that normalises, multiplies by each matrix and adds a row to each product."""
    from onnx import TensorProto, helper, numpy_helper

    shape = ["texts", "tokens"]
    numbers = range(len(matrices))
    constants = [
        numpy_helper.from_array(np.ones(DEPTH, np.float32), "gain"),
        numpy_helper.from_array(np.zeros(DEPTH, np.float32), "bias"),
    ]
    nodes = [helper.make_node("LayerNormalization", ["given", "gain", "bias"], ["normal"])]
    for number, matrix, row in zip(numbers, matrices, rows, strict=True):
        constants += [
            numpy_helper.from_array(matrix, f"matrix_{number}"),
            numpy_helper.from_array(row, f"row_{number}"),
        ]
        nodes += [
            helper.make_node("MatMul", ["normal", f"matrix_{number}"], [f"product_{number}"]),
            helper.make_node("Add", [f"row_{number}", f"product_{number}"], [f"sum_{number}"]),
        ]
    return helper.make_model(
        helper.make_graph(
            nodes,
            "normalised",
            [helper.make_tensor_value_info("given", TensorProto.FLOAT, [*shape, DEPTH])],
            [
                helper.make_tensor_value_info(f"sum_{number}", TensorProto.FLOAT, [*shape, WIDTH])
                for number in numbers
            ],
            constants,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )


def _two_products(
    first: Floats, second: Floats, *, axes: Sequence[str] = ("texts", "tokens")
) -> object:
    from onnx import TensorProto, helper, numpy_helper

    shape = list(axes)
    return helper.make_model(
        helper.make_graph(
            [
                helper.make_node("MatMul", ["given", "matrix_1"], ["first"]),
                helper.make_node("MatMul", ["given", "matrix_2"], ["second"]),
            ],
            "products",
            [helper.make_tensor_value_info("given", TensorProto.FLOAT, [*shape, DEPTH])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, [*shape, WIDTH])
                for name in ("first", "second")
            ],
            [
                numpy_helper.from_array(first, "matrix_1"),
                numpy_helper.from_array(second, "matrix_2"),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
