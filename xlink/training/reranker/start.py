"""What a training starts from: an encoder with a new output, or a re-ranker that learns on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlink.artifact import is_artifact
from xlink.encoders.hub import HUB
from xlink.errors import SpecError
from xlink.rerank.opening import reranker_path
from xlink.rerank.saving import load_network
from xlink.training.reranker.options import RerankerOptions

if TYPE_CHECKING:
    from xlink.rerank.network import CrossEncoder

__all__ = ["start"]


def start(options: RerankerOptions) -> tuple[CrossEncoder, RerankerOptions]:
    """Open the base, and return it with the options that hold for it.

    A trained re-ranker keeps its output, its pooling and its markers; without `epochs`, all its
    layers, what pairs show and whether NIL is learned, too, and nothing is taught.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ArtifactError: there is no such base, it can't be had, or is an ONNX graph.
        SpecError: an option is not what the re-ranker has, or an encoder is to learn nothing.
    """
    from xlink.rerank.network import CrossEncoder

    place = reranker_path(options.base)
    if options.base.startswith(HUB) or not is_artifact(place):
        if not options.epochs:
            raise SpecError(f"epochs = 0 is for a trained re-ranker, and {options.base} is none.")
        network = CrossEncoder.from_base(
            options.base,
            pooling=options.pooling,
            head=options.head,
            layers=options.layers,
            dropout=options.dropout,
            seed=options.seed,
        )
        return network, options
    network, facts = load_network(place)
    for name, own in (("head", network.head), ("pooling", network.pooling)):
        told = getattr(options, name)
        if told not in {own, None}:
            raise SpecError(f"{options.base} has {name} {own!r}, and can't go on with {told!r}.")
    network.name = options.base
    network.set_dropout(options.dropout)
    if not options.epochs:
        stays = replace(options, rendering=facts.rendering, nil=facts.learns_nil)
        return network, replace(stays, names=0, reset_layers=0, teacher=None)
    network.trim(options.layers)
    return network, options
