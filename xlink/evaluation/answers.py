"""A run brought to its gold: all columns that figures, breakdowns and comparisons are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlink.errors import DataError, SpecError, UnknownNameError
from xlink.evaluation.detection import detection_scores
from xlink.evaluation.gold import Gold
from xlink.evaluation.items import Prediction
from xlink.evaluation.linking import Outcomes
from xlink.evaluation.measures import MentionScore, Scored, scored
from xlink.evaluation.run import Run, RunHeader
from xlink.evaluation.scores import given_scores, hierarchy_scores
from xlink.terminology import Terminology

__all__ = ["Answers"]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one run says about the gold.

    `predictions` are those of each gold document; `run_ids` are the documents that the run has.
    """

    gold: Gold
    outcomes: Outcomes
    predictions: list[list[Prediction]]
    run_ids: frozenset[str]

    @classmethod
    def of(cls, run: Run, gold: Gold, terminology: Terminology | None) -> Answers:
        """Match the links of `run` with `gold`.

        Raises:
            DataError: the run has a document twice, or was made with another terminology.
        """
        _refuse_other_terminology(run.header, terminology)
        numbers = {document.id: number for number, document in enumerate(gold.documents)}
        outcomes = Outcomes(gold)
        predictions: list[list[Prediction]] = [[] for _ in gold.documents]
        seen: set[str] = set()
        for entry in run.documents:
            if entry.document in seen:
                raise DataError(f"The run has document {entry.document!r} twice")
            seen.add(entry.document)
            number = numbers.get(entry.document)
            if number is not None:
                outcomes.record(number, entry.links)
                predictions[number] = [Prediction.of(link) for link in entry.links]
        return cls(gold, outcomes, predictions, frozenset(seen))

    def given(self, ks: Sequence[int]) -> list[MentionScore]:
        """Return the scores of given mentions."""
        return given_scores(self.gold, self.outcomes, ks)

    def hierarchy(self, terminology: Terminology | None) -> list[MentionScore]:
        """Return the scores of nearness in the hierarchy.

        Raises:
            SpecError: there is no terminology, or it has no hierarchy.
        """
        if terminology is None or not terminology.relation_table.num_rows:
            named = (
                "no terminology" if terminology is None else f"no hierarchy in {terminology.name}"
            )
            raise SpecError(f"There is {named} to say how near links come to the gold.")
        return hierarchy_scores(self.gold, self.outcomes, terminology)

    def detected(self) -> list[Scored]:
        """Return the scores of detected mentions."""
        return detection_scores(self.gold, self.predictions)

    def chosen(
        self,
        names: Sequence[str],
        ks: Sequence[int],
        terminology: Terminology | None,
        *,
        hierarchy: bool = False,
    ) -> list[Scored]:
        """Return the scores of these names, before their intervals.

        Raises:
            UnknownNameError: there is no measure of a name.
            SpecError: the hierarchy is asked for, and there is none.
        """
        near = self.hierarchy(terminology) if hierarchy else []
        known = {each.name: each for each in scored(self.gold, [*self.given(ks), *near])}
        if not known.keys() >= set(names):  # what is detected takes most of the time
            known |= {each.name: each for each in self.detected()}
        for name in names:
            if name not in known:
                raise UnknownNameError("measure", name, known)
        return [known[name] for name in names]


def _refuse_other_terminology(header: RunHeader, terminology: Terminology | None) -> None:
    if terminology is None or header.fingerprint in ("", terminology.fingerprint):
        return
    raise DataError(
        f"The run was made with {header.terminology or 'a terminology'} of fingerprint "
        f"{header.fingerprint[:12]}, and {terminology.name} has {terminology.fingerprint[:12]}",
        remedy="Open the terminology that the run was made with, or link again.",
    )
