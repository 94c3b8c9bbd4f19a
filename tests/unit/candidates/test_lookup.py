"""Lookup finds equal names: as written before folded before bags of stems."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.candidates.lookup import AliasLookup, ExactLookup
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, AliasKind, Candidate, Concept, Filter, Query

PREFERRED, SYNONYM, ABBREVIATION = 0.0, 0.005, 0.02
OTHER_LANGUAGE = 0.03


@pytest.fixture(scope="module")
def lookup(small: Terminology) -> AliasLookup:
    return AliasLookup.build(small)


def found(lookup: AliasLookup, text: str, language: str = "en") -> list[tuple[str, float]]:
    candidates = lookup.generate([Query("", text, language=language)], 10)
    return [
        (each.concept_id, round(each.score, 6))
        for each in candidates.candidates(0, lookup.terminology)
    ]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Heart  FAILURE", "en", [("T:02", 1 - PREFERRED)]),
        ("cardiac failure", "en", [("T:02", 1 - SYNONYM)]),
        ("heart-failure", "en", [("T:02", 0.9 - PREFERRED)]),
        ("failure of the heart", "en", [("T:02", 0.75 - PREFERRED)]),
        ("failures of hearts", "en", [("T:02", 0.75 - PREFERRED)]),
        ("heart failure", "es", [("T:02", 1 - OTHER_LANGUAGE)]),
        ("heart failure", "en-GB", [("T:02", 1.0)]),
        ("heart failure", "und", [("T:02", 1.0)]),
        ("heart failure", "xx", [("T:02", 1 - OTHER_LANGUAGE)]),
        ("neumonia", "es", [("T:05", 0.9)]),
        ("肺炎", "ja", [("T:05", 1.0)]),
        ("２型糖尿病", "ja", [("T:04", 1.0)]),
        ("Πνευμονια", "el", [("T:05", 0.9)]),
        ("dm", "en", [("T:03", 1 - ABBREVIATION), ("T:07", 1 - ABBREVIATION)]),
        ("alpha thalassaemia", "en", [("T:11", 0.9)]),
        ("α thalassaemia", "en", [("T:11", 0.9)]),
        ("diabetes mellitus, type II", "en", [("T:04", 0.75)]),
        ("HTA", "de", [("T:06", 1 - ABBREVIATION - OTHER_LANGUAGE)]),
        ("heart", "en", []),
        ("…", "en", []),
    ],
)
def test_levels(
    lookup: AliasLookup, text: str, language: str, expected: list[tuple[str, float]]
) -> None:
    assert found(lookup, text, language) == expected


def test_every_name_finds_its_concept_first_or_ties(
    small: Terminology, lookup: AliasLookup
) -> None:
    names = [small.alias(row) for row in range(small.n_aliases)]
    queries = [Query("", name.text, language=name.language) for name in names]
    result = lookup.generate(queries, 10)
    for number, (name, row) in enumerate(zip(names, small.alias_concepts, strict=True)):
        start = result.query_offsets[number]
        best = result.scores[start]
        place = start + result.rows_of(number).tolist().index(row)
        assert best == result.scores[place], name


def test_steps_between_levels_are_wider_than_all_other_costs(tmp_path: Path) -> None:
    worst: AliasKind = "abbreviation"
    concepts = [
        Concept("C1", "", (Alias("lung-infection", "en", "preferred"),)),
        Concept("C2", "", (Alias("Lung Infection", "de", worst),)),
        Concept("C3", "", (Alias("Lúng Infection", "de", worst),)),
        Concept("C4", "", (Alias("infection of the lungs", "en", "preferred"),)),
        Concept("C5", "", (Alias("infection of the lungs", "de", worst),)),
    ]
    lookup = AliasLookup.build(build_terminology(concepts, tmp_path / "t", name="t").terminology)
    scores = dict(found(lookup, "lung infection"))
    assert list(scores) == ["C2", "C1", "C3", "C4"]
    # The German stemmer keeps "of" and "the", which the English one drops.
    assert scores["C4"] == 0.75


def test_regional_tags_are_one_language(tmp_path: Path) -> None:
    concepts = [
        Concept("C1", "", (Alias("gripe", "pt-BR", "preferred"),)),
        Concept("C2", "", (Alias("gripe", "pt", "preferred"),)),
        Concept("C3", "", (Alias("gripe", "es", "preferred"),)),
        Concept("C4", "", (Alias("gripe", "und", "preferred"),)),
    ]
    lookup = AliasLookup.build(build_terminology(concepts, tmp_path / "t", name="t").terminology)
    for language in ("pt", "pt-PT", "pt-BR"):
        assert found(lookup, "gripe", language) == [
            ("C1", 1.0),
            ("C2", 1.0),
            ("C4", 1.0),
            ("C3", 1 - OTHER_LANGUAGE),
        ]


def test_the_best_alias_of_a_concept_is_told(small: Terminology, lookup: AliasLookup) -> None:
    result = lookup.generate([Query("", "Diabetes mellitus", language="es")], 1)
    assert result.candidates(0, small) == (
        Candidate("T:03", 1.0, Alias("diabetes mellitus", "es", "preferred", "small"), "lookup"),
    )


def test_filters_choose_among_aliases(lookup: AliasLookup) -> None:
    query = [Query("", "diabetes mellitus", language="es")]
    only_english = lookup.generate(query, 1, Filter(languages=frozenset({"en"})))
    assert only_english.scores == pytest.approx([1 - OTHER_LANGUAGE])
    findings = lookup.generate(query, 1, Filter(types=frozenset({"finding"})))
    assert findings.n_candidates == 0


def test_names_without_letters_are_not_found(tmp_path: Path) -> None:
    concepts = [Concept("C1", "", (Alias("+"), Alias("…"))), Concept("C2", "", (Alias("x"),))]
    lookup = AliasLookup.build(build_terminology(concepts, tmp_path / "t", name="t").terminology)
    for text in ("+", "…", "-", ""):
        assert found(lookup, text) == []


def test_a_terminology_without_names(tmp_path: Path) -> None:
    bare = build_terminology([Concept("C1", "x")], tmp_path / "t", name="t").terminology
    AliasLookup.build(bare).save(tmp_path / "index")
    loaded = AliasLookup.load(tmp_path / "index", bare)
    result = loaded.generate([Query("", "x"), Query("", "")], 3)
    assert np.array_equal(result.query_offsets, [0, 0, 0])


def test_exact_lookup_overlooks_case_and_nothing_else(small: Terminology) -> None:
    queries = [Query("", text) for text in ("Heart  FAILURE", "failure, heart", "heart-failure")]
    found = ExactLookup.build(small).generate(queries, 5)
    assert [len(found.candidates(number, small)) for number in range(3)] == [1, 0, 0]
