"""One run against the gold: every figure, and the counts that say what it is a figure of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from xlink.errors import DataError, UnknownNameError
from xlink.evaluate.bootstrap import Figure, figures
from xlink.evaluate.detection import Detection
from xlink.evaluate.gold import Gold
from xlink.evaluate.linking import Outcomes
from xlink.evaluate.measures import Measure, mean, mention_measures, ranking
from xlink.evaluate.run import Run, RunHeader
from xlink.terminology import Terminology
from xlink.types import Document

__all__ = ["Counts", "Evaluation", "evaluate"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the figures are made of, and what was left out of them.

    Mentions are gold ones: `mentions` is the sum of `with_concept`, `nil` and `unannotated`.
    `not_covered`, of those with a concept, is None without a terminology. `former_ids` are distinct
    gold ids that the terminology has replaced. `max_candidates` is the longest list of candidates
    that a link of the run kept: recall beyond it can't grow.
    """

    documents: int
    documents_not_in_run: int
    mentions: int
    with_concept: int
    composite: int
    not_covered: int | None
    nil: int
    unannotated: int
    without_link: int
    max_candidates: int
    former_ids: int
    links_elsewhere: int
    run_documents_without_gold: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of a run.

    `given` takes each gold mention and asks where its concept stands; one that the run lacks is a
    miss. `detected` takes what the run found as predictions. `nil_unlinked` is the share of NIL
    gold mentions that the run gave no concept.
    """

    run: RunHeader
    given: tuple[Measure, ...]
    detected: tuple[Measure, ...]
    nil_unlinked: Figure
    counts: Counts
    seed: int

    def measure(self, name: str) -> Measure:
        """Return the measure of this name, such as `recall@64` or `f1`.

        Raises:
            UnknownNameError: there is none.
        """
        for each in (*self.given, *self.detected):
            if each.name == name:
                return each
        names = [each.name for each in (*self.given, *self.detected)]
        raise UnknownNameError("measure", name, names)

    def to_dict(self) -> dict[str, object]:
        """Return the evaluation as plain values, ready for JSON."""
        return asdict(self)


def evaluate(
    run: Run,
    gold_documents: Iterable[Document],
    *,
    terminology: Terminology | None = None,
    ks: Sequence[int] = (1, 5, 64),
    seed: int = 0,
) -> Evaluation:
    """Compare the links of `run` with the gold of `gold_documents`.

    With a `terminology`, former gold ids are replaced by current ones, and every figure is given
    for the gold it covers, too. Documents of the run without gold have no part in any figure. The
    intervals are reproducible from `seed`.

    Raises:
        DataError: there is no gold, a document comes twice on either side, or the run was made
            with another terminology.
    """
    _refuse_other_terminology(run.header, terminology)
    gold = Gold.of(gold_documents, terminology)
    numbers = {document.id: number for number, document in enumerate(gold.documents)}
    outcomes, detection = Outcomes.unanswered(len(gold)), Detection.unanswered(gold)
    seen: set[str] = set()
    n_elsewhere = 0
    for entry in run.documents:
        if entry.document in seen:
            raise DataError(f"The run has document {entry.document!r} twice")
        seen.add(entry.document)
        number = numbers.get(entry.document)
        if number is not None:
            n_elsewhere += outcomes.record(gold, number, entry.links)
            detection.record(gold, number, entry.links)
    return Evaluation(
        run=run.header,
        given=_given(gold, outcomes, ks, seed),
        detected=detection.measures(seed),
        nil_unlinked=_nil_unlinked(gold, outcomes, seed),
        counts=_counts(gold, outcomes, seen, n_elsewhere),
        seed=seed,
    )


def _given(gold: Gold, outcomes: Outcomes, ks: Sequence[int], seed: int) -> tuple[Measure, ...]:
    right = outcomes.right.astype(np.float64)
    values = ranking(outcomes.ranks, ks) | {"accuracy": right, "accuracy_of_linked": right}
    among = {"accuracy_of_linked": outcomes.linked}
    return mention_measures(gold, values, among=among, seed=seed)


def _nil_unlinked(gold: Gold, outcomes: Outcomes, seed: int) -> Figure:
    unlinked = mean(gold, (~outcomes.linked).astype(np.float64), gold.is_nil)
    return figures([unlinked], seed=seed)[0]


def _counts(gold: Gold, outcomes: Outcomes, run_ids: set[str], n_elsewhere: int) -> Counts:
    gold_ids = {document.id for document in gold.documents}
    with_concept, nil = gold.has_concept, gold.is_nil
    covered = gold.covered
    return Counts(
        documents=len(gold.documents),
        documents_not_in_run=len(gold_ids - run_ids),
        mentions=len(gold),
        with_concept=int(with_concept.sum()),
        composite=int((with_concept & gold.composite).sum()),
        not_covered=None if covered is None else int((with_concept & ~covered).sum()),
        nil=int(nil.sum()),
        unannotated=len(gold) - int(with_concept.sum() + nil.sum()),
        without_link=int((~outcomes.matched).sum()),
        max_candidates=int(outcomes.n_candidates.max(initial=0)),
        former_ids=gold.n_former_ids,
        links_elsewhere=n_elsewhere,
        run_documents_without_gold=len(run_ids - gold_ids),
    )


def _refuse_other_terminology(header: RunHeader, terminology: Terminology | None) -> None:
    if terminology is None or header.fingerprint in ("", terminology.fingerprint):
        return
    raise DataError(
        f"The run was made with {header.terminology or 'a terminology'} of fingerprint "
        f"{header.fingerprint[:12]}, and {terminology.name} has {terminology.fingerprint[:12]}",
        remedy="Pass the terminology of the run, or link again.",
    )
