"""Fusion that is learned: how much each generator's word counts, from mentions with known gold."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.candidates.fusion import completed_scores, ranked, unite
from xlink.errors import DataError, MissingExtraError, SpecError

__all__ = ["LearnedFusion"]


@dataclass(frozen=True, slots=True)
class LearnedFusion:
    """Score a candidate by a logistic regression over what each generator says; it lies in (0, 1).

    Features, for each generator: its score (as `WeightedFusion` completes it), how far that is
    below its best for the mention, 1 / (1 + rank) with 0 for silence, and whether it is silent.
    They are the same for all languages and terminologies, but what is learned need not be: learn on
    mentions like those to come, and never on those that are reported.
    """

    generators: tuple[str, ...]
    coefficients: tuple[float, ...]
    intercept: float
    cut_at: int = 64

    @classmethod
    def fit(
        cls,
        sets: Sequence[CandidateSet],
        gold: Sequence[Collection[int]],
        *,
        cut_at: int = 64,
        strength: float = 1.0,
    ) -> Self:
        """Learn from the sets of all generators and the gold concept rows of each query.

        `strength` is the inverse of the regularisation.

        Raises:
            MissingExtraError: scikit-learn is not installed.
            DataError: no candidate is gold, or all are.
        """
        if importlib.util.find_spec("sklearn") is None:
            raise MissingExtraError("A learned fusion", "learned")
        from sklearn.linear_model import LogisticRegression

        united = unite(sets)
        numbers = united.query_numbers().tolist()
        rows = united.concept_rows.tolist()
        right = np.array([row in gold[number] for number, row in zip(numbers, rows, strict=True)])
        if right.all() or not right.any():
            raise DataError(
                "there is nothing to learn from: of the candidates, all are gold or none is",
                remedy="Give mentions whose gold the generators find among others.",
            )
        learned = LogisticRegression(C=strength, class_weight="balanced", max_iter=1_000)
        learned.fit(_features(united, sets, cut_at), right)
        return cls(
            united.generators,
            tuple(float(each) for each in learned.coef_[0]),
            float(learned.intercept_[0]),
            cut_at,
        )

    def save(self, path: Path) -> None:
        """Write what was learned as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            DataError: the file is something else.
        """
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                tuple(map(str, told["generators"])),
                tuple(map(float, told["coefficients"])),
                float(told["intercept"]),
                int(told["cut_at"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"it is no learned fusion ({error!r})", path=path, remedy="Learn it again."
            ) from None

    def fuse(self, sets: Sequence[CandidateSet], k: int) -> CandidateSet:
        """Return the best `k` of the united candidates by what was learned.

        Raises:
            SpecError: these are other generators, or in another order.
        """
        united = unite(sets)
        if united.generators != self.generators:
            raise SpecError(
                f"This fusion was learned for {', '.join(self.generators)}, and is given "
                f"{', '.join(united.generators)}. Use the same generators in the same order."
            )
        logits = _features(united, sets, self.cut_at) @ np.array(self.coefficients)
        return ranked(united, 1 / (1 + np.exp(-(logits + self.intercept))), k)


def _features(
    united: CandidateSet, sets: Sequence[CandidateSet], cut_at: int
) -> npt.NDArray[np.float64]:
    """Return the features of all candidates. *Shape:* (n, generators * 4)"""
    scores, numbers = completed_scores(united, sets, cut_at), united.query_numbers()
    best = np.full((len(united), scores.shape[1]), -np.inf)
    np.maximum.at(best, numbers, scores)
    ranks = united.trace_ranks
    if ranks is None:
        raise ValueError("These candidates carry no traces of their generators.")
    silent = ranks < 0
    shares = np.where(silent, 0, 1 / (1 + np.maximum(ranks, 0)))
    columns: npt.NDArray[np.float64] = np.concatenate(
        [scores, best[numbers] - scores, shares, silent], axis=1
    )
    return columns
