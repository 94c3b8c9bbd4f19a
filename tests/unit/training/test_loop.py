"""A training that was interrupted ends as one that was not, to the last bit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import xlink.progress
from xlink.errors import ArtifactError, SpecError
from xlink.progress import show_progress
from xlink.training.encoder.network.loop import LoopOptions, learning_rate, run_loop

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

torch = pytest.importorskip("torch")

OPTIONS = LoopOptions(n_steps=12, learning_rate=0.05, validate_every=3, seed=7)


class Killed(BaseException):
    """Stands for the end of the process."""


def network() -> Module:
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.Dropout(0.5), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    )


def task(model: Module, killed_at: int | None = None) -> Callable[[int], Tensor]:
    def loss(step: int) -> Tensor:
        if step == killed_at:
            raise Killed
        inputs = torch.randn(16, 4)  # by the generator that the loop sets
        return (model(inputs)[:, 0] - inputs.sum(dim=1)).square().mean()

    return loss


def weights(model: Module) -> list[Tensor]:
    return [each.detach().clone() for each in model.parameters()]


def score(model: Module) -> Callable[[], float]:
    def of_all() -> float:
        with torch.no_grad():
            return -float((model[3](model[0](torch.ones(1, 4)).tanh()) - 4).abs())

    return of_all


@pytest.mark.parametrize("killed_at", [1, 5, 6, 11])
def test_a_resumed_training_equals_an_uninterrupted_one(tmp_path: Path, killed_at: int) -> None:
    whole, broken = network(), network()
    scores = run_loop(whole, task(whole), OPTIONS, validate=score(whole))
    often = replace(OPTIONS, checkpoint_s=0.0)
    with pytest.raises(Killed):
        run_loop(
            broken, task(broken, killed_at), often, validate=score(broken), checkpoint=tmp_path
        )
    resumed = network()
    again = run_loop(resumed, task(resumed), often, validate=score(resumed), checkpoint=tmp_path)
    assert again == scores
    assert [step for step, _ in scores] == [3, 6, 9, 12]
    assert all(map(torch.equal, weights(whole), weights(resumed)))
    assert not all(map(torch.equal, weights(whole), weights(network())))


def test_the_seed_fixes_the_result_and_nothing_else_does() -> None:
    found: list[list[Tensor]] = []
    for seed in (7, 7, 8):
        model = network()
        torch.manual_seed(len(found))
        before = torch.get_rng_state()
        run_loop(model, task(model), replace(OPTIONS, seed=seed))
        assert torch.equal(torch.get_rng_state(), before)
        found.append(weights(model))
    assert all(map(torch.equal, found[0], found[1]))
    assert not all(map(torch.equal, found[0], found[2]))


def test_the_best_weights_are_kept_and_patience_ends(tmp_path: Path) -> None:
    model = network()
    given = iter([0.1, 0.5, 0.3, 0.5, 0.9])
    kept: list[list[Tensor]] = []

    def validate() -> float:
        kept.append(weights(model))
        return next(given)

    options = replace(OPTIONS, n_steps=100, patience=2, checkpoint_s=0.0)
    scores = run_loop(model, task(model), options, validate=validate, checkpoint=tmp_path)
    assert scores == [(3, 0.1), (6, 0.5), (9, 0.3), (12, 0.5)]
    assert all(map(torch.equal, weights(model), kept[1]))


def test_another_training_is_refused(tmp_path: Path) -> None:
    often = replace(OPTIONS, checkpoint_s=0.0)
    model = network()
    with pytest.raises(Killed):
        run_loop(model, task(model, 4), often, checkpoint=tmp_path, plan='{"seed": 7, "a": 1}')
    with pytest.raises(ArtifactError, match=r"seed: 7 before, 8 now\); else remove"):
        run_loop(model, task(model), often, checkpoint=tmp_path, plan='{"seed": 8, "a": 1}')


def test_a_loss_that_is_no_number_is_refused() -> None:
    model = network()
    with pytest.raises(SpecError, match=r"step 0 is nan\. Lower the learning rate"):
        run_loop(model, lambda _: next(model.parameters()).sum() * math.nan, OPTIONS)


def test_the_learning_rate_rises_and_falls() -> None:
    options = LoopOptions(n_steps=10, learning_rate=1.0, warmup=0.2)
    rates = [learning_rate(step, options) for step in range(10)]
    assert rates == [1 / 2, 2 / 2, 8 / 8, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]


def test_progress_says_loss_speed_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(xlink.progress, "_LINE_S", 0.0)
    model = network()
    with show_progress():
        run_loop(model, task(model), OPTIONS, texts_per_step=16)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 12
    assert lines[0].startswith("Training: 1 of 12, loss ")
    assert "names a second" in lines[0]
    assert lines[-1].endswith("0:00:00 left")
