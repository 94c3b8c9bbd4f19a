"""The training loop: steps over lists, checks on a part kept aside, and a state to go on from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from xlink.progress import track
from xlink.rerank.network import CrossEncoder
from xlink.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from xlink.training.reranker.batch import joined_batches, list_batch
from xlink.training.reranker.drawing import Drawing, Source
from xlink.training.reranker.gradients import Passes, accumulate
from xlink.training.reranker.judging import validation
from xlink.training.reranker.losses import Objective
from xlink.training.reranker.losses.taught import TaughtLoss
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.parameters import parameter_groups, prepare

__all__ = ["Trained", "train_network"]

_CLIP = 1.0
_PASSES_A_STEP = 1_000_003  # so that the seeds of two steps do not meet


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training came to: steps made, the best of them, and (step, score) of every check."""

    n_steps: int
    best_step: int
    scores: tuple[tuple[int, float], ...]


def train_network(
    network: CrossEncoder,
    sources: Sequence[Source],
    options: RerankerOptions,
    *,
    checkpoint: Path | None = None,
    plan: str = "",
) -> Trained:
    """Train on the lists of all sources; the weights that did best on those aside stay.

    With a folder `checkpoint`, the state is written there at every check, and a call of the same
    `plan` goes on from it, to the very weights that it would have come to without a break.

    Raises:
        ArtifactError: the checkpoint is that of another plan, or damaged.
        SpecError: an option does not fit the network or is not known.
    """
    prepare(network, options)
    loop = _Loop(network, sources, options)
    if not loop.n_steps:
        return Trained(0, 0, ())
    state = None if checkpoint is None else read_checkpoint(checkpoint, plan)
    state = state if state is not None else Checkpoint()
    if state.step:
        loop.restore(state)
    ends = loop.check_steps()
    # With but one check there is nothing to choose from.
    is_judged = len(ends) > 1 and any(each.development is not None for each in sources)
    progress = track(range(state.step, loop.n_steps), "Training")
    for step in progress:
        if _is_over(state.scores, options.patience):
            break
        loop.step(step)
        if step + 1 in ends:
            score = loop.validation() if is_judged else float(step)
            is_best = score > max((each for _, each in state.scores), default=-math.inf)
            state.scores.append((step + 1, score))
            loop.keep(state, step + 1, is_best=is_best)
            if checkpoint is not None:
                write_checkpoint(state, checkpoint, plan)
    loop.load(state.best)
    best = max(state.scores, key=lambda each: (each[1], -each[0]))[0]
    return Trained(state.step, best, tuple(state.scores))


def _is_over(scores: Sequence[tuple[int, float]], patience: int) -> bool:
    values = [score for _, score in scores]
    return bool(values) and len(values) - 1 - values.index(max(values)) >= patience


class _Loop:
    """The network, its optimiser, and the lists that they learn from."""

    def __init__(
        self,
        network: CrossEncoder,
        sources: Sequence[Source],
        options: RerankerOptions,
    ) -> None:
        self.network = network.to(options.device)
        if options.device == "cpu":
            # On pairs this short, a step with the fused attention of torch takes 1.5 times as long.
            network.backbone.set_attn_implementation("eager")
        self.options = options
        self._sources = sources
        self._drawing = Drawing(sources, options)
        self.n_steps = self._drawing.n_an_epoch * options.epochs
        self._objective = Objective.of(
            options.loss,
            options.regulariser,
            strength=options.strength,
            smoothing=options.smoothing,
            temperature=options.temperature,
        )
        if options.teacher is not None:
            self._objective = Objective(TaughtLoss(self._objective, options.teacher_share))
        self._passes = Passes(options.pairs_a_pass, options.held_pairs, options.precision)
        groups = parameter_groups(network, options)
        self._learning = {name: each for group in groups for name, each in group.parameters.items()}
        self._rates = [group.rate for group in groups]
        self._optimiser = torch.optim.AdamW(
            [
                {"params": list(group.parameters.values()), "weight_decay": group.weight_decay}
                for group in groups
            ],
            lr=options.learning_rate,
            fused=True,
        )

    def check_steps(self) -> frozenset[int]:
        """Return after how many steps there is a check; always after the last."""
        total = self.options.epochs * self.options.checks
        return frozenset(max(1, self.n_steps * (n + 1) // total) for n in range(total))

    def step(self, number: int) -> None:
        """Make step `number`; all that is drawn depends on it and the seed alone."""
        options = self.options
        self.network.train()
        rate = options.learning_rate * _rise_and_fall(number, self.n_steps, options.warmup)
        for group, share in zip(self._optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * share
        self._optimiser.zero_grad()
        pairs, places, batch = joined_batches(
            list_batch(lists, source.renderer, nil=options.nil)
            for source, lists in self._drawing.step(number)
        )
        accumulate(
            self.network,
            pairs,
            places,
            batch.to(options.device),
            self._objective,
            passes=self._passes,
            seed=options.seed * 1_000_000_007 + number * _PASSES_A_STEP,
        )
        torch.nn.utils.clip_grad_norm_(self._learning.values(), _CLIP)
        self._optimiser.step()

    def validation(self) -> float:
        """Return how good the network is now."""
        forward = self.network.scorer(self.options.precision)
        return validation(self._sources, forward, learns_nil=self.options.nil)

    def keep(self, state: Checkpoint, step: int, *, is_best: bool) -> None:
        """Enter weights and optimiser into `state`."""
        state.step = step
        state.weights = {name: each.detach().clone() for name, each in self._learning.items()}
        state.optimiser = {
            f"{name}/{key}": value.detach().clone()
            for name, parameter in self._learning.items()
            for key, value in self._optimiser.state[parameter].items()
        }
        if is_best:
            state.best = state.weights

    def restore(self, state: Checkpoint) -> None:
        """Go back to a state that was kept."""
        self.load(state.weights)
        for place, value in state.optimiser.items():
            name, _, key = place.rpartition("/")
            own = self._optimiser.state[self._learning[name]]
            own[key] = value.to(self.options.device) if value.dim() else value

    def load(self, weights: dict[str, torch.Tensor]) -> None:
        """Take over weights by name."""
        with torch.no_grad():
            for name, value in weights.items():
                self._learning[name].copy_(value)
        self.network.eval()


def _rise_and_fall(number: int, n_steps: int, warmup: float) -> float:
    """Return the share of the highest learning rate: up in a line, then down to 0."""
    rising = warmup * n_steps
    if number < rising:
        return (number + 1) / (rising + 1)
    return (n_steps - number) / max(1.0, n_steps - rising)
