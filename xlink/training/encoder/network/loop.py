"""The loop of a training: steps, schedule, validation, checkpoints, live figures.

It is our own since a training that was killed has to end as one that was not, to the last bit, and
the trainers at hand keep their place in the data by skipping what they drew before.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlink.errors import SpecError
from xlink.progress import track
from xlink.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module
    from torch.optim import Optimizer

__all__ = ["LoopOptions", "run_loop"]

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """How long and how fast to train.

    The learning rate rises from 0 over the share `warmup` of all steps and falls to 0 with the
    last (both straight lines). Matrices decay by `weight_decay`; gradients are cut to length
    `max_gradient`. A validation comes every `validate_every` steps, and after `patience` of them
    without a new best the training ends; None goes on. `checkpoint_s` is the time between
    checkpoints, which has no influence on the result.
    """

    n_steps: int
    learning_rate: float
    warmup: float = 0.1
    weight_decay: float = 0.01
    max_gradient: float = 1.0
    validate_every: int | None = None
    patience: int | None = None
    checkpoint_s: float = 60.0
    seed: int = 13


def run_loop(
    network: Module,
    loss: Callable[[int], Tensor],
    options: LoopOptions,
    *,
    pace: Callable[[str], float] = lambda _: 1.0,
    validate: Callable[[], float] | None = None,
    texts_per_step: int = 1,
    checkpoint: Path | None = None,
    plan: str = "{}",
) -> list[tuple[int, float]]:
    """Train what of `network` requires a gradient; return the steps validated, with their scores.

    `loss` computes that of a step, given its number; all that it draws must depend on the number
    alone, and torch's generators are set by seed and number. With validation the network ends with
    the weights that were best, else with the last. In the folder `checkpoint` the training keeps
    where it is: the same call goes on from there. `plan` describes the training, in JSON.

    Raises:
        ArtifactError: `checkpoint` holds another training, or is damaged.
        SpecError: the loss is no number.
    """
    import torch

    trained = {name: each for name, each in network.named_parameters() if each.requires_grad}
    optimiser = _optimiser(trained, options, pace)
    found = None if checkpoint is None else read_checkpoint(checkpoint, plan)
    state = Checkpoint() if found is None else found
    if found is not None:
        _restore(found, trained, optimiser)
    live = _Live(texts_per_step)
    saved = time.monotonic()
    steps = range(state.step, _end(state, options))
    with torch.random.fork_rng(devices=[]):
        for step in track(steps, "Training", state=live.text):
            _step(network, optimiser, loss, options, step, live)
            state.step = step + 1
            if validate is not None and _is_due(state.step, options):
                _note(state, validate(), trained)
            if checkpoint is not None and time.monotonic() - saved > options.checkpoint_s:
                _collect(state, trained, optimiser)
                write_checkpoint(state, checkpoint, plan)
                saved = time.monotonic()
            if _has_ended(state, options):
                break
    with torch.no_grad():
        for name, best in state.best.items():
            trained[name].copy_(best)
    return state.scores


class _Live:
    """The loss, smoothed, and the speed, as a progress bar shows them."""

    def __init__(self, texts_per_step: int) -> None:
        self._texts_per_step = texts_per_step
        self._began, self._n_steps, self._loss = time.monotonic(), 0, 0.0

    def add(self, loss: float) -> None:
        self._n_steps += 1
        self._loss += (loss - self._loss) * max(0.02, 1 / self._n_steps)

    def text(self) -> str:
        speed = self._n_steps * self._texts_per_step / (time.monotonic() - self._began)
        return f"loss {self._loss:.4f}, {speed:,.0f} names a second"


def learning_rate(step: int, options: LoopOptions) -> float:
    """Return the learning rate of a step, from 0."""
    n_rising = math.ceil(options.warmup * options.n_steps)
    if step < n_rising:
        return options.learning_rate * (step + 1) / n_rising
    return options.learning_rate * (options.n_steps - step) / max(1, options.n_steps - n_rising)


def _step(
    network: Module,
    optimiser: Optimizer,
    loss: Callable[[int], Tensor],
    options: LoopOptions,
    step: int,
    live: _Live,
) -> None:
    import torch

    seeds = np.random.SeedSequence((options.seed, step)).generate_state(1, np.uint64)
    torch.manual_seed(int(seeds[0]))
    value = loss(step)
    number = float(value.detach())
    if not math.isfinite(number):
        raise SpecError(f"The loss of step {step:,} is {number}. Lower the learning rate.")
    optimiser.zero_grad(set_to_none=True)
    value.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), options.max_gradient)
    for group in optimiser.param_groups:
        group["lr"] = group["pace"] * learning_rate(step, options)
    optimiser.step()
    live.add(number)


def _optimiser(
    trained: dict[str, Tensor], options: LoopOptions, pace: Callable[[str], float]
) -> Optimizer:
    import torch

    groups = [
        {
            "params": [parameter],
            "pace": pace(name),
            "weight_decay": options.weight_decay if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in trained.items()
    ]
    return torch.optim.AdamW(groups, lr=options.learning_rate)


def _is_due(step: int, options: LoopOptions) -> bool:
    every = options.validate_every
    return step == options.n_steps or (every is not None and step % every == 0)


def _note(state: Checkpoint, score: float, trained: dict[str, Tensor]) -> None:
    """Keep a score, and the weights if it is better than all before."""
    if all(score > other for _, other in state.scores):
        state.best = {name: each.detach().clone() for name, each in trained.items()}
    state.scores.append((state.step, score))


def _has_ended(state: Checkpoint, options: LoopOptions) -> bool:
    """Tell whether the last `patience` validations have brought no new best."""
    if options.patience is None or not state.scores:
        return False
    scores = [score for _, score in state.scores]
    return len(scores) - 1 - scores.index(max(scores)) >= options.patience


def _end(state: Checkpoint, options: LoopOptions) -> int:
    return state.step if _has_ended(state, options) else options.n_steps


def _collect(state: Checkpoint, trained: dict[str, Tensor], optimiser: Optimizer) -> None:
    state.weights = {name: each.detach() for name, each in trained.items()}
    state.optimiser = {
        f"{name}/{moment}": optimiser.state[each][moment]
        for name, each in trained.items()
        if each in optimiser.state
        for moment in _MOMENTS
    }


def _restore(state: Checkpoint, trained: dict[str, Tensor], optimiser: Optimizer) -> None:
    import torch

    with torch.no_grad():
        for name, each in trained.items():
            each.copy_(state.weights[name])
            if f"{name}/step" in state.optimiser:
                kept = {moment: state.optimiser[f"{name}/{moment}"] for moment in _MOMENTS}
                optimiser.state[each] = {
                    moment: value.to(each.device) if value.ndim else value  # steps stay on the CPU
                    for moment, value in kept.items()
                }
