"""Derived names are what people write in place of official wording."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlink.terminology.derive import Rule, derived_names

BOTH: tuple[Rule, Rule] = ("drop-parentheses", "drop-unspecified")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Toe pain, unspecified", "Toe pain"),
        ("en", "Toe pain NOS", "Toe pain"),
        ("en", "Unspecified toe pain", "Toe pain"),
        ("en", "Open wound of toe, part unspecified", "Open wound of toe"),
        ("en", "Bite by unspecified means", "Bite"),
        ("es", "Dolor de dedo, no especificado", "Dolor de dedo"),
        ("es", "Herida de dedo, parte no especificada", "Herida de dedo"),
        ("es", "Dolor de dedo, sin otra especificación", "Dolor de dedo"),
        ("es", "Dolor de dedo sin especificar", "Dolor de dedo"),
        ("de", "Zehenschmerz, nicht näher bezeichnet", "Zehenschmerz"),
        ("de", "Nicht näher bezeichneter Zehenschmerz", "Zehenschmerz"),
        ("fr", "Douleur d'orteil, sans précision", "Douleur d'orteil"),
        ("fr", "Plaie d'orteil, partie non précisée", "Plaie d'orteil"),
        ("pt", "Dores do dedo não especificadas", "Dores do dedo"),
        ("pt-BR", "Dor do dedo SOE", "Dor do dedo"),
        ("ja", "足趾痛，詳細不明", "足趾痛"),
        ("ja", "詳細不明の足趾痛", "足趾痛"),
        ("zh", "未特指的脚趾痛", "脚趾痛"),
        ("zh", "脚趾伤，部位未特指", "脚趾伤"),
        ("el", "Πόνος, μη καθορισμένος", "Πόνος"),
        ("vi", "Đau ngón chân, không đặc hiệu", "Đau ngón chân"),
    ],
)
def test_unspecified_is_dropped(language: str, text: str, expected: str) -> None:
    assert derived_names(text, language, ["drop-unspecified"]) == [expected]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Pain of other and unspecified toes"),
        ("en", "Death of obstetric cause, other or unspecified"),
        ("en", "Unspecified and other toe pain"),
        ("en", "Unspecified place"),
        ("es", "Otros dolores y los no especificados"),
        ("zh", "其他和未特指的脚趾痛"),
        ("ja", "その他及び詳細不明の足趾痛"),
        ("und", "Toe pain, unspecified"),
        ("en", "NOS"),
        ("en", ""),
    ],
)
def test_a_name_that_would_dangle_stays_alone(language: str, text: str) -> None:
    assert derived_names(text, language, ["drop-unspecified"]) == []


def test_a_cause_belongs_to_what_comes_before_the_comma() -> None:
    derived = derived_names("Pain of dental cause, unspecified", "en", ["drop-unspecified"])
    assert derived == ["Pain of dental cause"]


def test_parentheses_of_both_widths_and_nested_ones_go() -> None:
    assert derived_names("Toe (big (left)) pain", "en", BOTH) == ["Toe pain"]
    assert derived_names("脚趾（大）痛", "zh", BOTH) == ["脚趾痛"]
    assert derived_names("Toe (*)", "en", BOTH) == []


def test_rules_work_alone_and_together() -> None:
    derived = derived_names("Toe (big) pain, unspecified", "en", BOTH)
    assert derived == ["Toe pain, unspecified", "Toe (big) pain", "Toe pain"]


@given(st.text(), st.sampled_from(["en", "es", "de", "fr", "pt", "ja", "zh", "vi", "el", "xx"]))
def test_any_text_is_survived_and_never_given_back(text: str, language: str) -> None:
    derived = derived_names(text, language, BOTH)
    assert text not in derived
    assert all(len(name) < len(text) for name in derived)
