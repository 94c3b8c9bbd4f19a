"""`xlink train calibration` and a re-ranker from a terminology, from files to what they change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.terminology import Terminology

TEXT = "Known HF and oedema, no zzz."
GOLD = {"HF": ["T:02"], "oedema": ["T:09"], "zzz": []}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    mentions = [
        {
            "id": said,
            "spans": [[TEXT.index(said), TEXT.index(said) + len(said)]],
            "text": said,
            "gold": gold,
        }
        for said, gold in GOLD.items()
    ]
    place = tmp_path / "corpus.jsonl"
    lines = (
        {"id": str(n), "text": TEXT, "language": "en", "mentions": mentions} for n in range(20)
    )
    place.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return place


def test_calibrate_then_link_within_a_risk(
    corpus: Path,
    terminology: Terminology,
    tmp_path: Path,
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("sklearn")
    own = tmp_path / "own.json"
    train = ("train", "calibration", corpus, "-t", terminology.path, "-o", own, "--json")
    assert run(*train) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert figures["mentions tested on"] == 30
    assert figures["right first candidates"] == pytest.approx(2 / 3)
    assert figures["threshold for risk 0.2"] > 0.5
    using = ("-t", terminology.path, "--reader", "jsonl", "--calibration", own, "-f", "jsonl")
    assert run("link", corpus, "--given", *using, "--risk", 0.2) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    links = next(line["links"] for line in lines if "links" in line)
    assert [link["concept_id"] for link in links] == ["T:02", "T:09", None]
    assert run("link", corpus, *using, "--risk", 0.001) == 1
    assert "more documents" in capsys.readouterr().err
    explain = ("explain", "oedema", "-t", terminology.path, "--calibration", own, "--json")
    assert run(*explain) == 0
    assert json.loads(capsys.readouterr().out)[0]["probability"] > 0.9


def test_a_reranker_from_the_terminology_alone(
    terminology: Terminology,
    tiny_base: Path,
    tmp_path: Path,
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    start = ("train", "reranker", "-t", terminology.path, "--base", tiny_base)
    few = ("--option", "epochs=1", "--option", "dev_share=0", "--json")
    made = ("--from-terminology", 5, "-o", tmp_path / "made")
    assert run(*start, *made, *few) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["training lists"] > 1
    assert run(*start, "-o", tmp_path / "none", *few) == 1
    assert "nothing to train on" in capsys.readouterr().err
