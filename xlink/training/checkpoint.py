"""The state of a training on disk, complete: from it, training goes on as if never interrupted.

All draws of a step depend on the seed and the number of the step alone, so no generator's state
needs to be kept: only the weights, those of the optimiser, and how the validations went.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xlink.artifact import is_artifact, open_artifact, write_artifact
from xlink.errors import ArtifactError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Checkpoint", "read_checkpoint", "write_checkpoint"]

_KIND, _FORMAT = "training", 1
_REMEDY = "remove the folder and train anew"


@dataclass(slots=True)
class Checkpoint:
    """Where a training stands after `step` steps.

    `weights` are those that are trained, `optimiser` its moments, by name; `best` are the weights
    of the step that validated best. `scores` has pairs of a step and the score of its validation.
    """

    step: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimiser: dict[str, Tensor] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)
    scores: list[tuple[int, float]] = field(default_factory=list)


def write_checkpoint(checkpoint: Checkpoint, folder: Path, plan: str) -> None:
    """Write a checkpoint of the training that `plan` describes; the one before is replaced."""
    from safetensors.torch import save_file

    with write_artifact(folder, kind=_KIND, format_version=_FORMAT) as writer:
        for part in ("weights", "optimiser", "best"):
            tensors = getattr(checkpoint, part)
            save_file(
                {name: each.contiguous() for name, each in tensors.items()},
                writer.folder / f"{part}.safetensors",
            )
        writer.parameters.update(
            step=checkpoint.step,
            plan=plan,
            scores=json.dumps(checkpoint.scores),
        )


def read_checkpoint(folder: Path, plan: str) -> Checkpoint | None:
    """Return the checkpoint in `folder`; None if there is none.

    Raises:
        ArtifactError: it is damaged, or that of another training than `plan` describes.
    """
    from safetensors.torch import load_file

    if not is_artifact(folder):
        return None
    artifact = open_artifact(folder, kind=_KIND, format_version=_FORMAT, remedy=_REMEDY)
    told = artifact.manifest.parameters
    if told["plan"] != plan:
        raise ArtifactError(
            f"{folder} holds a training that was begun with other options or data. To go on with "
            f"it, give the same ones ({_different(str(told['plan']), plan)}); else {_REMEDY}."
        )
    weights, optimiser, best = (
        load_file(artifact.folder / f"{part}.safetensors")
        for part in ("weights", "optimiser", "best")
    )
    return Checkpoint(
        int(str(told["step"])),
        weights,
        optimiser,
        best,
        [(int(step), float(score)) for step, score in json.loads(str(told["scores"]))],
    )


def _different(was: str, now: str) -> str:
    """Say where two plans, flat objects in JSON, differ."""
    before, after = json.loads(was), json.loads(now)
    return ", ".join(
        f"{name}: {before.get(name)} before, {after.get(name)} now"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )
