"""All that can be chosen about the training of a re-ranker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from xlink.corpora.reading import checked_options
from xlink.errors import SpecError
from xlink.rerank.rendering import Rendering

__all__ = ["Head", "Missing", "Pooling", "Precision", "RerankerOptions", "reranker_options"]

Head = Literal["pooled", "sides"]
Missing = Literal["drop", "add", "nil"]
"""What becomes of a list without its gold: left out, gold added at its end, or NIL is right."""
Pooling = Literal["cls", "mean"]
Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerOptions:
    """How a re-ranker is trained.

    The base: an encoder in a folder, `hf:organisation/model@revision`, or a trained re-ranker by
    folder or name, which goes on learning; `head` as in
    `xlink.rerank.network.CrossEncoder`; only its lowest `layers` are kept, if told (Sajjad et al.
    2023, *On the effect of dropping layers of pre-trained transformer models*); `reset_layers` of
    the top layers that stay are drawn anew. `dropout` is that of training.

    The lists: `pool` candidates each are found, `missing` as in `Missing`; up to `relatives`
    neighbours of the gold in the hierarchy join each. In every epoch `k` of them are drawn: what is
    right, the first `hardest` that are wrong, and others at random. With `distinct`, mentions of
    the same (folded) words and gold count as one: each epoch has one of them, drawn at random. With
    `nil`, "none of these" is one more option. In use, the first `depth` candidates are re-ranked,
    but none whose prior probability is less than `least_share` of that of the first. A part
    `dev_share` of the documents is kept aside for stopping and for the mix of scores.

    With `remember`, what the training documents link is kept as counts, and candidates are put into
    order by it before they are read (see `xlink.rerank.prior`), in training and in use.

    With `names`, the network first learns from so many names of each terminology, as in
    `xlink.training.reranker.weak`, and then from the documents.

    The objective: `loss` and `regulariser` by name (see `losses`), the latter `strength` times; it
    may be `none`.

    With a `teacher`, a trained re-ranker by its folder or name, `teacher_share` of the objective is
    to say of each list what that says.

    The steps: `lists_a_step` lists make a step, `epochs` times over all; the learning rate rises
    over the share `warmup` of them and then falls to 0. `layer_decay` is what it is multiplied by
    from each layer to the one below; `frozen_layers` of the lowest layers and, unless told
    otherwise, the embeddings are left as they are. Stops after `patience` checks, `checks` an
    epoch, that were no better.

    Without `epochs`, the network of a trained re-ranker stays as it is, and so does what pairs
    show; all else is fitted to these documents and candidates. What was kept aside from the
    network should be again: with the same documents, by the same `seed` and `dev_share`.

    The machine: `pairs_a_pass` pairs go through the network at once, and the graphs of up to
    `held_pairs` are kept; a step of more pairs is passed through twice instead, for the same
    gradient in less memory.
    """

    base: str
    pooling: Pooling | None = None
    head: Head = "pooled"
    layers: int | None = None
    reset_layers: int = 0
    dropout: float = 0.0
    k: int = 8
    pool: int = 16
    hardest: int = 3
    distinct: bool = True
    depth: int = 32
    least_share: float = 0.01
    missing: Missing = "drop"
    relatives: int = 0
    nil: bool = False
    remember: bool = True
    names: int = 0
    dev_share: float = 0.15
    loss: str = "softmax"
    regulariser: str = "kl"
    strength: float = 0.2
    smoothing: float = 0.0
    temperature: float | None = None
    teacher: str | None = None
    teacher_share: float = 0.5
    epochs: int = 3
    lists_a_step: int = 4
    learning_rate: float = 1e-4
    warmup: float = 0.1
    weight_decay: float = 0.01
    layer_decay: float = 1.0
    frozen_layers: int = 0
    frozen_embeddings: bool = True
    checks: int = 1
    patience: int = 3
    pairs_a_pass: int = 16
    held_pairs: int = 256
    precision: Precision = "auto"
    device: str = "cpu"
    seed: int = 0
    rendering: Rendering = field(default_factory=Rendering)

    def __post_init__(self) -> None:
        """Refuse what can't be.

        Raises:
            SpecError: a number is out of its range.
        """
        at_least_one = (
            "k",
            "pool",
            "depth",
            "lists_a_step",
            "checks",
            "patience",
            "pairs_a_pass",
        )
        for name in at_least_one:
            if getattr(self, name) < 1:
                raise SpecError(f"{name} is at least 1, not {getattr(self, name)}.")
        if self.epochs < 0:
            raise SpecError(f"epochs is at least 0, not {self.epochs}.")
        if self.layers is not None and self.layers < 1:
            raise SpecError(f"layers is at least 1, not {self.layers}.")
        for name in ("least_share", "dev_share", "warmup", "smoothing", "dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise SpecError(f"{name} lies between 0 and 1, not {getattr(self, name)}.")
        if not 0 <= self.teacher_share <= 1:
            raise SpecError(f"teacher_share lies between 0 and 1, not {self.teacher_share}.")
        if not 0 < self.layer_decay <= 1:
            raise SpecError(f"layer_decay lies above 0 and up to 1, not {self.layer_decay}.")


def reranker_options(told: Mapping[str, object]) -> RerankerOptions:
    """Return the options that a table says; `rendering` is a table within it.

    Values may be of the option's type or texts that say it, such as `"3"`.

    Raises:
        SpecError: `base` is missing, or a value is not what the option takes.
        UnknownNameError: there is no such option; the message lists the known ones.
    """
    shown = told.get("rendering", {})
    if not isinstance(shown, Mapping) or "base" not in told:
        raise SpecError("A re-ranker needs a `base` to start from, and `rendering` is a table.")
    given = {name: value for name, value in told.items() if name != "rendering"}
    checked = checked_options(RerankerOptions, given, "the re-ranker")
    rendering = Rendering(**checked_options(Rendering, shown, "the rendering"))  # type: ignore[arg-type]
    return RerankerOptions(**checked, rendering=rendering)  # type: ignore[arg-type]
