"""Detectors by name: kinds, models, folders, options; what each refuses says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.detect.models.gliner import GlinerOptions
from xlink.detect.models.spacy_pipeline import SpacyOptions
from xlink.detect.naming import parse_detector
from xlink.detect.options import read_options, written_options
from xlink.errors import SpecError, UnknownNameError
from xlink.indexes import build_index, open_detector, open_detectors
from xlink.terminology import Terminology
from xlink.types import Document


def test_names_are_taken_apart(tmp_path: Path) -> None:
    assert parse_detector("dictionary?nested=true") == ("dictionary", "", "nested=true")
    assert parse_detector("spacy:en_core_web_sm") == ("spacy", "en_core_web_sm", "")
    assert parse_detector("hf:a/b@c?labels=X:Y") == ("hf", "a/b@c", "labels=X:Y")
    token = json.dumps({"architectures": ["RobertaForTokenClassification"]})
    for kind, files in {
        "spacy": {"config.cfg": "", "meta.json": "{}"},
        "hf": {"config.json": token},
        "gliner": {"config.json": token, "gliner_config.json": "{}"},
    }.items():
        folder = tmp_path / kind
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
        assert parse_detector(f"{folder}?labels=x") == (kind, str(folder), "labels=x")


@pytest.mark.parametrize("content", ["", "[]", '{"architectures": ["BertModel"]}', "{}"])
def test_folders_without_a_detector_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(SpecError, match="holds no mention detector: expected a spaCy pipeline"):
        parse_detector(str(tmp_path))


def test_names_that_open_nothing() -> None:
    with pytest.raises(UnknownNameError, match=r"'spacey'\. Did you mean 'spacy'"):
        parse_detector("spacey")
    with pytest.raises(SpecError, match="'spacy' needs a model, as in spacy:NAME"):
        parse_detector("spacy")
    with pytest.raises(SpecError, match="'dictionary' takes no model"):
        parse_detector("dictionary:names")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (DetectionOptions(), ""),
        (DetectionOptions(("en", "fr"), nested=True), "also_languages=en,fr&nested=true"),
        (SpacyOptions(entities=False, groups=("sc",)), "entities=false&groups=sc"),
        (
            GlinerOptions({"a disease": "Disease", "x/y": "x/y"}, 0.25),
            "labels=a+disease:Disease,x/y&threshold=0.25",
        ),
    ],
)
def test_options_as_text_and_back(
    options: DetectionOptions | SpacyOptions | GlinerOptions, text: str
) -> None:
    assert written_options(options) == text
    assert read_options(type(options), text, of="it") == options


def test_options_that_are_of_no_use() -> None:
    for text, message in {
        "nest=true": "it has no option nest. Known: also_languages, nested",
        "nested": "it has no option 'nested'|it, option nested",
        "nested=perhaps": "it, option nested: ",
        "&": "it has no option '&'",
    }.items():
        with pytest.raises(SpecError, match=message):
            read_options(DetectionOptions, text, of="it")


def test_the_dictionary_keeps_nested_mentions_on_request(small: Terminology) -> None:
    note = Document("d", "diabetes mellitus type 2", "en")
    detector = open_detector(small, "dictionary")
    assert [each.text for each in detector.detect([note])[0].mentions] == [note.text]
    for nested in (
        open_detector(small, "dictionary?nested=true"),
        open_detectors(small, ["dictionary"], overlaps="all"),
    ):
        assert isinstance(nested, DictionaryDetector)
        found = [each.text for each in nested.detect([note])[0].mentions]
        assert found == [note.text, "diabetes mellitus", "diabetes"]


def test_models_have_no_index(small: Terminology) -> None:
    with pytest.raises(SpecError, match="spacy works by a model and has no index"):
        build_index(small, "spacy")
