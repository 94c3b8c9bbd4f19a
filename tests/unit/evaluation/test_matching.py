from __future__ import annotations

import pytest

from xlink.evaluation.items import Prediction
from xlink.evaluation.matching import GoldMention, MatchCounts, count_matches, matched_slots
from xlink.evaluation.overlap import n_chars, overlapping, shared_chars
from xlink.types import Mention, Span


def link(
    start: int, concept_id: str | None, *, end: int | None = None, label: str = ""
) -> Prediction:
    spans = ((start, start + 1 if end is None else end),)
    return Prediction(Mention(f"T{start}{concept_id}", spans, "x", label), concept_id, "")


def gold(
    start: int, ids: str | None, *, end: int | None = None, composite: bool = False, label: str = ""
) -> GoldMention:
    spans = ((start, start + 1 if end is None else end),)
    return GoldMention(spans, None if ids is None else frozenset(ids), composite, label)


def counts(kind: str, mentions: list[GoldMention], links: list[Prediction]) -> tuple[float, ...]:
    found = count_matches(mentions, links)[kind]
    return found.right, found.predicted, found.met, found.gold


@pytest.mark.parametrize(
    ("mentions", "links", "expected"),
    [
        ([gold(0, "A"), gold(5, "B")], [link(0, "A"), link(5, "X"), link(9, "A")], (1, 3, 2)),
        ([gold(0, "AB")], [link(0, "B"), link(0, "A")], (1, 2, 1)),
        ([gold(0, "AB"), gold(0, "A")], [link(0, "B"), link(0, "A")], (2, 2, 2)),
        ([gold(0, "AB", composite=True)], [link(0, "B")], (1, 1, 2)),
        ([gold(0, "AB", composite=True)], [link(0, "B"), link(0, "A")], (2, 2, 2)),
        ([gold(0, "")], [link(0, "A")], (0, 1, 0)),
        ([gold(0, None)], [link(0, "A")], (0, 0, 0)),
        ([gold(0, "A")], [link(0, None)], (0, 0, 1)),
        ([gold(0, "A")], [link(0, "A"), link(0, "A")], (1, 1, 1)),
        ([gold(0, "A"), gold(0, "A")], [link(0, "A")], (1, 1, 1)),
        ([gold(0, None), gold(0, "A")], [link(0, "A")], (1, 1, 1)),
    ],
    ids=[
        "plain",
        "alternatives are one",
        "alternatives leave others what only they can have",
        "a composite is one a part",
        "a composite can be met in full",
        "nil is wrong to link",
        "unannotated is left out",
        "an unlinked mention is no prediction",
        "a repeated link counts once",
        "repeated gold counts once",
        "annotated by another at the same place",
    ],
)
def test_strict(
    mentions: list[GoldMention], links: list[Prediction], expected: tuple[int, int, int]
) -> None:
    hits, predicted, n_gold = expected
    assert count_matches(mentions, links)[""] == MatchCounts(hits, predicted, hits, n_gold)


def test_loose_asks_for_the_code_anywhere_in_the_document() -> None:
    mentions = [gold(0, "A"), gold(5, "A"), gold(9, "B")]
    assert counts("loose_", mentions, [link(3, "A"), link(4, "X"), link(9, "A")]) == (1, 2, 1, 2)


def test_partial_gives_each_side_the_share_that_is_covered() -> None:
    mentions = [gold(10, "A", end=20), gold(30, "B", end=34)]
    links = [link(0, "A", end=16), link(18, "A", end=20), link(30, "X", end=34)]
    # The predictions have 6 of 16 and 2 of 2 in common with gold of their code; the gold at most 6.
    assert counts("partial_", mentions, links) == (6 / 16 + 2 / 2, 3, 6 / 10, 2)
    # Without codes the last is whole on both sides.
    assert counts("partial_span_", mentions, links) == (6 / 16 + 1 + 1, 3, 6 / 10 + 1, 2)


def test_nil_is_compared_by_span() -> None:
    mentions = [gold(0, ""), gold(1, ""), gold(2, "A"), gold(3, None)]
    links = [link(0, None), link(1, "A"), link(2, None), link(3, None), link(9, None)]
    assert counts("nil_", mentions, links) == (1, 3, 1, 2)


def test_spans_count_without_codes() -> None:
    mentions = [gold(0, "A"), gold(5, ""), gold(9, None)]
    links = [link(0, "X"), link(5, None), link(7, "A")]
    assert counts("span_", mentions, links) == (2, 3, 2, 3)


def test_typed_spans_need_the_label_too() -> None:
    mentions = [gold(0, "A", label="drug"), gold(5, "A", label="drug")]
    links = [link(0, "X", label="drug"), link(5, "A", label="disease")]
    assert counts("typed_span_", mentions, links) == (1, 2, 1, 2)


@pytest.mark.parametrize(
    ("slots", "offered", "expected"),
    [(["A", "B"], "AC", 1), (["AB", "A"], "AB", 2), (["AB", "AB"], "B", 1), (["AB"], "C", 0)],
)
def test_each_key_meets_one_slot(slots: list[str], offered: str, expected: int) -> None:
    assert matched_slots([frozenset(each) for each in slots], set(offered)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (((0, 4),), ((4, 8),), 0),
        (((0, 4),), ((1, 3),), 2),
        (((0, 2), (8, 10)), ((2, 8),), 0),
        (((0, 2), (8, 10)), ((1, 9),), 1 + 1),
    ],
    ids=["touching", "nested", "in the gap", "discontinuous"],
)
def test_shared_chars(one: tuple[Span, ...], other: tuple[Span, ...], expected: int) -> None:
    assert shared_chars(one, other) == shared_chars(other, one) == expected
    assert list(overlapping([one], [other])) == ([(0, 0, expected)] if expected else [])
    assert n_chars(one) == shared_chars(one, one)
