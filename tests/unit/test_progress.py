"""Progress shows on stderr when asked for, and never changes what is gone through."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import xlink.progress
from xlink.progress import show_progress, track


def test_silent_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track(range(3), "Counting")) == [0, 1, 2]
    with show_progress():
        assert list(track(iter("ab"), "Counting")) == ["a", "b"]  # too quick for a bar
    assert capsys.readouterr() == ("", "")


def test_bars_within_bars(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(xlink.progress, "_DELAY_S", -1.0)
    with show_progress():
        seen = [(a, b) for a in track("xy", "Outer") for b in track(range(2), "Inner", 2)]
        assert next(track(iter("left early"), "Left")) == "l"
    assert seen == [("x", 0), ("x", 1), ("y", 0), ("y", 1)]
    assert capsys.readouterr().out == ""


def test_items_are_taken_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlink.progress, "_DELAY_S", -1.0)
    taken = []

    def items() -> Iterator[int]:
        for number in range(3):
            taken.append(number)
            yield number

    with show_progress():
        for number in track(items(), "Taking"):
            assert taken[-1] == number
