"""A student made and trained as the options say: what they mean for each kind of encoder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlink.encoders.hub import HUB, hub_model
from xlink.encoders.ngram_bag import NgramBagEncoder
from xlink.encoders.opening import open_encoder
from xlink.terminology import Terminology
from xlink.training.encoder.held_out.protocols import NameSearch, recall
from xlink.training.encoder.names.hierarchy import Kin, parents_of
from xlink.training.encoder.names.pairs import PairSampler, TrainingNames
from xlink.training.encoder.network.alignment import Alignment
from xlink.training.encoder.network.loop import LoopOptions, run_loop
from xlink.training.encoder.network.nodes import NodeTarget, node_vectors
from xlink.training.encoder.network.student import Student
from xlink.training.encoder.network.transformer import TransformerStudent
from xlink.training.encoder.network.usem3 import Usem3Student
from xlink.training.encoder.options import Pace, TrainingOptions, kind_of, loss_of
from xlink.training.encoder.static.student import StaticOptions, train_static
from xlink.training.encoder.static.teacher import targets_of

__all__ = ["Lesson", "fit_static", "fit_student", "make_student"]

_HEAD_RATE = 1e-3
_N_VALIDATIONS = 10


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is to be learnt: from which base, which names, where their concepts stand, and how."""

    base: str
    names: TrainingNames
    terminologies: Sequence[Terminology]
    options: TrainingOptions

    @property
    def pairs(self) -> PairSampler:
        """Where the batches come from."""
        return PairSampler(self.names, seed=self.options.seed, smoothing=self.options.smoothing)

    @cached_property
    def pace(self) -> Pace:
        """How much at a time, for how long, and how fast."""
        return self.options.pace(kind_of(self.base))

    @property
    def n_steps(self) -> int:
        """Batches in the whole."""
        if self.options.n_steps is not None:
            return self.options.n_steps
        return max(1, round(self.pace.epochs * len(self.names) / self.pace.n_pairs))


def make_student(lesson: Lesson) -> Student:
    """Open the base, a transformer or `usem3`, for training.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ArtifactError: there is no such model, or it can't be had.
    """
    base, options = lesson.base, lesson.options
    if kind_of(base) == "usem3":
        return Usem3Student(lesson.names.texts, table=options.train_table)
    place, revision = hub_model(base) if base.startswith(HUB) else (base, None)
    return TransformerStudent.open(
        place,
        revision=revision,
        pooling=options.pooling,
        max_tokens=options.max_tokens,
        freeze_embeddings=options.freeze_embeddings,
        layer_decay=options.layer_decay,
        checkpointing=options.gradient_checkpointing,
        bf16=options.bf16,
        device=options.device,
    )


def fit_static(lesson: Lesson, *, spool: Path) -> NgramBagEncoder:
    """Train a static encoder, towards a teacher if there is one, whose vectors go to `spool`."""
    told = StaticOptions(
        n_steps=lesson.n_steps,
        n_pairs=lesson.pace.n_pairs,
        learning_rate=lesson.pace.learning_rate,
        seed=lesson.options.seed,
    )
    targets = None
    if lesson.options.teacher is not None:
        teacher = open_encoder(lesson.options.teacher)
        targets = targets_of(
            lesson.names.texts, teacher, dimension=told.dimension, spool=spool, seed=told.seed
        )
    return train_static([(lesson.pairs, 1.0)], told, name="static", targets=targets)


def fit_student(
    student: Student,
    lesson: Lesson,
    *,
    validation: NameSearch | None,
    state: Path,
    plan: str,
    checkpoint_s: float,
) -> int:
    """Train a student to the end, from the checkpoint in `state` if there is one.

    Return the number of steps after which it ended.
    """
    from torch.nn import ModuleDict

    options = lesson.options
    kin, nodes = _hierarchy(student, lesson)
    loss = Alignment(
        student,
        lesson.pairs,
        loss_of(lesson.pace.loss),
        n_pairs=lesson.pace.n_pairs,
        kin=kin,
        nodes=nodes,
        node_weight=options.node_weight,
    )
    heads = {} if nodes is None else {"head": nodes.head}
    rate = lesson.pace.learning_rate
    every = options.validate_every
    if every is None:
        every = math.ceil(lesson.n_steps / _N_VALIDATIONS)

    def pace(name: str) -> float:
        part, _, parameter = name.partition(".")
        return student.pace(parameter) if part == "student" else _HEAD_RATE / rate

    scores = run_loop(
        ModuleDict({"student": student.network} | heads),
        loss,
        LoopOptions(
            lesson.n_steps,
            rate,
            validate_every=every,
            patience=options.patience,
            checkpoint_s=checkpoint_s,
            seed=options.seed,
        ),
        pace=pace,
        validate=None if validation is None else lambda: recall(student.encoder(), validation)[1],
        texts_per_step=2 * lesson.pace.n_pairs,
        checkpoint=state,
        plan=plan,
    )
    return scores[-1][0] if scores else lesson.n_steps


def _hierarchy(student: Student, lesson: Lesson) -> tuple[Kin | None, NodeTarget | None]:
    options = lesson.options
    if options.kinship is None and not options.node_weight:
        return None, None
    parents = parents_of(lesson.names, lesson.terminologies)
    kin = None if options.kinship is None else Kin(lesson.names, parents, options.kinship)
    if not options.node_weight:
        return kin, None
    vectors = node_vectors(parents, seed=options.seed)
    return kin, NodeTarget(vectors, student.dimension, device=options.device, seed=options.seed)
