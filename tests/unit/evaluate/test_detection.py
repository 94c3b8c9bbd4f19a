from __future__ import annotations

import pytest

from xlink.evaluate.detection import GoldMention, MatchCounts, count_codes, count_spans
from xlink.types import Link, Mention


def link(start: int, concept_id: str | None) -> Link:
    return Link(Mention(f"T{start}{concept_id}", ((start, start + 1),), "x"), concept_id, 1.0)


def gold(start: int, ids: str | None, *, composite: bool = False) -> GoldMention:
    return ((start, start + 1),), None if ids is None else frozenset(ids), composite


@pytest.mark.parametrize(
    ("mentions", "links", "expected"),
    [
        ([gold(0, "A"), gold(5, "B")], [link(0, "A"), link(5, "X"), link(9, "A")], (1, 3, 2)),
        ([gold(0, "AB")], [link(0, "B"), link(0, "A")], (1, 2, 1)),
        ([gold(0, "AB", composite=True)], [link(0, "B")], (1, 1, 2)),
        ([gold(0, "AB", composite=True)], [link(0, "B"), link(0, "A")], (2, 2, 2)),
        ([gold(0, "")], [link(0, "A")], (0, 1, 0)),
        ([gold(0, None)], [link(0, "A")], (0, 0, 0)),
        ([gold(0, "A")], [link(0, None)], (0, 0, 1)),
        ([gold(0, "A")], [link(0, "A"), link(0, "A")], (1, 1, 1)),
        ([gold(0, None), gold(0, "A")], [link(0, "A")], (1, 1, 1)),
    ],
    ids=[
        "plain",
        "alternatives are one",
        "a composite is one a part",
        "a composite can be met in full",
        "nil is wrong to link",
        "unannotated is left out",
        "an unlinked mention is no prediction",
        "a repeated link counts once",
        "annotated by another at the same place",
    ],
)
def test_codes(
    mentions: list[GoldMention], links: list[Link], expected: tuple[int, int, int]
) -> None:
    assert count_codes(mentions, links) == MatchCounts(*expected)


def test_spans_count_without_codes() -> None:
    mentions = [gold(0, "A"), gold(5, ""), gold(9, None)]
    links = [link(0, "X"), link(5, None), link(7, "A")]
    assert count_spans(mentions, links) == MatchCounts(hits=2, predicted=3, gold=3)
