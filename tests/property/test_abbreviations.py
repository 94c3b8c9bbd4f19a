"""What definitions promise of any text at all."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from xlink.text.abbreviations import Abbreviations, definitions

PIECES = st.sampled_from(
    [
        "(",
        ")",
        "（",
        "）",
        "[",
        "]",
        " ",
        ", ",
        ". ",
        "\n",
        "-",
        "AB",
        "acute bleeding",
        "β",
        "ИБ",
        "肺",
    ]
)
TEXTS = st.lists(
    st.one_of(PIECES, st.text(st.characters(codec=None), max_size=4)), max_size=20
).map("".join)


@given(TEXTS)
@example("İstanbul İl (İİ)")
@example("\ud800a b (AB)")
def test_spans_hold_the_texts(text: str) -> None:
    for found in definitions(text):
        assert text[slice(*found.short_span)] == found.short != ""
        assert text[slice(*found.long_span)] == found.long != ""
        (a, b), (c, d) = found.short_span, found.long_span
        assert b <= c or d <= a
        assert len(found.long) > len(found.short)


@given(TEXTS, TEXTS)
def test_expansion_takes_any_mention(text: str, mention: str) -> None:
    expanded = Abbreviations(text).expand(mention, 0)
    assert expanded is None or expanded not in ("", mention)


@given(TEXTS, TEXTS)
def test_paragraphs_do_not_see_each_other(first: str, second: str) -> None:
    def found(text: str) -> list[tuple[str, str]]:
        return [(each.short, each.long) for each in definitions(text)]

    closed = all(mark not in first + second for mark in "()（）[]")
    if closed:
        assert found(f"{first}\n\nacute bleeding (AB)") == [("AB", "acute bleeding")]
