from __future__ import annotations

from pathlib import Path

import pytest

from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.errors import ArtifactError, StaleIndexError, UnknownNameError
from xlink.protocols import MentionDetector
from xlink.terminology import Terminology, build_terminology
from xlink.testing import small_concepts
from xlink.types import Alias, AliasKind, Concept, Document, Filter, Mention


def concept(concept_id: str, *names: str, kind: str = "disorder", parent: str = "") -> Concept:
    """Make a concept from names written `en:name`, or `en:~NAME` for an abbreviation."""
    aliases = []
    for place, name in enumerate(names):
        language, _, text = name.partition(":")
        rank: AliasKind = "synonym" if place else "preferred"
        abbreviated = text.startswith("~")
        aliases.append(Alias(text.lstrip("~"), language, "abbreviation" if abbreviated else rank))
    parents = (parent,) if parent else ()
    return Concept(concept_id, names[0].partition(":")[2], tuple(aliases), (kind,), None, parents)


CONCEPTS = (
    concept("A:1", "en:Pain fever"),
    concept("A:2", "en:Fever", "es:fiebre", "fr:fièvre", kind="finding"),
    concept("A:3", "en:Pain", "fr:douleur", kind="finding"),
    concept("A:4", "en:St. Louis encephalitis"),
    concept("A:5", "en:E. coli infection", parent="A:9"),
    concept("A:6", "en:Information deficit", "en:~IT", "en:ALL", "en:~CA", "en:HbS"),
    concept("A:7", "en:Oedema of the lung", "ja:肺水腫", "zh:肺水肿"),
    concept("A:8", "en:Acute oedema of the lung", "de:Lungenödem"),
    concept("A:9", "en:Infection", "ja:アレルギー", "zh:癌"),
    concept("A:10", "en:about", "en:12", "en:ab", "und:Morbus Quux"),
    concept("A:11", "en:Ventricular defect", "en:~VSD", "de:Kammerscheidewanddefekt"),
    concept(
        "A:12", "en:Quux (acute) syndrome, unspecified", "es:síndrome de Quux, no especificado"
    ),
    concept("A:14", "es:Uña pequeña", "es:Quux à zorb"),
    concept("A:13", "en:Type II zorbitis", "en:Zorb's disease", "th:ปวดหัว"),
    concept("A:15", "en:Zorbs", "en:Quuxes of the rim", "es:Zorbos"),
    concept("A:16", "en:Type A snarkosis", "en:Snark fistula", "en:Snarkoma", "en:Snarkus"),
)


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    place = tmp_path_factory.mktemp("detect") / "terminology"
    return build_terminology(CONCEPTS, place, name="made-up").terminology


@pytest.fixture(scope="module")
def detector(terminology: Terminology) -> DictionaryDetector:
    return DictionaryDetector.build(terminology)


def found(detector: DictionaryDetector, text: str, language: str = "en") -> list[str]:
    (document,) = detector.detect([Document("d", text, language)])
    for mention in document.mentions:
        assert text[mention.start : mention.end] == mention.text
    return [mention.text for mention in document.mentions]


def test_is_a_mention_detector(detector: DictionaryDetector) -> None:
    assert isinstance(detector, MentionDetector)


def test_mentions_replace_those_of_the_document(detector: DictionaryDetector) -> None:
    old = Mention("X9", ((0, 2),), "No")
    (document,) = detector.detect([Document("d", "No fever, no pain", "en-GB", (old,))])
    assert document.mentions == (
        Mention("T1", ((3, 8),), "fever", label="finding"),
        Mention("T2", ((13, 17),), "pain", label="finding"),
    )
    assert (document.id, document.language) == ("d", "en-GB")


def test_longest_match_wins(detector: DictionaryDetector) -> None:
    assert found(detector, "an acute oedema of the lung.") == ["acute oedema of the lung"]


def test_nested_option_keeps_all(detector: DictionaryDetector) -> None:
    nested = detector.with_options(DetectionOptions(nested=True))
    assert found(nested, "acute oedema of the lung") == [
        "acute oedema of the lung",
        "oedema of the lung",
    ]


def test_case_width_accents_plurals_and_spelling_do_not_matter(
    detector: DictionaryDetector,
) -> None:
    assert found(detector, "FEVERS, ＦＥＶＥＲ and fiebre") == ["FEVERS", "ＦＥＶＥＲ"]
    assert found(detector, "edemas of the lung") == ["edemas of the lung"]
    assert found(detector, "La fie\u0300vre, FIÈVRES", "fr") == ["fie\u0300vre", "FIÈVRES"]
    assert found(detector, "type 2 zorbitis; type-II zorbitis") == [
        "type 2 zorbitis",
        "type-II zorbitis",
    ]


def test_a_class_is_not_found_in_the_singular(detector: DictionaryDetector) -> None:
    assert found(detector, "zorbs; a zorb; the quux of the rim") == ["zorbs", "quux of the rim"]
    assert found(detector, "los zorbos, un zorbo", "es") == ["zorbos"]


