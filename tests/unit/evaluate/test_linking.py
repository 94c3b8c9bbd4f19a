from __future__ import annotations

import pytest

from xlink.evaluate.linking import gold_rank, match_links
from xlink.evaluate.measures import UNRANKED
from xlink.types import Link, Mention


def mention(name: str, start: int) -> Mention:
    return Mention(name, ((start, start + 1),), "x")


def link(name: str, start: int, concept_id: str = "X") -> Link:
    return Link(mention(name, start), concept_id, 1.0)


@pytest.mark.parametrize(
    ("gold", "composite", "expected"),
    [
        ("A", False, 0),
        ("D", False, UNRANKED),
        ("BC", False, 1),
        ("BC", True, 2),
        ("BD", False, 1),
        ("BD", True, UNRANKED),
        ("A", True, 0),
    ],
)
def test_alternatives_rank_with_their_first_and_composites_with_their_last(
    gold: str, composite: bool, expected: int
) -> None:
    assert gold_rank("ABC", frozenset(gold), composite=composite) == expected


def test_links_are_matched_by_place_and_ids_tell_apart_what_shares_one() -> None:
    mentions = [mention("T1", 0), mention("T2", 0), mention("T3", 5)]
    links = [link("T2", 0, "B"), link("other", 0, "A"), link("T3", 7, "C")]
    found = match_links(mentions, links)
    assert [each and each.concept_id for each in found] == ["A", "B", None]


def test_a_link_answers_one_mention_only() -> None:
    found = match_links([mention("T1", 0), mention("T2", 0)], [link("T2", 0)])
    assert [each is not None for each in found] == [False, True]
