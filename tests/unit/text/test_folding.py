"""Folding takes away how a word is written, and keeps what it says."""

from __future__ import annotations

import numpy as np
import pytest

from xlink.text.folding import fold, fold_many, fold_with_offsets

CASES = {
    "case": ("HIV Infection", "hiv infection"),
    "accents": ("Déficit de ñandú", "deficit de nandu"),
    "accents as marks": ("De\u0301ficit de n\u0303andu\u0301", "deficit de nandu"),
    "sharp s": ("Großer Fuß, GROẞ", "grosser fuss gross"),
    "letters without decomposition": ("øre łódź đak œil ıd þing", "ore lodz dak oeil id thing"),
    "dotted capital i": ("İZMİR", "izmir"),
    "ligatures": ("ﬁbrosis eﬀusion", "fibrosis effusion"),
    "full width": ("ＣＯＰＤ　２型", "copd 2型"),
    "half-width kana with voicing": ("ｶﾞﾝ", "カ\u3099ン"),
    "kana voicing is a letter": ("ガン", "カ\u3099ン"),
    "kana voicing as a mark": ("カ\u3099ン", "カ\u3099ン"),
    "Hangul syllables stay whole": ("폐렴", "폐렴"),
    "lone Greek": ("α-thalassaemia", "alpha thalassaemia"),
    "lone capital Greek": ("TNF-Α", "tnf alpha"),
    "lone Greek at a letter": ("TNFα IL1β", "tnfalpha il1beta"),
    "micro sign": ("5 µg", "5 mug"),
    "lone Greek with an accent": ("ά", "alpha"),
    "Greek words": ("Πνευμονία", "πνευμονια"),
    "final sigma": ("Άσθμα νόσος", "ασθμα νοσοσ"),
    "Arabic vowels": ("مُحَمَّد", "محمد"),
    "Arabic hamza": ("أمراض", "امراض"),
    "Arabic stretching": ("مـحـمـد", "محمد"),
    "Arabic joined forms": ("ﺳﺮﻃﺎﻥ", "سرطان"),
    "Persian joiners": ("می\u200cخواهم", "میخواهم"),
    "Hebrew points": ("שָׁלוֹם", "שלום"),
    "Hebrew hyphen": ("בית־חולים", "בית חולים"),
    "Cyrillic": ("Ёж й", "еж и"),
    "Thai vowels stay": ("ปอดบวม", "ปอดบวม"),
    "Devanagari vowels stay": ("मधुमेह", "मधुमेह"),
    "soft hyphens": ("hyper\u00adtension", "hypertension"),
    "byte order mark": ("\ufeffasthma", "asthma"),
    "zero-width spaces": ("a\u200bb", "a b"),
    "forms of one character": ("葛\U000e0100 ☎\ufe0f", "葛"),
    "fractions": ("½ x", "1 2 x"),
    "superscripts and units": ("10⁹ ㎏ ℃", "109 kg c"),
    "Roman numeral signs": ("Ⅳ", "iv"),
    "punctuation": ("(type-2) [x]: a/b; c.d!", "type 2 x a b c d"),
    "white space": ("\t a \n\r b\u00a0c\u2003", "a b c"),
    "surrogates": ("a\ud800b", "a b"),
    "nothing": ("", ""),
    "nothing left": (" -…\u0301\n", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected
    assert fold_many([text]) == [expected]
    assert fold(expected) == expected


def test_every_character_folds_to_a_fixed_point() -> None:
    codes = [*range(0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x20000)]  # but for Han, Hangul
    once = fold_many([chr(code) for code in codes])
    assert fold_many(once) == once


def test_many_texts_do_not_touch_each_other() -> None:
    texts = ["α", "β", "", "-", "a\u0301", "\u0301", "x\n\ny", "カ", "\u3099"]
    assert fold_many(texts) == [fold(text) for text in texts]
    assert fold_many(["α", "β"]) == ["alpha", "beta"]
    assert fold_many([]) == []


def test_long_and_short_batches_fold_alike() -> None:
    text = "Ärzte prüfen α-Thalassämie; "
    many = fold_many([text] * 2_000)  # beyond where the way of counting letters changes
    assert set(many) == {fold(text)}


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Fuß  oder Bein", "fuss", "Fuß"),
        ("Fuß  oder Bein", "oder bein", "oder Bein"),
        ("a β-Blocker", "beta blocker", "β-Blocker"),
        ("la de\u0301ficit x", "deficit", "de\u0301ficit"),
        ("  ２型　糖尿病 ", "2型 糖尿病", "２型　糖尿病"),
        ("㍿", "式", "㍿"),
    ],
)
def test_offsets_lead_back_to_the_text(text: str, name: str, expected: str) -> None:
    folded = fold_with_offsets(text)
    start = folded.text.index(name)
    first, last = folded.raw_span(start, start + len(name))
    assert text[first:last] == expected


def test_offsets_of_an_expanded_character() -> None:
    folded = fold_with_offsets("aßα")
    assert folded.text == "assalpha"
    assert folded.origins.tolist() == [0, 1, 1, 2, 2, 2, 2, 2]


def test_empty_texts_have_no_offsets() -> None:
    for text in ("", " ", "-\n"):
        folded = fold_with_offsets(text)
        assert folded.text == ""
        assert np.array_equal(folded.origins, [])


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="folded span 2:2 is empty"):
        fold_with_offsets("heart").raw_span(2, 2)
