from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from xlink.candidates.lookup import AliasLookup
from xlink.context.composites import CompositesStep
from xlink.context.parts import settled
from xlink.corpora.spans import surface
from xlink.linker import Linker
from xlink.terminology import Terminology, build_terminology
from xlink.text.coordinations import splits
from xlink.types import (
    NO_FILTER,
    Alias,
    Candidate,
    Concept,
    Document,
    Filter,
    Link,
    LinkedDocument,
    Mention,
)


def ways(text: str, language: str) -> list[list[str]]:
    return [[surface(text, part) for part in parts] for parts in splits(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("type 1 and 2 diabetes", "en", ["type 1 diabetes", "type 2 diabetes"]),
        ("breast and ovarian cancer", "en", ["breast cancer", "ovarian cancer"]),
        ("eye, ear and nose pain", "en", ["eye pain", "ear pain", "nose pain"]),
        ("insuficiencia renal y hepática", "es", ["insuficiencia renal", "insuficiencia hepática"]),
        ("carcinoma de mama u ovario", "es", ["carcinoma de mama", "carcinoma de ovario"]),
        ("douleur dorsale et anale", "fr", ["douleur dorsale", "douleur anale"]),
        ("dor torácica/abdominal", "pt", ["dor torácica", "dor abdominal"]),
        ("Leber- und Niereninsuffizienz", "de", ["Leber insuffizienz", "Niereninsuffizienz"]),
        ("nausea and vomiting", "en", ["nausea", "vomiting"]),
        ("type 1 and 2 diabetes", "und", ["type 1 diabetes", "type 2 diabetes"]),
    ],
)  # fmt: skip
def test_the_right_way_is_among_those_tried(text: str, language: str, parts: list[str]) -> None:
    assert parts in ways(text, language)


@pytest.mark.parametrize(
    "text", ["", "gout", "and gout", "gout and", "gout, tophi", "/", "and, or", "x " * 40 + "and y"]
)  # fmt: skip
def test_what_is_no_composite_has_no_parts(text: str) -> None:
    assert splits(text, "en") == []


def test_ways_are_few() -> None:
    assert len(splits("a b c d e f and g h i j k l m", "en")) == 24


CONCEPTS = [
    Concept(
        "T1", "type 1 diabetes", (Alias("type 1 diabetes", "en"), Alias("diabetes type 1", "en"))
    ),
    Concept(
        "T2", "type 2 diabetes", (Alias("type 2 diabetes", "en"), Alias("diabetes type 2", "en"))
    ),
    Concept("L", "Leberinsuffizienz", (Alias("Leberinsuffizienz", "de"),)),
    Concept("N", "Niereninsuffizienz", (Alias("Niereninsuffizienz", "de"),)),
    Concept("NV", "nausea and vomiting", (Alias("nausea and vomiting", "en"),)),
    Concept("NA", "nausea", (Alias("nausea", "en"),)),
    Concept("V", "vomiting", (Alias("vomiting", "en"),)),
]


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    path: Path = tmp_path_factory.mktemp("composites") / "own"
    return build_terminology(CONCEPTS, path, name="own", version="1").terminology


@pytest.fixture(scope="module")
def linker(terminology: Terminology) -> Linker:
    lookup = AliasLookup.build(terminology)
    return Linker(terminology, generators=[lookup], steps=[CompositesStep()])


def linked(linker: Linker, text: str, language: str = "en", start: int = 0) -> LinkedDocument:
    given = Document.from_spans(text, [(start, len(text))], language=language)
    return linker.link(given, detect=False)


def test_parts_take_the_place_of_what_links_worse(linker: Linker) -> None:
    found = linked(linker, "Has type 1 and 2 diabetes", start=4)
    assert [(each.mention.text, each.concept_id) for each in found.links] == [
        ("type 1 diabetes", "T1"),
        ("type 2 diabetes", "T2"),
    ]
    assert [each.mention.spans for each in found.links] == [
        ((4, 10), (17, 25)),
        ((4, 8), (15, 25)),
    ]
    assert [(each.id, each.part_of) for each in found.document.mentions] == [
        ("T1.1", "T1"),
        ("T1.2", "T1"),
    ]


