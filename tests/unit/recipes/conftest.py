from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.terminology.spec import build

# Invented sentences; the ids are those of the starter terminology.
Sentences = tuple[tuple[str, str, str, list[str]], ...]

SENTENCES: Sentences = (
    ("a", "Known hypertension.", "hypertension", ["XL:0001"]),
    ("b", "High blood pressure since 2009.", "High blood pressure", ["XL:0001"]),
    ("c", "Admitted after a stroke.", "stroke", ["XL:0101"]),
    ("d", "Fever for three days.", "Fever", ["XL:0201"]),
    ("e", "The usual trouble again.", "usual trouble", ["XL:0201"]),
    ("f", "A purple elbow.", "purple elbow", ["XL:9999"]),
    ("g", "Nothing to code.", "Nothing", []),
)
TRAINING: Sentences = (("t", "The usual trouble.", "usual trouble", ["XL:0201"]),)

RECIPE = """\
# A comment that stays.
title = "Sentences"
terminology = "starter"

[corpus]
reader = "jsonl"
paths = "$XLINK_TEST_CORPUS/test.jsonl"
obtain = "Ask the author."

[training]
paths = "$XLINK_TEST_CORPUS/train.jsonl"

[evaluate]
ks = [1, 5]

[systems.lookup]
generators = "lookup"

[systems.training]
generators = "training"

[parts.whole]
"""


def write_corpus(path: Path, sentences: Sentences) -> None:
    lines = []
    for name, text, surface, gold in sentences:
        start = text.index(surface)
        spans = [[start, start + len(surface)]]
        mention = {"id": "1", "spans": spans, "text": surface, "gold": gold}
        document = {"id": name, "text": text, "language": "en", "mentions": [mention]}
        lines.append(json.dumps(document) + "\n")
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="session")
def starter_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    build("starter", home / "starter")
    return home


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starter_home: Path) -> Path:
    """The folder of the invented corpus, with the variables set that the recipe needs."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    write_corpus(folder / "test.jsonl", SENTENCES)
    write_corpus(folder / "train.jsonl", TRAINING)
    monkeypatch.setenv("XLINK_TEST_CORPUS", str(folder))
    monkeypatch.setenv("XLINK_HOME", str(starter_home))
    return folder


@pytest.fixture
def write_recipe(tmp_path: Path) -> Callable[..., Path]:
    """Writes the recipe above with some of its text replaced, and more at its end."""

    def write(*replacements: tuple[str, str], more: str = "") -> Path:
        text = RECIPE
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "sentences" / "starter.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + more, encoding="utf-8")
        return path

    return write
