"""Terms with their distances to ancestors become concepts with parents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.sources.ontology_guide import OntologyGuideSource
from xlink.types import Alias, Concept

TERMS: dict[str, Any] = {
    "TOE:0": {"ancestors": {}, "label": "Toe", "deprecated": False},
    "TOE:1": {
        "ancestors": {"TOE:0": 1, "TOE:77": 2},
        "label": "Sore toe",
        "description": "A toe that is sore.",
        "synonyms": ["Aching toe", "Sore toe"],
        "deprecated": False,
    },
    "TOE:5": {"label": "obsolete", "deprecated": True, "replaced_by": "TOE:1"},
    "TOE:6": {"label": "obsolete", "deprecated": True},
}


def read(folder: Path, content: object, **options: Any) -> tuple[list[Concept], Tally]:
    (folder / "toe.json").write_text(json.dumps(content))
    tally = Tally()
    source = OntologyGuideSource(files=(folder / "toe.json",), **options)
    return list(source.concepts(tally)), tally


def test_terms_are_read_whole(tmp_path: Path) -> None:
    concepts, tally = read(tmp_path, TERMS)
    assert concepts == [
        Concept("TOE:0", "Toe", (Alias("Toe", "en", "preferred"),)),
        Concept(
            id="TOE:1",
            name="Sore toe",
            aliases=(Alias("Sore toe", "en", "preferred"), Alias("Aching toe", "en")),
            definition="A toe that is sore.",
            parents=("TOE:0",),
        ),
        Concept("TOE:1", "", former_ids=("TOE:5",)),
    ]
    assert tally["obsolete term skipped: no single term replaces it"] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "it is not an object of terms by id"),
        ({}, "it is not an object of terms by id"),
        ({"TOE:0": 5}, "term 1: input should be"),
        ({"": {"label": "Toe"}}, "term 1.*'id'"),
        ({"TOE:0": {}}, r"term 1 \(TOE:0\): it has no 'label'"),
        ({"TOE:0": {"label": "Toe", "ancestors": {"TOE:1": "x"}}}, "'ancestors.TOE:1'"),
    ],
)
def test_other_structures_are_refused(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_faulty_terms_can_be_skipped(tmp_path: Path) -> None:
    content = {**TERMS, "TOE:8": {}, "TOE:9": {"label": " "}}
    concepts, tally = read(tmp_path, content, on_error="skip")
    assert len(concepts) == 3
    assert tally["term skipped: it can't be read"] == 1
    assert tally["term skipped: it has no label"] == 1
