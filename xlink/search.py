"""Looking texts up in a terminology: names equal to one first, then names that resemble it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from xlink.indexes import open_generator
from xlink.terminology import Terminology
from xlink.types import NO_FILTER, Candidate, Filter, Query

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator

__all__ = ["Found", "NameSearch"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search finds, best first: `similar` holds only what is not among `exact`."""

    exact: tuple[Candidate, ...]
    similar: tuple[Candidate, ...]


class NameSearch:
    """Finds the concepts of one terminology by name.

    Indexes that are missing are built; each is opened once, and only when it is needed.

    ```python
    search = NameSearch(Terminology.open("build/icd10"))
    search.find("hypertension").exact[0].concept_id
    ```
    """

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology

    def find(
        self,
        text: str,
        *,
        language: str = "und",
        k: int = 10,
        where: Filter = NO_FILTER,
        similar: bool = True,
    ) -> Found:
        """Return at most `k` concepts: those with a name equal to `text`, then the most similar.

        Raises:
            UnknownNameError: `where` has what the terminology does not.
            ArtifactError: an index is damaged.
        """
        queries = [Query("", text, language=language)]
        exact = self._exact.generate(queries, k, where).candidates(0, self.terminology)
        if not similar or len(exact) >= k:
            return Found(exact, ())
        near = self._similar.generate(queries, k, where).candidates(0, self.terminology)
        known = {each.concept_id for each in exact}
        others = [each for each in near if each.concept_id not in known]
        return Found(exact, tuple(others[: k - len(exact)]))

    @cached_property
    def _exact(self) -> CandidateGenerator:
        return open_generator(self.terminology, "lookup")

    @cached_property
    def _similar(self) -> CandidateGenerator:
        return open_generator(self.terminology, "tfidf")
