from __future__ import annotations

from xlink.detect.matches import Match, without_overlaps


def match(start: int, end: int, score: float = 1.0) -> Match:
    return Match(start, end, score, (0,))


def test_longest_then_best_then_earliest_stays() -> None:
    assert without_overlaps([match(0, 4), match(2, 8), match(7, 10)]) == [match(2, 8)]
    assert without_overlaps([match(0, 4, 0.9), match(2, 6)]) == [match(2, 6)]
    assert without_overlaps([match(2, 6), match(0, 4)]) == [match(0, 4)]


def test_what_only_touches_stays() -> None:
    assert without_overlaps([match(4, 8), match(0, 4)]) == [match(0, 4), match(4, 8)]
    assert without_overlaps([]) == []


def test_order_of_matches_does_not_matter() -> None:
    matches = [match(0, 4), match(3, 5), match(4, 9), match(8, 12), match(10, 12, 0.9)]
    assert without_overlaps(matches) == without_overlaps(matches[::-1])
