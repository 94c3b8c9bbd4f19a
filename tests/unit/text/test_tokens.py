"""Tokens in any script, and the forms that words are compared by."""

from __future__ import annotations

import pytest

from xlink.text.folding import fold
from xlink.text.tokens import (
    base_form,
    based_text,
    common_words,
    connectives,
    is_spaceless,
    primary_language,
    stem,
    token_spans,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acute heart failure", ["acute", "heart", "failure"]),
        ("covid 19 b12", ["covid", "19", "b12"]),
        ("copd患者", ["copd", "患", "者"]),
        ("2型糖尿病", ["2", "型", "糖", "尿", "病"]),
        ("インスリン 抵抗性", ["インスリン", "抵", "抗", "性"]),
        ("ガン検診", ["カ\u3099ン", "検", "診"]),
        ("が", ["か\u3099"]),
        ("폐렴", ["폐", "렴"]),
        ("ปอด", ["ป", "อ", "ด"]),
        ("मधुमेह रोग", ["मधुमेह", "रोग"]),
        ("سرطان الرئة", ["سرطان", "الرئة"]),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    folded = fold(text) if not text.isascii() else text
    expected = [fold(token) for token in expected]
    assert [folded[start:end] for start, end in token_spans(folded)] == expected


def test_tokens_cover_all_but_the_spaces() -> None:
    folded = fold("COPD: 患者 (が) ガン x2, ปอดบวม")
    covered = "".join(folded[start:end] for start, end in token_spans(folded))
    assert covered == folded.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("肺炎", True), ("肺 炎", True), ("2型", False), ("", False), (" ", False), ("ガン", True)],
)
def test_spaceless_scripts(text: str, expected: bool) -> None:
    assert is_spaceless(text) is expected


def test_primary_language() -> None:
    assert [primary_language(tag) for tag in ("pt-BR", "EN", "zh-Hant-TW", "und", "")] == [
        "pt",
        "en",
        "zh",
        "und",
        "",
    ]


PLURALS = {
    "en": "disease/diseases abscess/abscesses mass/masses illness/illnesses virus/viruses "
    "sinus/sinuses diagnosis/diagnoses stenosis/stenoses metastasis/metastases paresis/pareses "
    "dialysis/dialyses crisis/crises nose/noses overdose/overdoses pulse/pulses nurse/nurses "
    "bruise/bruises relapse/relapses cause/causes kinase/kinases allergy/allergies "
    "biopsy/biopsies reflex/reflexes rash/rashes itch/itches headache/headaches "
    "cockroach/cockroaches polyp/polyps tumor/tumours edema/oedemas anemia/anaemias "
    "sulfate/sulphates colonization/colonisations finger/fingers lens/lens biceps/biceps "
    "pus/pus pelvis/pelvis",
    "es": "fractura/fracturas tumor/tumores lesion/lesiones enfermedad/enfermedades "
    "pulmonar/pulmonares fiebre/fiebres multiple/multiples grande/grandes vendaje/vendajes "
    "cicatriz/cicatrices sindrome/sindromes quiste/quistes crisis/crisis virus/virus",
    "fr": "tumeur/tumeurs maladie/maladies renal/renaux peau/peaux fracture/fractures sinus/sinus",
    "pt": "lesao/lesoes dor/dores renal/renais fratura/fraturas tumor/tumores febre/febres "
    "multiplo/multiplos movel/moveis cicatriz/cicatrizes",
}


@pytest.mark.parametrize(
    ("language", "singular", "plural"),
    [(language, *pair.split("/")) for language, pairs in PLURALS.items() for pair in pairs.split()],
)
def test_plurals_have_the_base_form_of_their_singular(
    language: str, singular: str, plural: str
) -> None:
    assert base_form(plural, language) == base_form(singular, language)
    assert base_form(plural, f"{language}-XX") == base_form(singular, language)
    assert stem(plural, language) == stem(singular, language)


@pytest.mark.parametrize("word", ["as", "is", "os", "gas", "us", "s", "x", "b12s", "患"])
@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "de", "und"])
def test_short_words_and_codes_are_left_alone(word: str, language: str) -> None:
    assert base_form(word, language) == word


def test_languages_without_rules_are_left_alone() -> None:
    assert base_form("tumoren", "de") == "tumoren"
    assert stem("tumoren", "xx") == "tumoren"
    assert stem("tumoren", "de") == stem("tumor", "de")


def test_texts_word_by_word() -> None:
    assert based_text("fractures of the hips", "en") == "fracture of the hip"
    assert based_text("fracturas", "de") == "fracturas"
    assert based_text("", "en") == ""


def test_word_lists_are_folded_and_know_regional_tags() -> None:
    assert "the" in common_words("en")
    assert common_words("xx") == frozenset()
    for language in ("es-MX", "fr", "de", "el", "pt-BR"):
        for words in (common_words(language), connectives(language)):
            assert words
            assert [word for word in words if fold(word) != word] == []
    assert connectives("pt-BR") == connectives("pt")
    assert "without" not in connectives("en")