def test_latin_plurals(detector: DictionaryDetector) -> None:
    plurals = ["snark fistulae", "snarkomata", "snarki"]
    assert found(detector, ", ".join(plurals)) == plurals


def test_an_article_is_no_letter_of_a_name(detector: DictionaryDetector) -> None:
    assert found(detector, "snarkosis type A, type a snarkosis") == [
        "snarkosis type A",
        "type a snarkosis",
    ]
    assert found(detector, "it was a snarkosis type") == []


def test_an_everyday_word_is_no_other_word_without_its_accents(
    detector: DictionaryDetector,
) -> None:
    text = "Una pequeña, uña pequena, QUUX A ZORB"
    assert found(detector, text, "es") == ["uña pequena", "QUUX A ZORB"]


def test_possessives_may_be_left_out(detector: DictionaryDetector) -> None:
    assert found(detector, "Zorb disease, Zorb’s disease") == ["Zorb disease", "Zorb’s disease"]


def test_marks_on_the_last_letter_belong_to_the_mention(detector: DictionaryDetector) -> None:
    assert found(detector, "fever\u0301\u0302, pain") == ["fever\u0301\u0302", "pain"]


def test_words_change_places_within_a_phrase(detector: DictionaryDetector) -> None:
    assert found(detector, "acute lung oedema, infections with E. coli") == [
        "acute lung oedema",
        "infections",
    ]
    assert found(detector, "lung, oedema") == []


def test_a_phrase_cuts_through_no_compound(detector: DictionaryDetector) -> None:
    assert found(detector, "lung oedema") == ["lung oedema"]
    for text in ("heart-lung oedema", "lung oedema-like", "heart‑lung oedema"):
        assert found(detector, text) == []
    assert found(detector, "pre-ventricular defect") == ["ventricular defect"]  # just so


def test_a_mention_in_other_words_knows_its_name(detector: DictionaryDetector) -> None:
    text = "Lung oedema, oedemas of the lung, fevers."
    (document,) = detector.detect([Document("d", text, "en")])
    assert [mention.named for mention in document.mentions] == ["Oedema of the lung", "", ""]


def test_no_name_crosses_the_end_of_a_sentence(detector: DictionaryDetector) -> None:
    assert found(detector, "Pain fever; pain-fever") == ["Pain fever", "pain-fever"]
    for gap in (". ", ".", "! ", "; ", ": ", "\n\n", "\n \n", "\n- ", " | ", "\t", " " * 40):
        assert found(detector, f"Pain{gap}Fever") == ["Pain", "Fever"], gap
    assert found(detector, "pain\nfever") == ["pain\nfever"]


def test_points_of_abbreviations_end_no_sentence(detector: DictionaryDetector) -> None:
    names = ["St. Louis encephalitis", "E. coli infection", "E coli infection"]
    assert found(detector, ". ".join(names)) == names


def test_abbreviations_need_their_capitals(detector: DictionaryDetector) -> None:
    text = "it was all about the ca. In all, IT and ALL and CA count, and VSDs and HbS."
    assert found(detector, text) == ["IT", "ALL", "CA", "VSDs", "HbS"]


def test_a_line_in_capitals_proves_no_abbreviation(detector: DictionaryDetector) -> None:
    assert found(detector, "ALL OF IT WENT WELL WITH FEVER\nThen IT came") == ["FEVER", "IT"]
    assert found(detector, "PMH: CA, VSD, IT") == ["CA", "VSD", "IT"]


def test_whole_words_only(detector: DictionaryDetector) -> None:
    assert found(detector, "painful feverfew, antipain") == []


def test_everyday_short_and_numeric_names_are_left_out(detector: DictionaryDetector) -> None:
    assert found(detector, "about 12 ab") == []
    assert detector.left_out == {
        "name left out: it is too short": 2,
        "name left out: it has no letters": 1,
        "name left out: it is an everyday word": 1,
    }


def test_scripts_without_spaces(detector: DictionaryDetector) -> None:
    assert found(detector, "患者は肺水腫とアレルギーがある。", "ja") == ["肺水腫", "アレルギー"]
    assert found(detector, "アレルギーマーチ", "ja") == []  # another word that begins like it
    assert found(detector, "急性肺水肿，癌", "zh") == ["肺水肿"]
    assert found(detector, "肺、水肿", "zh") == []


def test_thai_syllables_stay_whole(detector: DictionaryDetector) -> None:
    assert found(detector, "มีปวดหัวมาก", "th") == ["ปวดหัว"]
    assert found(detector, "ปวดหัวะ", "th") == []


def test_characters_that_fold_to_several_words_stay_whole(detector: DictionaryDetector) -> None:
    assert found(detector, "㍿", "ja") == []


