"""Re-rankers as folders: the network with its tokenizer, or its ONNX graph, and all that it needs.

A saved re-ranker belongs to no terminology: what it learned is to compare a mention with names, and
it may be opened with another terminology than it was trained with.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter, ValidationError

from xlink.artifact import Artifact, Json, open_artifact, write_artifact
from xlink.errors import ArtifactError, SpecError
from xlink.rerank.cascade import Cascade
from xlink.rerank.memory import Memory
from xlink.rerank.mixing import Mix
from xlink.rerank.prior import Prior, PriorWeights
from xlink.rerank.rendering import PairRenderer, Rendering
from xlink.rerank.reranker import CrossEncoderReranker
from xlink.terminology import Terminology

if TYPE_CHECKING:
    from xlink.encoders.onnx_graph import Precision as GraphPrecision
    from xlink.rerank.blocks import Forward
    from xlink.rerank.network import CrossEncoder

__all__ = [
    "RerankerFacts",
    "export_reranker",
    "load_network",
    "load_reranker",
    "read_facts",
    "save_network",
    "save_reranker",
]

_KIND, _FORMAT = "reranker", 2
_REMEDY = "train or export it again"
_NETWORK, _GRAPH, _TOKENIZER, _CARD = "network", "model.onnx", "tokenizer.json", "README.md"
_MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerFacts:
    """What a saved re-ranker is beside its weights, as `CrossEncoderReranker` has it.

    `figures` are those of its training, such as recall before and after.
    """

    base: str
    runtime: Literal["torch", "onnx"] = "torch"
    precision: str = "auto"
    learns_nil: bool = False
    depth: int = 32
    least_share: float = 0.0
    rendering: Rendering = field(default_factory=Rendering)
    mix: Mix = field(default_factory=Mix)
    prior: PriorWeights | None = None
    cascade: Cascade | None = None
    figures: Mapping[str, float] | None = None


def save_network(
    network: CrossEncoder,
    facts: RerankerFacts,
    path: Path,
    *,
    card: str,
    memory: Memory | None = None,
) -> None:
    """Write a trained network as the re-ranker at `path`, whole or not at all.

    `facts.prior` weighs what is in `memory`.

    Raises:
        ArtifactError: `path` holds something else.
    """
    with write_artifact(path, kind=_KIND, format_version=_FORMAT) as writer:
        folder = writer.folder / _NETWORK
        folder.mkdir()
        network.save(folder)
        (writer.folder / _CARD).write_text(card, encoding="utf-8", newline="\n")
        if memory is not None:
            (writer.folder / _MEMORY).mkdir()
            memory.save(writer.folder / _MEMORY)
        writer.parameters |= _record(facts)


def save_reranker(reranker: CrossEncoderReranker, path: Path) -> None:
    """Copy the folder that a re-ranker was opened from.

    Raises:
        ArtifactError: it was not opened from a folder, or that is gone.
    """
    if reranker.folder is None:
        raise ArtifactError(f"The re-ranker {reranker.name} was never saved: save it first.")
    source = open_artifact(reranker.folder, kind=_KIND, format_version=_FORMAT, remedy=_REMEDY)
    with write_artifact(path, kind=_KIND, format_version=_FORMAT) as writer:
        shutil.copytree(source.folder, writer.folder, dirs_exist_ok=True)
        writer.parameters |= source.manifest.parameters


def export_reranker(source: Path, target: Path, *, precision: GraphPrecision = "int8") -> None:
    """Write the re-ranker at `source` as an ONNX graph, which runs without torch.

    The precisions are those of `xlink.encoders.onnx_graph.write_graph`.

    Raises:
        SpecError: there is no such precision.
        MissingExtraError: the packages that export are not installed.
        ArtifactError: `source` holds no re-ranker of torch, or `target` something else.
    """
    from xlink.encoders.onnx_graph import check_precision
    from xlink.rerank.graph import export_graph

    check_precision(precision)
    network, facts = load_network(source)
    artifact = open_artifact(source, kind=_KIND, format_version=_FORMAT, remedy=_REMEDY)
    with write_artifact(target, kind=_KIND, format_version=_FORMAT) as writer:
        export_graph(network, writer.folder / _GRAPH, precision)
        network.tokenizer.backend_tokenizer.save(str(writer.folder / _TOKENIZER))
        shutil.copyfile(artifact.folder / _CARD, writer.folder / _CARD)
        if (artifact.folder / _MEMORY).is_dir():
            shutil.copytree(artifact.folder / _MEMORY, writer.folder / _MEMORY)
        writer.parameters |= _record(replace(facts, runtime="onnx", precision=precision))


def load_network(path: Path) -> tuple[CrossEncoder, RerankerFacts]:
    """Open the network of a saved re-ranker, to export it or to train it further.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ArtifactError: there is none, it is damaged, or an ONNX graph.
    """
    artifact, facts = _open(path)
    if facts.runtime != "torch":
        raise ArtifactError(f"{path} is an ONNX graph: name the re-ranker that it was made from.")
    from xlink.encoders.transformer import require_torch

    require_torch("A re-ranker")
    from xlink.rerank.network import CrossEncoder

    return CrossEncoder.load(artifact.folder / _NETWORK), facts


def load_reranker(
    path: Path, terminology: Terminology, *, cascade: bool = False
) -> CrossEncoderReranker:
    """Open a saved re-ranker for the candidates of a terminology.

    With `cascade`, mentions that the candidate stage is sure of are left alone.

    Raises:
        SpecError: it was saved without a cascade.
        MissingExtraError: torch, or ONNX Runtime for a graph, is not installed.
        ArtifactError: there is none, or it is damaged.
    """
    artifact, facts = _open(path)
    if cascade and facts.cascade is None:
        raise SpecError(f"{path} has no cascade: none could be fitted when it was trained.")
    forward: Forward
    unpadded = False
    if facts.runtime == "onnx":
        from xlink.encoders.onnx_graph import open_session, open_tokenizer
        from xlink.rerank.graph import GraphScorer

        graph = GraphScorer(open_session(artifact.folder / _GRAPH, "A re-ranker as ONNX"))
        forward, unpadded = graph, graph.unpadded
        tokenizer = open_tokenizer(artifact.folder / _TOKENIZER)
    else:
        network, _ = load_network(path)
        forward = network.scorer(facts.precision)
        tokenizer = network.pair_tokenizer
    prior = None
    if facts.prior is not None:
        prior = Prior(facts.prior, Memory.load(artifact.folder / _MEMORY), terminology)
    return CrossEncoderReranker(
        name=str(path),
        forward=forward,
        unpadded=unpadded,
        renderer=PairRenderer(tokenizer, terminology, facts.rendering),
        mix=facts.mix,
        learns_nil=facts.learns_nil,
        depth=facts.depth,
        least_share=facts.least_share,
        prior=prior,
        cascade=facts.cascade if cascade else None,
        folder=path,
    )


def read_facts(path: Path) -> RerankerFacts:
    """Return what the re-ranker at `path` is.

    Raises:
        ArtifactError: there is none, or it is damaged.
    """
    return _open(path)[1]


def _open(path: Path) -> tuple[Artifact, RerankerFacts]:
    artifact = open_artifact(path, kind=_KIND, format_version=_FORMAT, remedy=_REMEDY)
    try:
        facts = TypeAdapter(RerankerFacts).validate_python(artifact.manifest.parameters)
    except ValidationError:
        raise ArtifactError(
            f"{path} has parts that this xlink does not know. To mend this, {_REMEDY}."
        ) from None
    return artifact, facts


def _record(facts: RerankerFacts) -> dict[str, Json]:
    return dict(asdict(facts))
