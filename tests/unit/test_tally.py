"""What is skipped is counted by reason, with the first example."""

from __future__ import annotations

from xlink.tally import Tally


def filled() -> Tally:
    tally = Tally()
    tally.add("empty")
    tally.add("empty", "line 3")
    tally.add("empty", "line 4", 1_998)
    tally.add("odd", "line 1")
    return tally


def test_counts_and_sentences() -> None:
    tally = filled()
    assert tally
    assert (tally["empty"], tally["odd"], tally["other"]) == (2_000, 1, 0)
    assert list(tally.counts().items()) == [("empty", 2_000), ("odd", 1)]
    assert list(tally.sentences()) == ["2,000 x empty (first: line 3)", "1 x odd (first: line 1)"]


def test_a_new_tally_is_empty_and_asking_leaves_it_so() -> None:
    tally = Tally()
    assert tally["empty"] == 0
    tally.add("empty", "nowhere", 0)
    assert not tally
    assert tally.counts() == {}
    assert list(tally.sentences()) == []


def test_equal_counts_stand_in_the_order_of_their_first_case() -> None:
    tally = Tally()
    for reason in ("b", "a", "c", "a", "b", "c"):
        tally.add(reason)
    assert list(tally.counts()) == ["b", "a", "c"]


def test_merging_adds_counts_and_keeps_the_first_examples() -> None:
    tally, other = filled(), Tally()
    other.add("odd", "elsewhere", 2)
    other.add("new", "there")
    tally.merge(other)
    assert tally.counts() == {"empty": 2_000, "odd": 3, "new": 1}
    assert list(tally.sentences())[1:] == ["3 x odd (first: line 1)", "1 x new (first: there)"]
    assert other.counts() == {"odd": 2, "new": 1}
