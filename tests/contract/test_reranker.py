"""The cross-encoder keeps the laws of `xlink.testing`, in torch and as a graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.protocols import Reranker
from xlink.rerank import Mix, open_reranker
from xlink.rerank.saving import RerankerFacts, export_reranker, save_network
from xlink.terminology import Terminology
from xlink.testing import RerankerLaws

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from xlink.rerank.network import CrossEncoder  # noqa: E402


@pytest.fixture(scope="module")
def saved(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained re-ranker with logits large enough to matter."""
    network = CrossEncoder.from_base(str(tiny_base), pooling="mean")
    with torch.no_grad():
        network.output.weight.mul_(20)
    facts = RerankerFacts(base="tiny", learns_nil=True, depth=3, mix=Mix(1.5, 2.0, -0.5))
    place = tmp_path_factory.mktemp("rerankers") / "tiny"
    save_network(network, facts, place, card="")
    return place


@pytest.fixture(scope="module")
def exported(saved: Path) -> Path:
    """The same as an ONNX graph."""
    for package in ("onnx", "onnx_ir", "onnxruntime"):
        pytest.importorskip(package)
    export_reranker(saved, saved.with_name("graph"))
    return saved.with_name("graph")


class TestCrossEncoder(RerankerLaws):
    @pytest.fixture
    def reranker(self, saved: Path, terminology: Terminology) -> Reranker:
        return open_reranker(saved, terminology)


@pytest.mark.slow
class TestGraph(RerankerLaws):
    @pytest.fixture
    def reranker(self, exported: Path, terminology: Terminology) -> Reranker:
        return open_reranker(exported, terminology)