def test_half_a_word_is_searched_as_a_word(linker: Linker) -> None:
    found = linked(linker, "Leber- und Niereninsuffizienz", "de")
    assert [(each.mention.text, each.concept_id) for each in found.links] == [
        ("Leber insuffizienz", "L"),
        ("Niereninsuffizienz", "N"),
    ]


def test_a_whole_that_links_as_well_stays(linker: Linker) -> None:
    found = linked(linker, "nausea and vomiting")
    assert [(each.mention.id, each.concept_id) for each in found.links] == [("T1", "NV")]


def test_a_whole_stays_where_a_part_is_unknown(linker: Linker) -> None:
    found = linked(linker, "type 1 and gestational diabetes")
    assert [each.mention.id for each in found.links] == ["T1"]


def joined(linker: Linker, text: str, *mentions: str) -> list[tuple[str, str | None]]:
    """Link with a detector that finds `mentions` and no more."""
    spans = [(text.index(each), text.index(each) + len(each)) for each in mentions]
    linker.detector = Given(Document.from_spans(text, spans, language="en"))
    found = linker.link(text, language="en")
    assert all(each.text == surface(text, each.spans) for each in found.document.mentions)
    return [(each.mention.text, each.concept_id) for each in found.links]


@dataclass
class Given:
    document: Document

    def detect(self, documents: Sequence[Document], where: Filter = NO_FILTER) -> list[Document]:
        return [self.document]


def test_what_is_joined_to_a_mention_is_linked_too(linker: Linker) -> None:
    assert joined(linker, "has diabetes type 1 and 2 today", "diabetes type 1") == [
        ("diabetes type 1", "T1"),
        ("diabetes type 2", "T2"),
    ]
    text = "Bei type 1 and type 2 diabetes"
    assert joined(linker, text, "type 2 diabetes") == [
        ("type 1 diabetes", "T1"),
        ("type 2 diabetes", "T2"),
    ]


def test_what_is_joined_and_is_a_mention_itself_stays_one(linker: Linker) -> None:
    text = "type 1 diabetes and vomiting"
    assert joined(linker, text, "type 1 diabetes", "vomiting") == [
        ("type 1 diabetes", "T1"),
        ("vomiting", "V"),
    ]


@pytest.mark.parametrize(
    ("text", "n_ways"), [("gastric ulcer and it", 0), ("gastric ulcer or pain", 1)]
)
def test_everyday_words_share_nothing(text: str, n_ways: int) -> None:
    document = Document.from_spans(text, [(0, 13)], language="en")
    (annotated,) = CompositesStep().annotate([document])
    assert len({each.id[:4] for each in annotated.mentions if each.part_of}) == n_ways


@pytest.mark.parametrize(("confidence", "n_parts"), [(0.4, 0), (0.6, 2)])
def test_what_is_joined_must_be_sure(confidence: float, n_parts: int) -> None:
    whole = Mention("T1", ((0, 13),), "gastric ulcer")
    parts = [
        Mention("T1.1.1", ((0, 13),), "gastric ulcer", part_of="T1"),
        Mention("T1.1.2", ((0, 7), (17, 21)), "gastric pain", part_of="T1"),
    ]
    candidate = (Candidate("any", 0.95, Alias("any"), "lookup"),)
    links = (
        Link(whole, "U", 0.9, candidate),
        Link(parts[0], "U", 0.9, candidate),
        Link(parts[1], "P", confidence, candidate),
    )
    document = Document("d", "gastric ulcer or pain", "en", (whole, *parts))
    kept = settled(LinkedDocument(document, links)).links
    assert sum(bool(each.mention.part_of) for each in kept) == n_parts


def test_given_mentions_do_not_become_longer(linker: Linker) -> None:
    given = Document.from_spans("diabetes type 1 and 2", [(0, 15)], language="en")
    assert [each.mention.id for each in linker.link(given, detect=False).links] == ["T1"]


def test_links_without_parts_are_left_as_they_are() -> None:
    mention = Mention("T1", ((0, 4),), "gout", part_of="elsewhere")
    given = LinkedDocument(Document("d", "gout", "en", (mention,)), (Link(mention, None, 1.0),))
    assert settled(given) is given
