"""Names that share words with one that is found, in the languages that have words for it."""

from __future__ import annotations

import pytest

from xlink.candidates.lookup import AliasLookup
from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.linker import Linker
from xlink.terminology import Terminology, build_terminology
from xlink.text.coordinations import named_beside
from xlink.types import Alias, Concept, Document

NAMES = {
    "Q:1": ("en", "Palmar quartz", "Quartz of the palm"),
    "Q:2": ("en", "Plantar quartz"),
    "Q:3": ("en", "Dorsal quartz"),
    "Q:4": ("en", "Dorsal zorb ache"),
    "Q:5": ("en", "Plantar zorb ache"),
    "Q:6": ("en", "Plantar zorb"),
    "Q:9": ("en", "Plantar ache"),
    "Q:7": ("en", "Quux"),
    "Q:8": ("en", "Palmar quux"),
    "Q:11": ("es", "cuarzo renal"),
    "Q:12": ("es", "cuarzo hepático"),
    "Q:21": ("de", "Nierenquarz"),
    "Q:22": ("de", "Leberquarz"),
}


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    concepts = [
        Concept(key, names[0], tuple(Alias(name, language) for name in names))
        for key, (language, *names) in NAMES.items()
    ]
    return build_terminology(concepts, tmp_path_factory.mktemp("two") / "t", name="t").terminology


@pytest.fixture(scope="module")
def detector(terminology: Terminology) -> DictionaryDetector:
    return DictionaryDetector.build(terminology)


def found(detector: DictionaryDetector, text: str, language: str = "en") -> list[str]:
    (document,) = detector.detect([Document("d", text, language)])
    return [mention.text for mention in document.mentions]


@pytest.mark.parametrize(
    ("text", "language", "mentions"),
    [
        ("Palmar and plantar quartz.", "en", ["Palmar quartz", "plantar quartz"]),
        ("palmar and/or plantar quartz", "en", ["palmar quartz", "plantar quartz"]),
        ("dorsal/plantar quartz", "en", ["dorsal quartz", "plantar quartz"]),
        (
            "Big dorsal, palmar, or plantar quartz",
            "en",
            ["dorsal quartz", "palmar quartz", "plantar quartz"],
        ),
        ("plantar quartz and zorb", "en", ["plantar zorb", "plantar quartz"]),
        ("cuarzo renal y hepático", "es", ["cuarzo hepático", "cuarzo renal"]),
        ("Leber- und Nierenquarz", "de", ["Leber quarz", "Nierenquarz"]),
    ],
)
def test_what_shares_words_with_a_name_is_found(
    detector: DictionaryDetector, text: str, language: str, mentions: list[str]
) -> None:
    assert found(detector, text, language) == mentions


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("palmar quartz and quux", ["palmar quartz", "quux"]),  # no palmar quux
        ("dorsal, plantar quartz", ["plantar quartz"]),  # a list, of which nothing is shared
        ("palmar and\nplantar quartz", ["plantar quartz"]),
        ("palmar and (so) plantar quartz", ["plantar quartz"]),
        ("palmar with plantar quartz", ["plantar quartz"]),
        ("of the palm and palmar quartz", ["palmar quartz"]),  # the same again
        ("quartz and plantar", []),
        ("and plantar quartz and", ["plantar quartz"]),
    ],
)
def test_what_shares_none_is_not(
    detector: DictionaryDetector, text: str, mentions: list[str]
) -> None:
    assert found(detector, text) == mentions


def test_places_have_gaps_and_keep_their_offsets(detector: DictionaryDetector) -> None:
    text = "\U0001d7d9 Palmar and plantar quartz"
    (document,) = detector.detect([Document("d", text, "en")])
    assert [mention.spans for mention in document.mentions] == [((2, 8), (21, 27)), ((13, 27),)]


def test_of_two_readings_that_which_shares_less_is_taken(detector: DictionaryDetector) -> None:
    assert found(detector, "plantar or dorsal zorb ache") == ["plantar ache", "dorsal zorb ache"]


def test_it_can_be_switched_off(detector: DictionaryDetector) -> None:
    plain = detector.with_options(DetectionOptions(coordinated=False))
    assert found(plain, "palmar and plantar quartz") == ["plantar quartz"]


def test_nested_names_have_neighbours(detector: DictionaryDetector) -> None:
    nested = detector.with_options(DetectionOptions(nested=True))
    text = "palmar and plantar quartz"
    assert found(nested, text) == ["palmar quartz", "plantar quartz"]


def test_what_is_found_so_is_linked_as_one_word_where_it_is_one(
    terminology: Terminology, detector: DictionaryDetector
) -> None:
    linker = Linker(terminology, generators=[AliasLookup.build(terminology)], detector=detector)
    for text, language, ids in (
        ("Palmar and plantar quartz", "en", ["Q:1", "Q:2"]),
        ("Leber- und Nierenquarz", "de", ["Q:22", "Q:21"]),
    ):
        links = linker.link(text, language=language).links
        assert [link.concept_id for link in links] == ids


def test_few_things_are_tried_in_a_long_row() -> None:
    row = "and ".join(f"word{n} " for n in range(1_000))
    text = f"{row}and plantar quartz and {row}"
    start = text.index("plantar quartz")
    found = list(named_beside(text, (start, start + 14), "en", bytes(len(text))))
    assert len(found) < 100
