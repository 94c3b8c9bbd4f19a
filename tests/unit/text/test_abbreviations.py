"""Definitions of abbreviations are found in any script, at exact places, and nowhere else."""

from __future__ import annotations

import time

import pytest

from xlink.text.abbreviations import Abbreviations, definitions


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("She has chronic kidney disease (CKD).", "CKD", "chronic kidney disease"),
        ("She has CKD (chronic kidney disease).", "CKD", "chronic kidney disease"),
        ("Ingresa por hipertensión arterial (HTA).", "HTA", "hipertensión arterial"),
        ("enfermedad pulmonar (EP, grave)", "EP", "enfermedad pulmonar"),
        ("l'hypertension artérielle [HTA]", "HTA", "hypertension artérielle"),
        ("eine koronare Herzkrankheit (KHK)", "KHK", "koronare Herzkrankheit"),
        ("Жалобы: ишемическая болезнь сердца (ИБС)", "ИБС", "ишемическая болезнь сердца"),
        ("χρόνια νεφρική νόσος (ΧΝΝ)", "ΧΝΝ", "χρόνια νεφρική νόσος"),
        ("患者有慢性阻塞性肺疾病（慢阻肺）。", "慢阻肺", "慢性阻塞性肺疾病"),
        ("肾病（chronic kidney disease，CKD）", "CKD", "chronic kidney disease"),
        ("two myocardial infarctions (MIs)", "MIs", "myocardial infarctions"),
        ("transforming growth factor beta (TGF-β)", "TGF-β", "transforming growth factor beta"),
        ("type 2 diabetes mellitus (T2DM)", "T2DM", "type 2 diabetes mellitus"),
        ("shortness of breath (SOB)", "SOB", "shortness of breath"),
        ("angiotensin-converting enzyme (ACE)", "ACE", "angiotensin-converting enzyme"),
        ("gamma-aminobutyric acid (GABA)", "GABA", "gamma-aminobutyric acid"),
        ("(see (chronic kidney disease (CKD)))", "CKD", "chronic kidney disease"),
        ("diabetes insipidus (“DI”)", "DI", "diabetes insipidus"),
        ("A cow. Doctors saw heart failure (HF)", "HF", "heart failure"),
        ("iron and tranexamic acid (ATA)", "ATA", "tranexamic acid"),
    ],
)
def test_definitions(text: str, short: str, long: str) -> None:
    (found,) = definitions(text)
    assert (found.short, found.long) == (short, long)
    assert text[slice(*found.short_span)] == short
    assert text[slice(*found.long_span)] == long


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pain in the left arm (mild)",
        "no fever (see table 2)",
        "seen by the nurse (XYZ)",
        "heart rate (72)",
        "Heart. Failure (HF)",
        "heart failure\n\nseen (HF)",
        "the HF clinic (HF)",
        "HF (12 patients)",
        "((((",
        "a (",
    ],
)
def test_no_definitions(text: str) -> None:
    assert definitions(text) == []


class TestExpansion:
    def test_short_forms_within_a_mention_are_replaced(self) -> None:
        known = Abbreviations("Heart failure (HF), then acute HF.")
        assert known.expand("HF", 29) == "Heart failure"
        assert known.expand("acute HF", 25) == "acute Heart failure"

    def test_plurals_and_full_stops_do_not_matter(self) -> None:
        known = Abbreviations("Two myocardial infarctions (MIs).")
        assert known.expand("MI", 40) == known.expand("M.I.", 40) == "myocardial infarctions"

    def test_small_letters_are_not_the_abbreviation(self) -> None:
        assert Abbreviations("Adult leukaemia (AL).").expand("al", 30) is None

    def test_a_definition_in_a_mention_loses_its_short_form(self) -> None:
        known = Abbreviations("Had heart failure (HF).")
        assert known.expand("heart failure (HF)", 4) == "heart failure"

    def test_a_long_form_stays(self) -> None:
        assert Abbreviations("Had heart failure (HF).").expand("heart failure", 4) is None

    def test_the_last_definition_before_a_mention_counts(self) -> None:
        text = "AD came. Atopic dermatitis (AD). AD. Alzheimer dementia (AD). AD."
        known = Abbreviations(text)
        meanings = [known.expand("AD", start) for start in (0, 33, 62)]
        assert meanings == ["Atopic dermatitis", "Atopic dermatitis", "Alzheimer dementia"]


@pytest.mark.parametrize(
    "text", ["(" * 200_000, "(AB)" * 5_000, "a b (AB " * 20_000, "\n" * 200_000, "x" * 200_000]
)
def test_time_is_linear(text: str) -> None:
    started = time.process_time()
    definitions(text)
    assert time.process_time() - started < 5
