"""Filters by the label of a mention, and detectors by name: applied, saved, opened again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from xlink.candidates.lookup import AliasLookup
from xlink.candidates.tfidf import TfidfNgrams
from xlink.detect.combination import Detectors
from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.errors import SpecError
from xlink.linker import Linker
from xlink.terminology import Terminology, build_terminology
from xlink.types import NO_FILTER, Alias, Concept, Document, Filter, Query

DISORDER = Filter(types=frozenset({"disorder"}))
TEXT = "Colds and cold hands; cold."


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = {"1": ("cold", "finding"), "2": ("common cold", "disorder"), "3": ("cold", "disorder")}
    concepts = [
        Concept(id_, name, (Alias(name, "en", "preferred"),), (type_,))
        for id_, (name, type_) in names.items()
    ]
    folder = tmp_path_factory.mktemp("labels") / "colds"
    build_terminology(concepts, folder, name="colds", version="1")
    return folder


@pytest.fixture
def linker(place: Path) -> Linker:
    terminology = Terminology.open(place)
    return Linker(
        terminology,
        generators=[AliasLookup.build(terminology), TfidfNgrams.build(terminology)],
        where_by_label={"Disease": DISORDER, "Common": Filter(within=frozenset({"2"}))},
        k=2,
    )


def test_each_mention_is_searched_within_the_filter_of_its_label(linker: Linker) -> None:
    document = Document.from_spans("cold " * 4, [(0, 4), (5, 9, "Disease"), (10, 14, "Common")])
    links = linker.link(document, detect=False).links
    found = [[candidate.concept_id for candidate in link.candidates] for link in links]
    assert found == [["1", "3"], ["3", "2"], ["2"]]
    assert [each.concept_id for each in linker.explain("cold", label="Common")] == ["2"]


def test_the_order_of_queries_is_no_matter(linker: Linker) -> None:
    queries = [
        Query(
            str(n), ("cold", "common cold", "")[n % 3], label=("", "Disease", "Common", "x")[n % 4]
        )
        for n in range(12)
    ]
    together = linker.candidates(queries)
    assert len(together) == 12
    for number, query in enumerate(queries):
        alone = linker.candidates([query])
        assert together.candidates(number, linker.terminology) == alone.candidates(
            0, linker.terminology
        )
    assert len(linker.candidates([])) == 0


def test_what_the_filter_of_a_label_leaves_open_is_as_in_the_general_one() -> None:
    spanish = Filter(languages=frozenset({"es"}), types=frozenset({"finding"}))
    assert DISORDER.or_else(spanish) == replace(spanish, types=DISORDER.types)
    assert DISORDER.or_else(NO_FILTER) == DISORDER
    assert NO_FILTER.or_else(DISORDER) == DISORDER


@pytest.mark.parametrize("inside", [False, True])
def test_a_saved_linker_knows_filters_and_detectors(
    linker: Linker, tmp_path: Path, inside: bool
) -> None:
    linker.detector = Detectors(
        [
            DictionaryDetector.build(linker.terminology, DetectionOptions(nested=True)),
            DictionaryDetector.build(linker.terminology, DetectionOptions(("fr",))),
        ],
        overlaps="all",
    )
    linker.save(tmp_path / "saved", with_terminology=inside)
    loaded = Linker.load(tmp_path / "saved")
    assert loaded.where_by_label == linker.where_by_label
    assert isinstance(loaded.detector, Detectors)
    assert loaded.detector.overlaps == "all"
    assert [each.options for each in loaded.detector.detectors] == [  # type: ignore[attr-defined]
        DetectionOptions(nested=True),
        DetectionOptions(("fr",)),
    ]
    assert loaded.link(TEXT, language="en") == linker.link(TEXT, language="en")


@pytest.mark.parametrize("inside", [False, True])
def test_models_are_saved_by_name_or_inside(place: Path, tmp_path: Path, inside: bool) -> None:
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "COLD", "pattern": "cold"}])
    nlp.to_disk(tmp_path / "rules")
    named = f"{tmp_path / 'rules'}?labels=COLD:Disease"
    linker = Linker.open(
        place,
        detector=["dictionary", named],
        overlaps="first",
        where_by_label={"Disease": DISORDER},
        threshold=0,
    )
    before = linker.link(TEXT, language="en")
    assert [link.concept_id for link in before.links] == ["1", "1", "1"]
    alone = Linker.open(place, detector=named, where_by_label={"Disease": DISORDER})
    assert [link.concept_id for link in alone.link(TEXT).links] == ["3", "3"]
    linker.save(tmp_path / "saved", with_terminology=inside)
    if inside:
        (tmp_path / "rules").rename(tmp_path / "gone")
    assert Linker.load(tmp_path / "saved").link(TEXT, language="en") == before


def test_a_pipeline_made_elsewhere_can_not_be_saved(linker: Linker, tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from xlink.detect.models.spacy_pipeline import SpacyDetector

    linker.detector = SpacyDetector(spacy.blank("en"))
    with pytest.raises(SpecError, match="with the mention detector SpacyDetector"):
        linker.save(tmp_path / "saved")
