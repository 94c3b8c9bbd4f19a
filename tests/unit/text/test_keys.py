"""Keys say which names count as equal."""

from __future__ import annotations

import unicodedata

import pytest

from xlink.text.keys import bag_key, surface_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Crohn  Disease ", "crohn disease"),
        ("ＣＯＰＤ", "copd"),
        ("Straße", "STRASSE"),
        ("ﬁbrosis", "FIBROSIS"),
        ("cafe\u0301", "Café"),
        ("ΆΣΘΜΑΣ", "άσθμας"),
        ("ᾼ\u0301", "\u0391\u0301\u0345"),
        ("한", unicodedata.normalize("NFD", "한")),
        ("a\u2003b", "a\x1fb"),
    ],
)
def test_surfaces_that_are_equal(one: str, other: str) -> None:
    assert surface_key(one) == surface_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("cafe", "café"), ("a-b", "a b"), ("tumor", "tumors"), ("DM2", "DM 2")]
)
def test_surfaces_that_differ(one: str, other: str) -> None:
    assert surface_key(one) != surface_key(other)


def test_one_round_reaches_the_fixed_point() -> None:
    # Every letter that case or composition can change, alone and with marks that compose.
    codes = [*range(0x3400), *range(0xA000, 0xAC00), *range(0xFB00, 0x20000)]
    letters = [
        chr(code)
        for code in codes
        if surface_key(chr(code)) != chr(code)
        or unicodedata.normalize("NFD", chr(code)) != chr(code)
    ]
    marks = "\u0345\u0308\u0301\u0342\u0313\u031b\u0327\u0338\u05bc\u093c\u3099"
    texts = [*letters, *(f"{letter}{mark}" for letter in letters for mark in marks)]
    keys = [surface_key(text) for text in texts]
    assert [surface_key(key) for key in keys] == keys


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "Fracture of the left hip", "left hip fractures"),
        ("en", "Heart diseases", "Disease of heart"),
        ("en", "Oedema, pulmonary", "Pulmonary edema"),
        ("en", "Crohn's disease", "Crohn disease"),
        ("en", "Diabetes type II", "type 2 diabetes"),
        ("es", "Fractura de la cadera", "cadera fracturas"),
        ("pt-BR", "Dores do peito", "dor no peito"),
        ("de", "Fraktur der Hüfte", "Hüfte Frakturen"),
        ("fr", "Maladies du rein", "rein maladie"),
    ],
)
def test_bags_that_are_equal(language: str, one: str, other: str) -> None:
    assert bag_key(one, language) == bag_key(other, language)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pain with fever", "pain without fever"),
        ("diabetes type 1", "diabetes type 2"),
        ("pain pain", "pain"),
        ("hepatitis A", "hepatitis B"),
    ],
)
def test_bags_that_differ(one: str, other: str) -> None:
    assert bag_key(one, "en") != bag_key(other, "en")


def test_a_name_of_nothing_but_articles_keeps_them() -> None:
    assert bag_key("The", "en") == "the"
    assert bag_key("", "en") == ""
    assert bag_key("…", "en") == ""
