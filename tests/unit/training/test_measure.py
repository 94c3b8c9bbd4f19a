"""What is held out of a training, to measure it and to choose its weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xlink.errors import DataError
from xlink.terminology import Terminology, build_terminology
from xlink.training.encoder.held_out.split import HeldOut, shrunk
from xlink.training.encoder.options import TrainingOptions
from xlink.types import Alias, Concept

OPTIONS = TrainingOptions(held_out=10)


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    """Thirty concepts with two names in English and in German, and one in French."""
    concepts = [
        Concept(
            f"C{number:02}",
            f"finding {number}",
            (
                Alias(f"finding {number}", "en", "preferred"),
                Alias(f"sign number {number}", "en"),
                Alias(f"Befund {number}", "de", "preferred"),
                Alias(f"Zeichen Nummer {number}", "de"),
                Alias(f"signe {number}", "fr", "preferred"),
            ),
        )
        for number in range(30)
    ]
    place = tmp_path_factory.mktemp("signs") / "signs"
    return build_terminology(concepts, place, name="signs", version="1").terminology


def test_languages_have_equal_parts(terminology: Terminology) -> None:
    test = HeldOut.of(terminology, OPTIONS).test
    assert test is not None
    assert test.label == "names withheld, de en fr"
    begins = [text.split()[0] for text in test.queries]
    assert set(begins[:3]) <= {"Befund", "Zeichen"}  # either, for the English name stays
    assert begins[3:] == ["sign"] * 3 + ["signe"] * 3
    assert len(set(test.gold.tolist())) == 9
    assert not set(test.queries) & set(test.gallery)
    assert test.without_texts == set(test.queries)
    assert (np.diff(test.concepts) >= 0).all()
    assert len(test.gallery) == 150 - 9
    for text, row in zip(test.gallery, test.concepts, strict=True):
        assert text in {alias.text for alias in terminology.concept(int(row)).aliases}


def test_one_language(terminology: Terminology) -> None:
    alone = HeldOut.of(terminology, replace(OPTIONS, languages=("de",))).test
    assert alone is not None
    assert all(text.startswith("Zeichen") for text in alone.queries)
    assert {text.split()[0] for text in alone.gallery} == {"Befund", "Zeichen"}


def test_names_of_a_language_among_those_of_others(terminology: Terminology) -> None:
    options = replace(OPTIONS, languages=("en",), held_out_language="de")
    test = HeldOut.of(terminology, options).test
    assert test is not None
    assert {text.split()[0] for text in test.queries} <= {"Befund", "Zeichen"}
    assert {text.split()[0] for text in test.gallery} == {"finding", "sign"}


def test_what_chooses_is_not_what_measures(terminology: Terminology) -> None:
    held_out = HeldOut.of(terminology, replace(OPTIONS, patience=2))
    assert held_out.test is not None
    assert held_out.validation is not None
    assert not set(held_out.test.queries) & set(held_out.validation.queries)
    assert held_out.without_texts == {*held_out.test.queries, *held_out.validation.queries}


def test_none_and_too_many(terminology: Terminology, tmp_path: Path) -> None:
    nothing = HeldOut.of(terminology, replace(OPTIONS, held_out=0))
    assert (nothing.test, nothing.without_texts) == (None, frozenset())
    with pytest.raises(DataError, match="no 333 names to hold out in de or en or fr"):
        HeldOut.of(terminology, replace(OPTIONS, held_out=1_000))


def test_a_gallery_is_cut_down_to_what_is_asked_for_and_others(terminology: Terminology) -> None:
    test = HeldOut.of(terminology, OPTIONS).test
    assert test is not None
    small = shrunk(test, 40, 1)
    assert len(small.gallery) == 40
    assert set(test.gold.tolist()) <= set(small.concepts.tolist())
    assert (np.diff(small.concepts) >= 0).all()
    assert shrunk(test, 40, 1).gallery == small.gallery != shrunk(test, 40, 2).gallery
