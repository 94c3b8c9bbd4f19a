"""`xlink train reranker` from a corpus on disk to a re-ranker that a linker uses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.terminology import Terminology

pytest.importorskip("torch")
pytest.importorskip("transformers")

TEXTS = {
    "a": ("Known HF and oedema.", {"HF": "T:02", "oedema": "T:09"}),
    "b": ("Has cardiac failure, diabetes.", {"cardiac failure": "T:02", "diabetes": "T:03"}),
    "c": ("Edema of lung; high pressure.", {"Edema of lung": "T:10", "pressure": "T:06"}),
    "d": ("Heart disease, edema.", {"Heart disease": "T:01", "edema": "T:09"}),
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    lines = []
    for name, (text, gold) in TEXTS.items():
        mentions = [
            {
                "id": f"T{number}",
                "spans": [[text.index(said), text.index(said) + len(said)]],
                "text": said,
                "gold": [concept],
            }
            for number, (said, concept) in enumerate(gold.items())
        ]
        lines.append({"id": name, "text": text, "language": "en", "mentions": mentions})
    place = tmp_path / "corpus.jsonl"
    place.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return place


def test_train_then_explain(
    corpus: Path,
    terminology: Terminology,
    tiny_base: Path,
    tmp_path: Path,
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = tmp_path / "made"
    arguments = (
        "train", "reranker", corpus, "-t", terminology.path, "--base", tiny_base, "-o", made,
        "--option", "epochs=1", "--option", "loss=xmen", "--option", "dev_share=0.3",
        "--show", "names=2", "--seed", 7, "--json",
    )  # fmt: skip
    assert run(*arguments) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["path"] == str(made)
    assert 0 <= record["figures"]["recall@1 prior"] <= record["figures"]["ceiling"] <= 1
    explain = ("explain", "oedema", "-t", terminology.path, "--reranker", made, "--json")
    assert run(*explain) == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0]["logit"] is not None
    assert found[0]["prior"] is not None


def test_a_slip_is_said_before_anything_is_done(
    corpus: Path,
    terminology: Terminology,
    tmp_path: Path,
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    start = ("train", "reranker", corpus, "-t", terminology.path, "--base", "x", "-o", tmp_path)
    assert run(*start, "--option", "epoch=1") == 1
    assert "Did you mean 'epochs'" in capsys.readouterr().err
    assert run(*start, "--option", "epochs=many") == 1
    assert "epochs" in capsys.readouterr().err
