"""One run against the gold: every figure, and the counts that say what it is a figure of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain

import pyarrow as pa

from xlink.errors import UnknownNameError
from xlink.evaluation.answers import Answers
from xlink.evaluation.breakdown import Breakdown, breakdown
from xlink.evaluation.calibration import Calibration, calibration
from xlink.evaluation.confusion import Confusion, label_confusion, type_confusion
from xlink.evaluation.counts import Counts, count
from xlink.evaluation.error_table import ErrorCounts, error_counts, error_table
from xlink.evaluation.facets import Setting
from xlink.evaluation.gold import Gold
from xlink.evaluation.link_cases import LinkCases
from xlink.evaluation.measures import Measure, measured, scored
from xlink.evaluation.overview import (
    Ambiguity,
    RecallCurve,
    Waterfall,
    ambiguity,
    recall_curve,
    waterfall,
)
from xlink.evaluation.run import Run, RunHeader
from xlink.evaluation.surfaces import Names, Training
from xlink.terminology import Terminology
from xlink.types import Document

__all__ = ["Evaluation", "evaluate", "measure"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of a run.

    `given` takes each gold mention and asks where its concept stands; one that the run lacks is a
    miss. `detected` takes what the run found as predictions. `hierarchy` is empty unless it was
    asked for; `ambiguity` and `type_confusion` are None without a terminology. `errors` is a table
    of what went wrong, one row a gold mention or link elsewhere.
    """

    run: RunHeader
    given: tuple[Measure, ...]
    detected: tuple[Measure, ...]
    hierarchy: tuple[Measure, ...]
    breakdowns: tuple[Breakdown, ...]
    calibration: Calibration
    recall_curve: RecallCurve
    waterfall: Waterfall
    ambiguity: Ambiguity | None
    label_confusion: Confusion
    type_confusion: Confusion | None
    error_counts: ErrorCounts
    counts: Counts
    seed: int
    errors: pa.Table | None = field(repr=False)

    @property
    def measures(self) -> Iterator[Measure]:
        """All measures: of given mentions, of detected ones, of nearness."""
        yield from (*self.given, *self.detected, *self.hierarchy)

    def measure(self, name: str) -> Measure:
        """Return the measure of this name, such as `recall@64` or `f1`.

        Raises:
            UnknownNameError: there is none.
        """
        for each in self.measures:
            if each.name == name:
                return each
        raise UnknownNameError("measure", name, [each.name for each in self.measures])

    def to_dict(self) -> dict[str, object]:
        """Return all but the table of errors as plain values, ready for JSON."""
        record = asdict(replace(self, errors=None))
        del record["errors"]
        return record


def evaluate(
    run: Run,
    gold_documents: Iterable[Document],
    *,
    terminology: Terminology | None = None,
    ks: Sequence[int] = (1, 5, 64),
    by: Sequence[str] = (),
    training: Iterable[Document] | None = None,
    hierarchy: bool = False,
    seed: int = 0,
) -> Evaluation:
    """Compare the links of `run` with the gold of `gold_documents`.

    With a `terminology`, former gold ids are replaced by current ones, and every figure is given
    for the gold it covers, too. Documents of the run without gold have no part in any figure. `by`
    names facets to break the figures down by; `seen` and `seen-concept` need
    `training` documents. The intervals are reproducible from `seed`.

    Raises:
        DataError: there is no gold, a document comes twice on either side, or the run was made
            with another terminology.
        UnknownNameError: there is no such facet.
        SpecError: a facet or the hierarchy needs something that is not given.
    """
    gold = Gold.of(gold_documents, terminology)
    answers = Answers.of(run, gold, terminology)
    outcomes = answers.outcomes
    given = answers.given(ks)
    near = answers.hierarchy(terminology) if hierarchy else []
    names = None
    if terminology is not None:
        predicted = (each.mention for several in answers.predictions for each in several)
        names = Names(chain(gold.mentions, predicted), terminology)
    trained = None if training is None else Training.of(training, terminology)
    setting = Setting(terminology, names, trained)
    errors = error_table(gold, outcomes, terminology)
    return Evaluation(
        run=run.header,
        given=measured(scored(gold, given), seed=seed),
        detected=measured(answers.detected(), seed=seed),
        hierarchy=measured(scored(gold, near), seed=seed),
        breakdowns=tuple(
            breakdown(each, answers, setting, [*given, *near], seed=seed) for each in by
        ),
        calibration=calibration(LinkCases.of(gold, outcomes), seed=seed),
        recall_curve=recall_curve(gold, outcomes, seed=seed),
        waterfall=waterfall(gold, outcomes),
        ambiguity=None
        if terminology is None or names is None
        else ambiguity(gold, outcomes, names, terminology, seed=seed),
        label_confusion=label_confusion(gold, outcomes),
        type_confusion=None if terminology is None else type_confusion(gold, outcomes, terminology),
        error_counts=error_counts(errors),
        counts=count(gold, outcomes, answers.run_ids),
        seed=seed,
        errors=errors,
    )


def measure(
    run: Run,
    gold_documents: Iterable[Document],
    names: Sequence[str],
    *,
    terminology: Terminology | None = None,
    ks: Sequence[int] = (1, 5, 64),
    seed: int = 0,
) -> tuple[Measure, ...]:
    """Return no more than the measures of these names, as `evaluate` gives them, in less time.

    Raises:
        DataError: as `evaluate` does.
        UnknownNameError: there is no measure of a name.
    """
    gold = Gold.of(gold_documents, terminology)
    scores = Answers.of(run, gold, terminology).chosen(names, ks, terminology)
    return measured(scores, seed=seed)
