"""The linker of a recipe links other texts as the recipe's system does."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.candidates.fusion import ReciprocalRankFusion
from xlink.decide import ThresholdDecider
from xlink.detect.combination import Detectors
from xlink.detect.dictionary import DictionaryDetector
from xlink.errors import SpecError, UnknownNameError
from xlink.linker import Linker
from xlink.terminology import Terminology
from xlink.testing import small_terminology
from xlink.types import Document, Filter, Mention

RECIPE = """\
title = "Notes"
terminology = "small"

[corpus]
reader = "jsonl"
paths = "$XLINK_TEST_NOTES/test.jsonl"

[training]
paths = "$XLINK_TEST_NOTES/train.jsonl"

[linker]
k = 7
threshold = 0.5
window_chars = 3
filter.types = "disorder"

[systems.lookup]
generators = "lookup"
fusion = "reciprocal-rank"
weights = { lookup = 2.0 }

[systems.training]
generators = ["lookup", "training"]

[parts.whole]
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from xlink.corpora.jsonl import write_documents

    monkeypatch.setenv("XLINK_HOME", str(tmp_path))
    monkeypatch.setenv("XLINK_TEST_NOTES", str(tmp_path))
    small_terminology(tmp_path / "small")
    mention = Mention("m", ((0, 11),), "broken pump", "", frozenset({"T:02"}))
    write_documents([Document("t", "broken pump", "en", (mention,))], tmp_path / "train.jsonl")
    path = tmp_path / "notes.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def test_a_system_by_name(recipe: Path) -> None:
    linker = Linker.from_recipe(recipe, system="lookup", detector=None)
    assert [each.name for each in linker.generators] == ["lookup"]
    assert linker.fusion == ReciprocalRankFusion(weights={"lookup": 2.0})
    assert linker.decider == ThresholdDecider(threshold=0.5, keep=7)
    assert (linker.k, linker.window_chars, linker.where.types) == (7, 3, frozenset({"disorder"}))
    assert linker.detector is None
    assert isinstance(linker.terminology, Terminology)


def test_detectors_and_filters_of_labels(recipe: Path) -> None:
    told = """
[systems.told]
generators = ["lookup"]
detector = ["dictionary?nested=true", "dictionary"]
overlaps = "all"
filter_by_label.Disease = { types = "disorder" }
"""
    recipe.write_text(RECIPE.replace("[parts.whole]", f"{told}\n[parts.whole]"), encoding="utf-8")
    linker = Linker.from_recipe(recipe, system="told")
    assert linker.where_by_label == {"Disease": Filter(types=frozenset({"disorder"}))}
    assert isinstance(linker.detector, Detectors)
    assert linker.detector.overlaps == "all"
    assert isinstance(Linker.from_recipe(recipe, system="lookup").detector, DictionaryDetector)
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("?nested", "?nest"))
    with pytest.raises(SpecError, match="dictionary has no option nest"):
        Linker.from_recipe(recipe, system="told")
    recipe.write_text(recipe.read_text(encoding="utf-8").replace('"dictionary"]', '"spacey"]'))
    with pytest.raises(SpecError, match=r"line \d+: .*Did you mean 'spacy'"):
        Linker.from_recipe(recipe, system="told")


def test_the_last_system_and_its_training(recipe: Path, tmp_path: Path) -> None:
    linker = Linker.from_recipe(str(recipe), part="whole")
    document = Document.from_spans("A broken pump.", [(2, 13)], language="en")
    (link,) = linker.link(document, detect=False).links
    assert link.concept_id == "T:02"
    assert linker.link("Known pneumonia.", language="en").links[0].concept_id == "T:05"
    linker.save(tmp_path / "saved")
    assert Linker.load(tmp_path / "saved").link(document, detect=False).links == (link,)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("gsc/hp", {}, r"Unknown recipe 'gsc/hp'\. Did you mean 'gsc/hpo'"),
        ("notes", {"system": "x"}, r"Unknown system of .*/notes: 'x'\. Known: lookup, training"),
        ("notes", {"part": "x"}, r"Unknown part of .*/notes: 'x'\. Known: whole"),
    ],
)
def test_names_that_are_not_there(
    recipe: Path, name: str, options: dict[str, str], message: str
) -> None:
    with pytest.raises(UnknownNameError, match=message):
        Linker.from_recipe(recipe if name == "notes" else name, **options)
