"""The gradient of a whole list from passes of a few pairs each.

Losses over lists need the logits of all options at once. The graphs of few pairs are held until the
loss is known. For more, logits are made without graphs first; the loss then gives the gradient of
each logit, and the pairs pass a second time, each with its part of the gradient (Gao et al. 2021,
GradCache). Every pass draws its dropout from a seed of its own, so that both times it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from xlink.rerank.blocks import padded
from xlink.rerank.network import CrossEncoder, Precision, computing
from xlink.rerank.rendering import Pairs
from xlink.training.reranker.batch import ListBatch
from xlink.training.reranker.losses import Objective

__all__ = ["Passes", "accumulate"]


@dataclass(frozen=True, slots=True)
class Passes:
    """How pairs go through the network: so many at once, and graphs of so many held."""

    pairs_a_pass: int
    held_pairs: int
    precision: Precision = "float32"


def accumulate(
    network: CrossEncoder,
    pairs: Pairs,
    places: torch.Tensor,
    batch: ListBatch,
    objective: Objective,
    *,
    passes: Passes,
    seed: int,
) -> float:
    """Add the gradient of the objective to that of the parameters, and return its value.

    `places` says where each pair stands in the flattened matrix of options. *Shape:* (pairs,)
    """
    device = network.output.weight.device
    parts = list(_parts(pairs, passes.pairs_a_pass))
    held = len(pairs) <= passes.held_pairs
    logits = torch.zeros(batch.priors.numel(), device=device)
    own = places.to(device)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        with torch.set_grad_enabled(held), computing(passes.precision, device):
            made = [_logits(network, pairs, part, seed + n) for n, part in enumerate(parts)]
        found = torch.cat(made)
        if not held:
            found = found.detach().requires_grad_()
        order = torch.tensor([number for part in parts for number in part], device=device)
        filled = logits.index_put((own[order],), found)
        loss = objective(filled.view(batch.priors.shape), batch)
        loss.backward()
        if not held:
            _second_pass(network, pairs, parts, found, passes.precision, seed)
    return float(loss.detach())


def _second_pass(
    network: CrossEncoder,
    pairs: Pairs,
    parts: list[list[int]],
    found: torch.Tensor,
    precision: Precision,
    seed: int,
) -> None:
    if found.grad is None:
        raise ValueError("The loss does not depend on the logits.")
    gradients = found.grad.split([len(part) for part in parts])
    for number, (part, gradient) in enumerate(zip(parts, gradients, strict=True)):
        with computing(precision, found.device):
            logits = _logits(network, pairs, part, seed + number)
        logits.backward(gradient)


def _parts(pairs: Pairs, size: int) -> Iterator[list[int]]:
    """Yield the numbers of pairs of about one length, so that little is padded."""
    order = sorted(range(len(pairs)), key=lambda number: (len(pairs.ids[number]), number))
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _logits(network: CrossEncoder, pairs: Pairs, part: list[int], seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    device = network.output.weight.device
    given = [torch.from_numpy(each).to(device) for each in padded(pairs, part)]
    logits: torch.Tensor = network(*given)
    return logits
