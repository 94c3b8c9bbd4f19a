"""What a training starts from: an encoder with a new output, or a re-ranker that learns on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlink.artifact import is_artifact
from xlink.encoders.hub import HUB
from xlink.errors import SpecError
from xlink.rerank.opening import reranker_path
from xlink.rerank.saving import load_network
from xlink.training.reranker.options import RerankerOptions

if TYPE_CHECKING:
    from xlink.rerank.network import CrossEncoder

__all__ = ["starting_network"]


def starting_network(options: RerankerOptions) -> CrossEncoder:
    """Open the base. A trained re-ranker keeps its output, its pooling and its markers.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ArtifactError: there is no such base, it can't be had, or is an ONNX graph.
        SpecError: an option is not what the re-ranker has.
    """
    from xlink.rerank.network import CrossEncoder

    place = reranker_path(options.base)
    if options.base.startswith(HUB) or not is_artifact(place):
        return CrossEncoder.from_base(
            options.base,
            pooling=options.pooling,
            head=options.head,
            layers=options.layers,
            dropout=options.dropout,
            seed=options.seed,
        )
    network, _ = load_network(place)
    for name, own in (("head", network.head), ("pooling", network.pooling)):
        told = getattr(options, name)
        if told not in {own, None}:
            raise SpecError(f"{options.base} has {name} {own!r}, and can't go on with {told!r}.")
    network.name = options.base
    network.trim(options.layers)
    network.set_dropout(options.dropout)
    return network