def test_language_of_the_document_chooses_the_names(detector: DictionaryDetector) -> None:
    text = "fiebre fever, fièvre, pain, E. coli infection, Morbus Quux, VSD"
    assert found(detector, text, "es-MX") == ["fiebre", "E. coli infection", "Morbus Quux", "VSD"]
    only = detector.with_options(DetectionOptions(also_languages=()))
    assert found(only, text, "es") == ["fiebre", "Morbus Quux"]
    everything = ["fiebre", "fever", "fièvre", "pain", "E. coli infection", "Morbus Quux", "VSD"]
    assert found(detector, text, "und") == everything
    assert found(detector, text, "sv") == ["E. coli infection", "Morbus Quux", "VSD"]


def test_spoken_forms_of_names(detector: DictionaryDetector) -> None:
    assert found(detector, "a Quux syndrome") == ["Quux syndrome"]
    assert found(detector, "un síndrome de Quux", "es") == ["síndrome de Quux"]
    assert found(detector, "Quux (acute) syndrome") == ["Quux (acute) syndrome"]


def test_a_bracket_that_is_opened_is_closed(tmp_path: Path) -> None:
    concepts = [concept("B:1", "en:Frobnitis of elbow (FOE)")]
    built = build_terminology(concepts, tmp_path / "t", name="t").terminology
    assert found(DictionaryDetector.build(built), "with frobnitis of elbow (FOE) and") == [
        "frobnitis of elbow (FOE)"
    ]
    assert found(DictionaryDetector.build(built), "frobnitis) of elbow") == []


def test_synonyms_of_words_are_learned(tmp_path: Path) -> None:
    pairs = [("agenesis", 1), ("cyst", 2), ("tumour", 3), ("stone", 4)]
    concepts = [concept(f"B:{n}", f"en:kidney {what}", f"en:renal {what}") for what, n in pairs]
    concepts.append(concept("B:9", "en:kidney infarction"))
    built = build_terminology(concepts, tmp_path / "t", name="t").terminology
    text = "renal infarction"
    assert found(DictionaryDetector.build(built), text) == [text]
    assert found(DictionaryDetector.build(built, paraphrase=False), text) == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(types=frozenset({"finding"})), ["fever", "pain"]),
        (Filter(within=frozenset({"A:9"})), ["E. coli infection"]),
        (Filter(languages=frozenset({"es"})), []),
    ],
)
def test_filter_acts_before_matching(
    detector: DictionaryDetector, where: Filter, expected: list[str]
) -> None:
    text = Document("d", "fever pain after E. coli infection of A:1", "en")
    (document,) = detector.detect([text], where)
    assert [mention.text for mention in document.mentions] == expected


def test_unknown_filter_is_refused(detector: DictionaryDetector) -> None:
    wrong = Filter(types=frozenset({"planet"}))
    with pytest.raises(UnknownNameError, match="planet"):
        detector.detect([Document("d", "fever", "en")], wrong)


def test_matches_name_their_aliases_best_first(
    terminology: Terminology, detector: DictionaryDetector
) -> None:
    ((match,),) = detector.find([Document("d", "FEVER", "en")])
    assert (match.start, match.end, match.score) == (0, 5, 1.0)
    assert [terminology.alias(row).text for row in match.aliases] == ["Fever"]


def test_saved_and_loaded_gives_the_same(
    terminology: Terminology, detector: DictionaryDetector, tmp_path: Path
) -> None:
    detector.save(tmp_path / "detector")
    loaded = DictionaryDetector.load(tmp_path / "detector", terminology)
    documents = [Document("d", "acute oedema of the lung, VSD, about pain", "en")]
    assert loaded.detect(documents) == detector.detect(documents)
    assert loaded.left_out == detector.left_out


def test_foreign_and_missing_detectors_are_refused(
    detector: DictionaryDetector, tmp_path: Path
) -> None:
    detector.save(tmp_path / "detector")
    other = build_terminology(small_concepts(), tmp_path / "other", name="other").terminology
    with pytest.raises(StaleIndexError, match="another terminology"):
        DictionaryDetector.load(tmp_path / "detector", other)
    with pytest.raises(ArtifactError, match="no artifact"):
        DictionaryDetector.load(tmp_path / "nothing", other)


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800", "\u0301", "()", "½㍿", "-" * 1000, "a" * 5000, "肺" * 3000]
)
def test_text_without_names(detector: DictionaryDetector, text: str) -> None:
    for language in ("en", "ja", "und"):
        assert found(detector, text, language) == []


def test_damaged_text_is_searched_all_the_same(detector: DictionaryDetector) -> None:
    assert found(detector, "\0fever\0 or \udfffpain\ud800") == ["fever", "pain"]
    assert found(detector, "حمى fever حمى") == ["fever"]
    assert found(detector, "fever, " + "\u0301" * 10_000 + "pain") == ["fever", "pain"]


def test_capitals_of_a_source_that_shouts_mean_nothing(tmp_path: Path) -> None:
    names = ("en:COUGH", "en:FROBNITIS OF THE ELBOW", "en:ZORBITIS OF THE KNEE")
    concepts = [concept(f"B:{number}", name) for number, name in enumerate(names)]
    built = build_terminology(concepts, tmp_path / "t", name="t").terminology
    assert found(DictionaryDetector.build(built), "a cough") == ["cough"]
