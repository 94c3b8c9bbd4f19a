"""Training of a bag of n-grams on names, alone or towards the vectors of a teacher.

names ─▶ features ─▶ sum of their vectors ─▶ length 1 ─┬─ softmax against the other names
                                                       └─ softmax against the teacher's vectors

It needs neither torch nor a GPU. Distillation towards vectors of fixed places is what gives one
space to languages that share no pair of names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.encoders.ngram_bag import NgramBagEncoder
from xlink.errors import DataError, SpecError
from xlink.progress import track
from xlink.training.encoder.names.pairs import PairSampler
from xlink.training.encoder.static.contrast import softmax_contrast, through_length
from xlink.training.encoder.static.table import FeaturesOfTexts, FeatureTable
from xlink.training.encoder.static.teacher import Targets

__all__ = ["StaticOptions", "train_static"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StaticOptions:
    """How to train a static student.

    `n_features` is how many words and n-grams have a vector, the most frequent ones; `n_pairs` of
    names make a batch. `scale` is that of cosines in the softmax. Each batch goes without a share
    `dropout` of all features, so that none is relied upon. `teacher_weight` is the weight of the
    teacher's loss, which is taken in blocks of `taught_block` texts; beside the pairs, `n_taught`
    texts of the teacher's alone join each batch.
    """

    dimension: int = 128
    n_features: int = 164_000
    n_steps: int = 600
    n_pairs: int = 1_024
    learning_rate: float = 0.005
    scale: float = 30.0
    dropout: float = 0.2
    teacher_weight: float = 2.0
    n_taught: int = 512
    taught_block: int = 640
    seed: int = 13

    def __post_init__(self) -> None:
        """Refuse what can't be trained.

        Raises:
            SpecError: a number is out of its range.
        """
        if self.dimension < 2 or self.dimension % 2:
            raise SpecError(f"dimension is even and at least 2, not {self.dimension}.")
        if not 0 <= self.dropout < 1:
            raise SpecError(f"dropout lies in 0 to 1, not {self.dropout}.")
        if min(self.n_features, self.n_steps, self.n_pairs - 1, self.taught_block - 1) < 1:
            raise SpecError("A training has features and steps, and batches of two pairs or more.")


def train_static(
    samplers: Sequence[tuple[PairSampler, float]],
    options: StaticOptions,
    *,
    name: str,
    targets: Targets | None = None,
) -> NgramBagEncoder:
    """Train an encoder called `name` on pairs of names, each sampler with its share of the steps.

    `targets` are the teacher's vectors for texts: for names, wherever they stand, and for whatever
    else the teacher knows.

    Raises:
        DataError: there is nothing to draw from, or the teacher's vectors have another dimension.
    """
    if not samplers or min(share for _, share in samplers) <= 0:
        raise DataError("A training needs samplers with shares above 0.")
    if targets is not None and targets.vectors.shape[1] != options.dimension:
        raise DataError(
            f"the teacher's vectors have {targets.vectors.shape[1]} numbers, and the student's "
            f"{options.dimension}"
        )
    training = _Training.begin([sampler for sampler, _ in samplers], options, targets)
    shares = np.array([share for _, share in samplers])
    generator = np.random.default_rng(options.seed)
    chosen = generator.choice(len(samplers), size=options.n_steps, p=shares / shares.sum())
    for step in track(range(options.n_steps), f"Training {name}"):
        training.step(step, int(chosen[step]))
    table = training.table
    return NgramBagEncoder.of_vectors(name, table.features.slots, table.table)


@dataclass(frozen=True, slots=True, eq=False)
class _Training:
    """The texts of all samplers, then those of the teacher alone, and the table that is trained.

    *Shapes:* `starts` (samplers + 1,) say where the texts of each sampler begin, those of the
    teacher alone last; `taught` (texts,) is the row of a text among the teacher's vectors, -1 for
    none.
    """

    samplers: list[PairSampler]
    options: StaticOptions
    targets: Targets | None
    starts: Ints
    taught: Ints
    table: FeatureTable

    @classmethod
    def begin(
        cls, samplers: list[PairSampler], options: StaticOptions, targets: Targets | None
    ) -> _Training:
        texts = [text for sampler in samplers for text in sampler.names.texts]
        starts = np.cumsum([0, *(len(sampler.names) for sampler in samplers)])
        rows: dict[str, int] = {}
        if targets is not None:
            named = set(texts)
            texts += [text for text in targets.texts if text not in named]
            rows = {text: row for row, text in enumerate(targets.texts)}
        taught = np.array([rows.get(text, -1) for text in texts], dtype=np.int64)
        features = FeaturesOfTexts.of(texts, options.n_features)
        generator = np.random.default_rng((options.seed, 1))
        table = FeatureTable.drawn(features, options.dimension, generator)
        return cls(samplers, options, targets, starts, taught, table)

    def step(self, step: int, number: int) -> float:
        """Train on one batch of the sampler `number`; return the loss of its pairs."""
        options, sampler = self.options, self.samplers[number]
        left, right = sampler.draw(options.n_pairs, step)
        concepts = sampler.names.concepts
        generator = np.random.default_rng((options.seed, 2, step))
        alone = np.arange(self.starts[-1], len(self.taught))  # what only the teacher knows
        alone = generator.choice(alone, size=options.n_taught) if len(alone) else alone
        texts = np.concatenate([self.starts[number] + left, self.starts[number] + right, alone])
        owners = np.concatenate([concepts[left], concepts[right], -1 - np.arange(len(alone))])
        dropped = generator.random(len(self.table.table)) < options.dropout
        unit, lengths = self.table.vectors(texts, dropped)
        n = options.n_pairs
        first, second = unit[:n], unit[n : 2 * n]
        loss, slopes = softmax_contrast(first, second, concepts[left], scale=options.scale)
        gradients = np.zeros_like(unit)
        gradients[:n], gradients[n : 2 * n] = slopes @ second, slopes.T @ first
        if self.targets is not None:
            self._teach(self.targets, texts, owners, unit, gradients, generator)
        gradients = through_length(unit, gradients, lengths)
        rate = options.learning_rate * (1 - step / options.n_steps)
        self.table.move(texts, dropped, gradients, step=step, rate=rate)
        return loss

    def _teach(
        self,
        targets: Targets,
        texts: Ints,
        owners: Ints,
        unit: Floats,
        gradients: Floats,
        generator: np.random.Generator,
    ) -> None:
        """Add the gradients of telling the teacher's vector of a text from those of others."""
        rows = self.taught[texts]
        shuffled = generator.permutation(np.flatnonzero(rows >= 0))
        size = self.options.taught_block
        weight = np.float32(self.options.teacher_weight * size / self.options.n_pairs)
        for start in range(0, len(shuffled) - size + 1, size):
            block = shuffled[start : start + size]
            aims = targets.vectors[rows[block]].astype(np.float32)
            _, slopes = softmax_contrast(unit[block], aims, owners[block], scale=self.options.scale)
            gradients[block] += weight * (slopes @ aims)
