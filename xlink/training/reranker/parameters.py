"""Which parameters learn, and how fast: frozen, reset and slower layers.

What steadies the training on little data, after Tinn et al. (2023), *Fine-tuning large neural
language models for biomedical natural language processing*: lower layers frozen, top layers drawn
anew, and a learning rate that falls from layer to layer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import torch

from xlink.errors import SpecError
from xlink.rerank.network import CrossEncoder
from xlink.training.reranker.options import RerankerOptions

__all__ = ["Group", "parameter_groups", "prepare"]

_LAYER = re.compile(r"\b(?:layers?|blocks?|h)\.(\d+)\.")
_NO_DECAY = re.compile(r"(?:bias$|norm)", re.IGNORECASE)
_EMBEDDINGS = re.compile(r"\bembeddings?\b|\bembed_", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Parameters by name that share a learning rate, as a multiple of the highest."""

    parameters: dict[str, torch.nn.Parameter]
    rate: float
    weight_decay: float


def prepare(network: CrossEncoder, options: RerankerOptions) -> None:
    """Freeze and reset what the options say.

    Raises:
        SpecError: more layers are to be frozen or reset than there are.
    """
    n_layers = _n_layers(network)
    if options.frozen_layers + options.reset_layers > n_layers:
        raise SpecError(
            f"{options.frozen_layers} frozen and {options.reset_layers} reset layers are more than "
            f"the {n_layers} of {network.name}."
        )
    for name, parameter in network.named_parameters():
        layer = _layer(name)
        frozen = layer < options.frozen_layers if layer is not None else _is_embedding(name)
        if frozen and (layer is not None or options.frozen_embeddings):
            parameter.requires_grad_(False)
    drawn = torch.Generator().manual_seed(options.seed)
    spread = float(getattr(network.backbone.config, "initializer_range", 0.02))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            layer = _layer(name)
            if layer is not None and layer >= n_layers - options.reset_layers:
                _reset(name, parameter, spread, drawn)


def parameter_groups(network: CrossEncoder, options: RerankerOptions) -> list[Group]:
    """Return the parameters that learn, each layer in groups with and without weight decay."""
    n_layers = _n_layers(network)
    groups: dict[tuple[int, bool], dict[str, torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        layer = _layer(name)
        depth = n_layers - layer - 1 if layer is not None else n_layers * _is_embedding(name)
        key = (depth, _NO_DECAY.search(name) is None)
        groups.setdefault(key, {})[name] = parameter
    return [
        Group(parameters, options.layer_decay**depth, options.weight_decay if decays else 0.0)
        for (depth, decays), parameters in sorted(groups.items())
    ]


def _n_layers(network: CrossEncoder) -> int:
    layers = {_layer(name) for name, _ in network.named_parameters()}
    return 1 + max((layer for layer in layers if layer is not None), default=-1)


def _layer(name: str) -> int | None:
    found = _LAYER.search(name)
    return None if found is None else int(found.group(1))


def _is_embedding(name: str) -> bool:
    return _EMBEDDINGS.search(name) is not None


def _reset(name: str, parameter: torch.nn.Parameter, spread: float, drawn: torch.Generator) -> None:
    if name.endswith("bias"):
        parameter.zero_()
    elif parameter.dim() == 1:  # the scale of a layer norm
        parameter.fill_(1.0)
    else:
        parameter.normal_(0.0, spread, generator=drawn)
