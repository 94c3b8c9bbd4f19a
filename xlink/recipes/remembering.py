"""A generator that several systems of a recipe share, and that searches only once for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from xlink.candidate_set import CandidateSet
from xlink.candidates.joint_search import fields_read
from xlink.terminology import Terminology
from xlink.types import NO_FILTER, Filter, Query

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator

__all__ = ["RememberingGenerator"]

_N_KEPT = 8


class RememberingGenerator:
    """Answers as `generator` does, and keeps its answers to the last few batches of queries.

    A fusion is then timed without the search of a generator that was there before.
    """

    def __init__(self, generator: CandidateGenerator) -> None:
        self.generator = generator
        self.name = generator.name
        self.reads = fields_read(generator)
        self.terminology = generator.terminology
        self._answers: dict[tuple[tuple[Query, ...], int, Filter], CandidateSet] = {}

    @classmethod
    def build(cls, terminology: Terminology) -> Self:
        """Refuse: there is nothing to index here."""
        raise NotImplementedError("Build the generator that is to be remembered.")

    def save(self, path: Path) -> None:
        """Write the index of the generator."""
        self.generator.save(path)

    @classmethod
    def load(cls, path: Path, terminology: Terminology) -> Self:
        """Refuse, as `build` does."""
        raise NotImplementedError("Load the generator that is to be remembered.")

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        """Return what the generator says, or said before."""
        key = (tuple(queries), k, where)
        if key not in self._answers:
            while len(self._answers) >= _N_KEPT:
                del self._answers[next(iter(self._answers))]
            self._answers[key] = self.generator.generate(queries, k, where)
        return self._answers[key]
