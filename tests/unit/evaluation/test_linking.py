from __future__ import annotations

from dataclasses import replace

import pytest

from xlink.evaluation.gold import Gold
from xlink.evaluation.linking import Outcomes, match_links
from xlink.evaluation.measures import UNRANKED
from xlink.types import Alias, Candidate, Document, Link, Mention


def mention(name: str, start: int) -> Mention:
    return Mention(name, ((start, start + 1),), "x")


def link(name: str, start: int, concept_id: str = "X") -> Link:
    return Link(mention(name, start), concept_id, 1.0)


def gold_of(*mentions: Mention) -> Gold:
    return Gold.of([Document("d", "x" * 99, mentions=mentions)], None)


def ranked(name: str, start: int, candidates: str, concept_id: str | None = None) -> Link:
    scores = {"A": 0.9, "B": 0.9, "C": 0.5}
    listed = tuple(Candidate(each, scores[each], Alias(each), f"g{each}") for each in candidates)
    return Link(mention(name, start), concept_id, 0.7, listed)


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
    asked = replace(mention("T1", 0), gold=frozenset(gold), composite=composite)
    outcomes = Outcomes(gold_of(asked))
    outcomes.record(0, [ranked("T1", 0, "ABC")])
    assert outcomes.ranks.tolist() == [expected]


def test_the_columns_of_a_link() -> None:
    asked = [replace(mention(f"T{n}", n), gold=frozenset(ids)) for n, ids in enumerate(["B", "C"])]
    outcomes = Outcomes(gold_of(*asked, replace(mention("T2", 2), gold=frozenset())))
    outcomes.record(0, [ranked("T0", 0, "ABC", "A"), ranked("T2", 2, "C")])
    assert outcomes.matched.tolist() == [True, False, True]
    assert outcomes.linked.tolist() == [True, False, False]
    assert outcomes.right.tolist() == [False, False, False]
    assert outcomes.tie_shares.tolist() == [1 / 2, 0, 0]  # A and B share the best score
    assert outcomes.gold_scores[0] == 0.9
    assert outcomes.generators == ["gB", "", ""]
    assert outcomes.concepts == ["A", None, None]
    assert outcomes.tops == ["A", None, "C"]


def test_a_link_elsewhere_remembers_the_mention_it_overlaps_most() -> None:
    asked = [Mention("T1", ((0, 4),), "x"), Mention("T2", ((3, 9),), "x")]
    outcomes = Outcomes(gold_of(*asked))
    wide, far = Mention("a", ((1, 9),), "x"), Mention("b", ((20, 22),), "x")
    outcomes.record(0, [Link(wide, "A", 1.0), Link(far, None, 0.5)])
    assert outcomes.elsewhere.overlaps == [1, -1]
    assert outcomes.elsewhere.concepts == ["A", None]
    assert outcomes.nearest == [wide, wide]


def test_links_are_matched_by_place_and_ids_tell_apart_what_shares_one() -> None:
    mentions = [mention("T1", 0), mention("T2", 0), mention("T3", 5)]
    links = [link("T2", 0, "B"), link("other", 0, "A"), link("T3", 7, "C")]
    found, left = match_links(mentions, links)
    assert left == [links[2]]
    assert [each and each.concept_id for each in found] == ["A", "B", None]


def test_a_link_answers_one_mention_only() -> None:
    found, _ = match_links([mention("T1", 0), mention("T2", 0)], [link("T2", 0)])
    assert [each is not None for each in found] == [False, True]
