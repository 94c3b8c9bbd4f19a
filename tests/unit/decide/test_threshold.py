"""A mention is linked to its best candidate, if that is good enough."""

from __future__ import annotations

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet, segment_offsets
from xlink.decide import ThresholdDecider
from xlink.terminology import Terminology
from xlink.types import Document, Mention


def mention(number: int) -> Mention:
    return Mention(str(number), ((number, number + 1),), "x")


DOCUMENTS = [
    Document("1", "xx", mentions=(mention(0), mention(1))),
    Document("2", "no mention"),
    Document("3", "x", mentions=(mention(0),)),
]


def scored(small: Terminology, *lists: list[float]) -> CandidateSet:
    """Return candidates of these scores: the concepts T:00, T:01 … by their first aliases."""
    concepts = np.array([row for scores in lists for row in range(len(scores))], dtype=np.int32)
    return CandidateSet.single(
        "a",
        segment_offsets(np.array([len(scores) for scores in lists])),
        concepts,
        small.first_aliases[concepts].astype(np.int32),
        np.array([score for scores in lists for score in scores], dtype=np.float32),
    )


def test_links_and_confidences(small: Terminology) -> None:
    candidates = scored(small, [0.75, 0.5], [], [0.125])
    links = ThresholdDecider(threshold=0.2).decide(DOCUMENTS, candidates, small)
    assert [link.mention for link in links] == [mention(0), mention(1), mention(0)]
    assert [link.concept_id for link in links] == ["T:00", None, None]
    assert [link.confidence for link in links] == [0.75, 1.0, 0.875]
    assert [len(link.candidates) for link in links] == [2, 0, 1]


@pytest.mark.parametrize(
    ("threshold", "score", "linked"),
    [
        (0.5, 0.5, True),
        (0.5, 0.4999, False),
        (0.0, 0.0, True),
        (1.0, 1.0, True),
        (-9.0, -3.0, True),
    ],
)
def test_the_threshold_is_itself_good_enough(
    small: Terminology, threshold: float, score: float, linked: bool
) -> None:
    document = [Document("1", "x", mentions=(mention(0),))]
    (link,) = ThresholdDecider(threshold).decide(document, scored(small, [score]), small)
    assert (link.concept_id is not None) == linked


@pytest.mark.parametrize(("score", "confidence"), [(7.5, 1.0), (-7.5, 0.0)])
def test_confidences_stay_within_bounds(
    small: Terminology, score: float, confidence: float
) -> None:
    document = [Document("1", "x", mentions=(mention(0),))]
    (link,) = ThresholdDecider(-10).decide(document, scored(small, [score]), small)
    assert link.confidence == confidence


@pytest.mark.parametrize("keep", [0, 1, 2, 99])
def test_how_many_candidates_are_kept_does_not_change_the_link(
    small: Terminology, keep: int
) -> None:
    candidates = scored(small, [0.9, 0.8, 0.7], [], [0.6])
    links = ThresholdDecider(keep=keep).decide(DOCUMENTS, candidates, small)
    assert [link.concept_id for link in links] == ["T:00", None, "T:00"]
    assert [len(link.candidates) for link in links] == [min(keep, 3), 0, min(keep, 1)]


def test_lists_that_do_not_fit_are_refused(small: Terminology) -> None:
    with pytest.raises(ValueError, match="2 candidate lists for 3 mentions"):
        ThresholdDecider().decide(DOCUMENTS, scored(small, [0.5], []), small)


def test_nothing_to_decide(small: Terminology) -> None:
    assert ThresholdDecider().decide([], scored(small), small) == []
