from __future__ import annotations

import numpy as np
import pytest

from xlink.evaluation.calibration import Calibration, calibration, equal_mass, equal_width
from xlink.evaluation.gold import Gold
from xlink.evaluation.link_cases import LinkCases
from xlink.evaluation.linking import Outcomes
from xlink.types import Document, Link, Mention


def calibrated(cases: list[tuple[float, bool]], *, n_documents: int = 1) -> Calibration:
    """Calibrate links of a confidence, each right or wrong, dealt out to documents in turn."""
    golds: list[list[Mention]] = [[] for _ in range(n_documents)]
    links: list[list[Link]] = [[] for _ in range(n_documents)]
    for place, (confidence, right) in enumerate(cases):
        mention = Mention(f"T{place}", ((place, place + 1),), "x", gold=frozenset("A"))
        golds[place % n_documents].append(mention)
        links[place % n_documents].append(Link(mention, "A" if right else "B", confidence))
    documents = [
        Document(f"d{number}", "x" * len(cases), mentions=tuple(mentions))
        for number, mentions in enumerate(golds)
    ]
    gold = Gold.of(documents, None)
    outcomes = Outcomes(gold)
    for number, several in enumerate(links):
        outcomes.record(number, several)
    return calibration(LinkCases.of(gold, outcomes), seed=0)


CASES = [(0.95, True), (0.95, True), (0.92, False), (0.45, True), (0.41, False)]


def test_figures_by_hand() -> None:
    found = calibrated(CASES)
    assert found.n == 5
    assert found.brier.value == pytest.approx((0.05**2 + 0.05**2 + 0.92**2 + 0.55**2 + 0.41**2) / 5)
    bins = found.equal_width
    assert bins.lower == pytest.approx([0.4, 0.9])
    assert bins.upper == pytest.approx([0.5, 1.0])
    assert bins.confidence == pytest.approx([(0.45 + 0.41) / 2, (0.95 + 0.95 + 0.92) / 3])
    assert [each.value for each in bins.accuracy] == pytest.approx([1 / 2, 2 / 3])
    assert [each.n for each in bins.accuracy] == [2, 3]
    assert bins.ece.value == pytest.approx(
        (2 * abs(1 / 2 - 0.86 / 2) + 3 * abs(2 / 3 - 2.82 / 3)) / 5
    )


def test_risk_by_hand() -> None:
    curve = calibrated(CASES).risk_coverage
    assert curve.threshold == (0.95, 0.92, 0.45, 0.41)
    assert curve.coverage == pytest.approx([2 / 5, 3 / 5, 4 / 5, 5 / 5])
    assert curve.risk == pytest.approx([0 / 2, 1 / 3, 1 / 4, 2 / 5])
    # The two of equal confidence see the same risk.
    assert curve.aurc.value == pytest.approx((0 + 0 + 1 / 3 + 1 / 4 + 2 / 5) / 5)


def test_intervals_hold_the_figures() -> None:
    found = calibrated(CASES * 6, n_documents=10)
    for figure in (found.brier, found.risk_coverage.aurc, *found.equal_mass.accuracy):
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_what_is_not_linked_or_not_annotated_is_no_case() -> None:
    mentions = (
        Mention("T1", ((0, 1),), "x", gold=frozenset("A")),
        Mention("T2", ((1, 2),), "x"),
        Mention("T3", ((2, 3),), "x", gold=frozenset()),
    )
    gold = Gold.of([Document("d", "xxxxx", mentions=mentions)], None)
    outcomes = Outcomes(gold)
    elsewhere = Mention("T4", ((3, 4),), "x")
    concepts = [None, "A", "A", "A"]
    links = [Link(each, c, 0.5) for each, c in zip((*mentions, elsewhere), concepts, strict=True)]
    outcomes.record(0, links)
    found = calibration(LinkCases.of(gold, outcomes), seed=0)
    # The link at NIL gold and the one where nothing is: both wrong.
    assert found.n == 2
    assert found.brier.value == pytest.approx(0.5**2)


def test_no_links_at_all() -> None:
    found = calibrated([])
    assert found.n == 0
    assert (
        found.brier.value is found.equal_width.ece.value is found.risk_coverage.aurc.value is None
    )
    assert found.risk_coverage.risk == ()


def test_edges() -> None:
    assert equal_width(4) == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert equal_mass(np.array([0.2] * 9 + [0.7]), 2) == pytest.approx([0, 0.2, 1])
