"""Words of names: which are cognates, which are a letter away, and what rules are learned."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from xlink.candidates.lookup import AliasLookup
from xlink.candidates.words.counting import counted_words
from xlink.candidates.words.learning import learn_cognates, rules_of
from xlink.candidates.words.rules import CognateRule, CognateRules
from xlink.candidates.words.vocabulary import Vocabulary, WordCounts
from xlink.errors import DataError
from xlink.linker import Linker
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept, Document, Filter, Query

LONG = st.text("abc", min_size=8, max_size=10)


def vocabulary(*words: str) -> Vocabulary:
    counted: WordCounts = Counter({(word, True): 1 for word in words})
    return Vocabulary.of(counted)


def terminology(place: Path, *names: str) -> Terminology:
    concepts = [Concept(f"C{n}", "", (Alias(name, "en"),)) for n, name in enumerate(names)]
    return build_terminology(concepts, place, name="t").terminology


def found(lookup: AliasLookup, text: str, language: str) -> list[str]:
    candidates = lookup.generate([Query("", text, language=language)], 5)
    return [each.alias.text for each in candidates.candidates(0, lookup.terminology)]


@given(st.lists(LONG, max_size=8, unique=True), LONG)
def test_near_words_are_those_one_edit_or_swap_away(words: list[str], asked: str) -> None:
    swaps = {
        asked[:n] + asked[n + 1] + asked[n] + asked[n + 2 :] for n in range(len(asked) - 1)
    } - {asked}
    expected = {word for word in words if Levenshtein.distance(word, asked) == 1 or word in swaps}
    assert set(vocabulary(*words).near([asked])[0]) == expected


def test_short_words_and_numbers_are_near_to_nothing() -> None:
    words = vocabulary("seminal", "seminoma", "12345678")
    assert words.near(["semina", "semnoma", "12345679", "seminoma"]) == [[], [], [], []]


def test_a_vocabulary_counts_names_not_words(tmp_path: Path) -> None:
    made = terminology(tmp_path / "t", "Pain in pain", "Pains")
    counted = counted_words(made, np.arange(made.n_aliases))
    assert counted["pain", True] == 2
    assert Vocabulary.of(counted).counted()["pain", True] == 2


def test_rules_are_the_differences_that_recur() -> None:
    pairs = {(f"{stem}cion", f"{stem}tion") for stem in ("rota", "infec", "obstruc", "secre")}
    rules = {(rule.written, rule.becomes): rule for rule in rules_of(pairs)}
    assert rules["ci", "ti"] == CognateRule("ci", "ti", 4, round(4 / (4 + 1), 4))
    assert ("cio", "tio") not in rules  # it promises no more than the shorter one
    rewritten = CognateRules.of({"es": list(rules.values())}).rewrites("nutricion", "es")
    assert rewritten[0][0] == "nutrition"
    assert rewritten[0][1] == pytest.approx(0.8)


def test_rules_are_learned_from_bilingual_concepts(tmp_path: Path) -> None:
    stems = ("rota", "infec", "obstruc", "secre")
    concepts = [
        Concept(stem, "", (Alias(f"{stem}tion", "en"), Alias(f"{stem}ción", "es")))
        for stem in stems
    ]
    concepts.append(Concept("N", "", (Alias("nutrition", "en"),)))
    made = build_terminology(concepts, tmp_path / "t", name="t").terminology
    assert ("ci", "ti") in {rule[:2] for rule in learn_cognates(made).by_language["es"]}
    lookup = AliasLookup.build(made, cognates=True)
    assert found(lookup, "nutrición", "es") == ["nutrition"]


def test_rules_survive_json_and_nothing_else_passes_for_them() -> None:
    rules = CognateRules.shipped()
    assert CognateRules.from_json(rules.to_json()) == rules
    for text in ("[]", "{", '{"es": [["a"]]}', '{"es": 1}'):
        with pytest.raises(DataError):
            CognateRules.from_json(text)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Hipoglucemia neonatal", "es", []),
        ("Artropatía", "es", ["Arthropathy"]),
        ("Nephritische Arthropathie", "de", []),  # not all words are known
        ("Arthropathie", "de", ["Arthropathy"]),
        ("membranous nephropahty", "en", ["membranous nephropathy"]),
        ("membranous nephropaty", "en", ["membranous nephropathy"]),
        ("membranes nephropaty", "en", []),
    ],
)
def test_mentions_in_other_words(
    tmp_path: Path, text: str, language: str, expected: list[str]
) -> None:
    made = terminology(tmp_path / "t", "membranous nephropathy", "Arthropathy")
    assert found(AliasLookup.build(made, cognates=True, near=True), text, language) == expected


def test_misspelt_words_are_looked_up_where_asked_for(tmp_path: Path) -> None:
    made = terminology(tmp_path / "t", "membranous nephropathy")
    assert found(AliasLookup.build(made, cognates=True), "membranous nephropaty", "en") == []
    AliasLookup.build(made, cognates=True, near=True).save(tmp_path / "index")
    loaded = AliasLookup.load(tmp_path / "index", made)
    assert found(loaded, "membranous nephropaty", "en") == ["membranous nephropathy"]
    assert loaded.updated(made).near


def test_cognates_are_a_generator_of_their_own_for_commands_and_recipes(tmp_path: Path) -> None:
    made = terminology(tmp_path / "t", "Arthropathy")
    linker = Linker.open(made, generators=["cognates"], detector=None)
    usual = Linker.open(made, generators=["lookup"], detector=None)
    assert linker.decider == usual.decider  # of the calibration that comes with xlink for `lookup`
    document = Document.from_spans("Artropatía.", [(0, 10)], language="es")
    for each, generator in ((linker, "lookup"), (usual, None)):
        (link,) = each.link(document, detect=False).links
        assert [one.generator for one in link.candidates] == ([generator] if generator else [])
    linker.save(tmp_path / "saved")
    assert Linker.load(tmp_path / "saved").candidates([Query("", "Artropatía")]).n_candidates == 1


def test_what_a_filter_leaves_out_is_not_there(tmp_path: Path) -> None:
    concepts = [
        Concept("C1", "", (Alias("nefropatía", "es"),)),
        Concept("C2", "", (Alias("nephropathy", "en"),)),
    ]
    made = build_terminology(concepts, tmp_path / "t", name="t").terminology
    lookup, query = AliasLookup.build(made, cognates=True), [Query("", "nefropatía", language="es")]
    english = Filter(languages=frozenset({"en"}))
    assert lookup.generate(query, 5).n_candidates == 1
    assert lookup.generate(query, 5, english).candidates(0, made)[0].concept_id == "C2"
