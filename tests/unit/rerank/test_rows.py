"""A BERT written as rows, beside the one it was made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from xlink.encoders.onnx_graph import open_session  # noqa: E402
from xlink.encoders.transformer import Pooling  # noqa: E402
from xlink.rerank.graph import GraphScorer, export_graph  # noqa: E402
from xlink.rerank.network import CrossEncoder, Head  # noqa: E402
from xlink.rerank.rows import RowBert  # noqa: E402


@pytest.fixture(scope="module")
def network(tiny_base: Path) -> CrossEncoder:
    """A network whose constants and norms are not what they are drawn as: zero and one."""
    network = CrossEncoder.from_base(str(tiny_base))
    network.eval()
    drawn = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.backbone.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.5 * torch.randn(parameter.shape, generator=drawn))
    return network


def test_its_states_are_those_of_the_network(network: CrossEncoder) -> None:
    ids = torch.arange(3 * 7).reshape(3, 7) % 20
    segments = (torch.arange(7) > 3).long().expand(3, 7)
    assert RowBert.can_be(network.backbone)
    rows = RowBert(network.backbone)
    with torch.no_grad():
        expected = network.states(ids, segments, None)
        # GELU by tanh is .0005 off at most.
        found = rows(ids, network.types(segments)).transpose(0, 1)
        torch.testing.assert_close(found, expected, atol=5e-3, rtol=0)
        rows.balance(ids, network.types(segments))
        balanced = rows(ids, network.types(segments)).transpose(0, 1)
        torch.testing.assert_close(balanced, found, atol=1e-5, rtol=0)
        torch.testing.assert_close(network.states(ids, segments, None), expected)


def test_states_of_first_tokens_alone(network: CrossEncoder) -> None:
    ids = torch.arange(3 * 7).reshape(3, 7) % 20
    types = network.types((torch.arange(7) > 3).long().expand(3, 7))
    with torch.no_grad():
        every = RowBert(network.backbone)(ids, types)
        rows = RowBert(network.backbone, firsts=True)
        torch.testing.assert_close(rows(ids, types), every[:1], atol=1e-5, rtol=0)
        rows.balance(ids, types)
        torch.testing.assert_close(rows(ids, types), every[:1], atol=1e-5, rtol=0)


@pytest.mark.parametrize(("option", "value"), [("hidden_act", "relu"), ("is_decoder", True)])
def test_another_kind_of_network_is_not_rewritten(
    network: CrossEncoder, option: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network.backbone.config, option, value)
    assert not RowBert.can_be(network.backbone)


@pytest.mark.slow
@pytest.mark.parametrize("rewritten", [True, False])
@pytest.mark.parametrize(
    ("pooling", "head"),
    [("mean", "pooled"), ("mean", "sides"), ("cls", "pooled"), ("cls", "sides")],
)
def test_either_graph_scores_a_pair_alike_in_all_blocks(
    tiny_base: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pooling: Pooling,
    head: Head,
    rewritten: bool,
) -> None:
    for package in ("onnx", "onnx_ir", "onnxruntime", "tokenizers"):
        pytest.importorskip(package)
    monkeypatch.setattr(RowBert, "can_be", lambda _: rewritten)
    network = CrossEncoder.from_base(str(tiny_base), pooling=pooling, head=head)
    rng = np.random.default_rng(0)
    ids = rng.integers(20, size=(5, 9))
    segments = np.repeat([[0] * 5 + [1] * 4], 5, axis=0)
    expected = network.scorer("float32")(ids, segments, np.ones_like(ids))
    export_graph(network, tmp_path / "graph.onnx", "int8")
    score = GraphScorer(open_session(tmp_path / "graph.onnx", "A test"))
    found = score(ids, segments, segments)
    assert np.abs(found - expected).max() < 0.2 * np.std(expected)
    for size in (1, 2, 3):
        parts = [slice(start, start + size) for start in range(0, 5, size)]
        alone = [score(ids[part], segments[part], segments[part]) for part in parts]
        np.testing.assert_array_equal(np.concatenate(alone), found)
