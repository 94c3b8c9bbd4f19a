"""Abbreviations that a document defines: found for what it says, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.detect.matches import Match
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept, Document

NAMES = {
    "Q:1": ("Quartz nodule", "nodule of quartz"),
    "Q:2": ("Zorb palsy", "ZP"),
    "Q:3": ("Quux lung disease", "QLD"),
    "Q:4": ("Large quartz nodule",),
}


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    concepts = [
        Concept(key, names[0], tuple(Alias(name, "en") for name in names))
        for key, names in NAMES.items()
    ]
    return build_terminology(concepts, tmp_path_factory.mktemp("short") / "t", name="t").terminology


@pytest.fixture(scope="module")
def detector(terminology: Terminology) -> DictionaryDetector:
    return DictionaryDetector.build(terminology)


def matches(detector: DictionaryDetector, text: str) -> list[Match]:
    return detector.find([Document("d", text, "en")])[0]


def found(detector: DictionaryDetector, text: str) -> list[tuple[str, str]]:
    """Return what is marked, and the first name it is marked for."""
    return [
        (text[match.start : match.end], detector.terminology.alias(match.aliases[0]).text)
        for match in matches(detector, text)
    ]


def test_what_a_text_abbreviates_is_found_everywhere(detector: DictionaryDetector) -> None:
    text = "Early QN? Two quartz nodules (QNs) were seen; the QN-like one is a QN, not a QNX."
    assert found(detector, text) == [
        ("QN", "Quartz nodule"),
        ("quartz nodules", "Quartz nodule"),
        ("QNs", "Quartz nodule"),
        ("QN", "Quartz nodule"),
        ("QN", "Quartz nodule"),
    ]


def test_a_long_form_that_is_no_name_gives_nothing(detector: DictionaryDetector) -> None:
    text = "An odd quartz nodule cluster (QNC), QNC again."
    assert found(detector, text) == [("quartz nodule", "Quartz nodule")]


def test_an_abbreviation_is_what_the_text_says_it_is(detector: DictionaryDetector) -> None:
    assert found(detector, "ZP since May") == [("ZP", "ZP")]
    assert found(detector, "The zone plate (ZP) was used, and ZP again") == []


def test_other_words_for_the_same_keep_an_abbreviation(detector: DictionaryDetector) -> None:
    text = "The quux lobe disease (QLD) or QLD"
    assert found(detector, text) == [("QLD", "QLD"), ("QLD", "QLD")]


def test_a_long_form_in_another_language_says_nothing(detector: DictionaryDetector) -> None:
    for language in ("es", "und"):
        text = "La zona de placa (ZP)"
        (document,) = detector.detect([Document("d", text, language)])
        found = [mention.text for mention in document.mentions]
        assert found == (["ZP"] if language == "es" else [])


def test_a_second_meaning_counts_from_where_it_is_given(detector: DictionaryDetector) -> None:
    text = "Quartz nodule (QN) and QN. Then the query number (QN), and QN."
    assert [name for name, _ in found(detector, text)] == ["Quartz nodule", "QN", "QN"]


def test_an_abbreviation_costs_a_little(detector: DictionaryDetector) -> None:
    whole, short = matches(detector, "Quartz nodule (QN)")
    assert short.aliases == whole.aliases
    assert short.score == pytest.approx(whole.score - 0.02)


def test_it_can_be_switched_off(detector: DictionaryDetector) -> None:
    plain = detector.with_options(DetectionOptions(short_forms=False))
    assert found(plain, "Quartz nodule (QN), zone plate (ZP)") == [
        ("Quartz nodule", "Quartz nodule"),
        ("ZP", "ZP"),
    ]


def test_nested_names_stay(detector: DictionaryDetector) -> None:
    nested = detector.with_options(DetectionOptions(nested=True))
    text = "Large quartz nodule (LQN) and LQN"
    assert [name for name, _ in found(nested, text)] == [
        "Large quartz nodule",
        "quartz nodule",
        "LQN",
        "LQN",
    ]


def test_saved_options_are_read(tmp_path: Path, terminology: Terminology) -> None:
    DictionaryDetector.build(terminology).save(tmp_path / "d")
    loaded = DictionaryDetector.load(tmp_path / "d", terminology)
    assert found(loaded, "Quartz nodule (QN)")[1] == ("QN", "Quartz nodule")
