from __future__ import annotations

import pytest

from xlink.detect.tokenised import MAX_GAP_CHARS, MAX_TOKEN_CHARS, TokenisedText


def test_tokens_know_their_place() -> None:
    text = TokenisedText.of("  Crohn’s\tÖdeme ½")
    assert text.words == ["crohn", "odeme", "1", "2"]
    assert [text.surface(place, place) for place in range(4)] == ["Crohn", "Ödeme", "½", "½"]
    assert text.inside.tolist() == [False, False, False, True, False]


def test_no_tokens() -> None:
    for raw in ("", "...", "\n\n"):
        text = TokenisedText.of(raw)
        assert text.words == []
        assert text.inside.tolist() == [False]


@pytest.mark.parametrize(
    "gap", ["\n\n", "\n \t\n", "\n- ", "\n • ", "|", "\t", "\r\n\r\n", " " * (MAX_GAP_CHARS + 1)]
)
def test_walls(gap: str) -> None:
    text = TokenisedText.of(f"one{gap}two")
    assert text.walls[1] > text.walls[0]


@pytest.mark.parametrize("gap", [" ", "\n", "-", " (", ", ", "\n\t", " " * MAX_GAP_CHARS])
def test_no_walls(gap: str) -> None:
    text = TokenisedText.of(f"one{gap}two")
    assert text.walls[1] == text.walls[0]
    assert text.breaks[1] == text.breaks[0]


@pytest.mark.parametrize("raw", ["one. two", "one.two", "12. two", "one? two", "一。二", "a: b"])
def test_breaks(raw: str) -> None:
    text = TokenisedText.of(raw)
    assert text.breaks[1] > text.breaks[0]


@pytest.mark.parametrize("raw", ["E. coli", "St. Louis", "2.5", "3:1", "vs. x"])
def test_no_breaks(raw: str) -> None:
    text = TokenisedText.of(raw)
    assert text.breaks[1] == text.breaks[0]


def test_overlong_token_is_no_word() -> None:
    for letters in ("x" * (MAX_TOKEN_CHARS + 1), "x" + "\u0301" * MAX_TOKEN_CHARS + "x"):
        assert TokenisedText.of(f"a {letters} b").words == ["a", "", "b"]


def test_syllables_stay_whole() -> None:
    text = TokenisedText.of("เจ็บ")
    assert text.words == ["เ", "จ", "็", "บ"]
    assert text.inside.tolist() == [False, True, True, False, False]


def test_end_takes_in_dropped_marks_and_the_closing_bracket() -> None:
    text = TokenisedText.of("cafe\u0301 (bar) baz)")
    assert text.surface(0, 0) == "cafe\u0301"
    assert text.surface(0, 1) == "cafe\u0301 (bar)"
    assert text.surface(1, 1) == "bar"
    assert text.surface(2, 2) == "baz"
