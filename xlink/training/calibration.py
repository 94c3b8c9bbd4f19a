"""A calibration from annotated documents: how often is a first candidate like this one right?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from xlink.corpora.splits import Split
from xlink.decide.calibration import Calibration, Method
from xlink.decide.features import decision_features, feature_names
from xlink.decide.risk import RiskTable
from xlink.errors import DataError, SpecError
from xlink.evaluation.calibration import equal_mass
from xlink.linker import Linker
from xlink.types import Document, Mention

__all__ = ["FirstCandidates", "FittedCalibration", "expected_error", "fit_calibration"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class FirstCandidates:
    """The first candidates of mentions as a decider sees them, and which are right.

    *Shapes:* `features` (n, names), `is_right` (n,). A mention without candidates counts as wrong:
    NIL is all that can be said of it.
    """

    names: tuple[str, ...]
    features: Floats
    is_right: Mask

    @classmethod
    def of(cls, linker: Linker, documents: Sequence[Document], *, detect: bool = False) -> Self:
        """Judge what `linker` has first for annotated mentions.

        With `detect`, mentions are those that it detects; one is right only where the gold has the
        very same spans, and gold is taken to be all that there is in a document.

        Raises:
            DataError: there is no annotated mention.
        """
        judged = list(_detected(linker, documents) if detect else documents)
        queries = [query for document in judged for query in linker.queries(document)]
        mentions = [mention for document in judged for mention in document.mentions]
        known = np.array([mention.gold is not None for mention in mentions], dtype=bool)
        if not known.any():
            raise DataError(
                "there are no annotated mentions to calibrate on",
                remedy="Give documents with gold ids.",
            )
        chosen = np.flatnonzero(known).tolist()
        found = linker.candidates([queries[number] for number in chosen]).top(2)
        right = [
            _is_right(linker, mentions[number], found.rows_of(place)[:1].tolist())
            for place, number in enumerate(chosen)
        ]
        texts = [mentions[number].text for number in chosen]
        return cls(
            feature_names(found),
            decision_features(found, texts, linker.terminology),
            np.array(right),
        )


@dataclass(frozen=True, slots=True)
class FittedCalibration:
    """What came of it: the calibration, and figures on the documents it was not fitted on.

    `figures`: mentions fitted and tested on, the share of right first candidates, the expected
    calibration error (bins of equal mass), and the threshold for each risk that can be promised.
    """

    calibration: Calibration
    figures: Mapping[str, float]


def fit_calibration(
    linker: Linker,
    documents: Iterable[Document],
    *,
    detect: bool = False,
    method: Method = "isotonic",
    tested: float = 0.5,
    seed: int = 0,
) -> FittedCalibration:
    """Fit on a part of annotated documents, and count on the rest what is wrong at each level.

    The share `tested` of the documents is that rest, without which no risk can be promised. NIL
    mentions have no right candidate; composites none either, since one id is never all of them.

    Raises:
        SpecError: `tested` is not between 0 and 1.
        MissingExtraError: scikit-learn is not installed.
        DataError: there are too few documents, or there is nothing to learn from them.
    """
    if not 0 < tested < 1:
        raise SpecError(f"tested lies between 0 and 1, not {tested}.")
    held = list(documents)
    split = Split.draw(held, {"fit": 1 - tested, "test": tested}, seed=seed)
    fit, test = (
        FirstCandidates.of(linker, list(split.take(held, part)), detect=detect)
        for part in ("fit", "test")
    )
    made = Calibration.fit(fit.names, fit.features, fit.is_right, method=method)
    shares = made.probabilities(test.features)
    made = replace(made, risks=RiskTable.of(shares, test.is_right))
    figures = {
        "mentions fitted on": float(len(fit.is_right)),
        "mentions tested on": float(len(test.is_right)),
        "right first candidates": float(test.is_right.mean()),
        "expected calibration error": expected_error(shares, test.is_right),
    }
    return FittedCalibration(made, figures | _promised(made.risks))


def expected_error(shares: Floats, is_right: Mask) -> float:
    """Return the mean of |accuracy - probability| over ten bins of equal mass. *Shapes:* (n,)"""
    edges = equal_mass(shares)
    bins = np.searchsorted(edges[1:-1], shares)
    return float(np.abs(np.bincount(bins, is_right - shares)).sum() / len(shares))


def _promised(risks: RiskTable) -> dict[str, float]:
    found = {}
    for risk in (0.01, 0.02, 0.05, 0.1, 0.2):
        try:
            found[f"threshold for risk {risk}"] = risks.threshold(risk)
        except DataError:
            continue  # which is what it means that this cannot be promised
    return found


def _detected(linker: Linker, documents: Iterable[Document]) -> Iterable[Document]:
    """Yield the documents with the mentions that are detected, and the gold of the same spans."""
    if linker.detector is None:
        raise SpecError("This linker has no mention detector to calibrate with.")
    held = list(documents)
    for given, found in zip(held, linker.detector.detect(held, linker.where), strict=True):
        gold = {mention.spans: mention for mention in given.mentions}
        mentions = (_judged(mention, gold.get(mention.spans)) for mention in found.mentions)
        yield replace(found, mentions=tuple(mentions))


def _judged(mention: Mention, gold: Mention | None) -> Mention:
    if gold is None:
        return replace(mention, gold=frozenset())
    return replace(mention, gold=gold.gold, composite=gold.composite)


def _is_right(linker: Linker, mention: Mention, rows: list[int]) -> bool:
    gold = sorted(mention.gold or ())
    if not rows or (mention.composite and len(gold) > 1):
        return False
    return rows[0] in [linker.terminology.row(each) for each in gold]
