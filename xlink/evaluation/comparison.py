"""Two or more runs side by side on the same gold, with a paired test for each difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from xlink.errors import SpecError
from xlink.evaluation.answers import Answers
from xlink.evaluation.bootstrap import Figure, figures
from xlink.evaluation.gold import Gold
from xlink.evaluation.measures import Measure, measured
from xlink.evaluation.run import Run
from xlink.evaluation.significance import N_PERMUTATIONS, holm, randomisation_p
from xlink.evaluation.statistic import difference
from xlink.terminology import Terminology
from xlink.types import Document

__all__ = ["Comparison", "Difference", "compare"]

_COMPARED = ("mrr", "accuracy", "f1")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first run minus `other` in one measure over all gold.

    The interval is the paired bootstrap over documents, and `p` approximate randomisation over
    them; `p_holm` is corrected for all differences that are shown together.
    """

    measure: str
    other: str
    difference: Figure
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Measures by run, and the differences of the first run to each of the others."""

    runs: tuple[str, ...]
    measures: tuple[tuple[Measure, ...], ...]
    differences: tuple[Difference, ...]
    documents: int
    seed: int

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as plain values, ready for JSON."""
        return asdict(self)


def compare(
    runs: Mapping[str, Run],
    gold_documents: Iterable[Document],
    *,
    terminology: Terminology | None = None,
    measures: Sequence[str] | None = None,
    ks: Sequence[int] = (1, 5, 64),
    hierarchy: bool = False,
    seed: int = 0,
    n_permutations: int = N_PERMUTATIONS,
) -> Comparison:
    """Compare the first of `runs`, which are named, with each of the others.

    `measures` are recall at each of `ks`, mrr, accuracy and f1 unless they are told.

    Raises:
        SpecError: there are fewer than two runs, or no hierarchy where one is asked for.
        UnknownNameError: there is no measure of a name.
        DataError: as `evaluate` does.
    """
    if len(runs) < 2:
        raise SpecError(f"A comparison takes two runs or more, not {len(runs)}.")
    gold = Gold.of(gold_documents, terminology)
    compared = [*(f"recall@{k}" for k in ks), *_COMPARED] if measures is None else measures
    tables = [
        Answers.of(run, gold, terminology).chosen(compared, ks, terminology, hierarchy=hierarchy)
        for run in runs.values()
    ]
    first, *others = tables
    pairs = [
        (name, one, two)
        for name, other in zip(list(runs)[1:], others, strict=True)
        for one, two in zip(first, other, strict=True)
    ]
    gaps = figures([difference(one.all, two.all) for _, one, two in pairs], seed=seed)
    ps = [
        randomisation_p(one.all, two.all, seed=seed, n_permutations=n_permutations)
        for _, one, two in pairs
    ]
    return Comparison(
        runs=tuple(runs),
        measures=tuple(measured(table, seed=seed) for table in tables),
        differences=tuple(
            Difference(one.name, name, gap, p, corrected)
            for (name, one, _), gap, p, corrected in zip(pairs, gaps, ps, holm(ps), strict=True)
        ),
        documents=len(gold.documents),
        seed=seed,
    )
