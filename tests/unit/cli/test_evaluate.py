from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.cli import main
from xlink.terminology import Terminology

GOLD = {
    "id": "d",
    "text": "pneumonia, edema",
    "language": "en",
    "mentions": [
        {"id": "1", "spans": [[0, 9]], "text": "pneumonia", "gold": ["T:05"]},
        {"id": "2", "spans": [[11, 16]], "text": "edema", "gold": ["T:09"]},
    ],
}
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xlink", "evaluate", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code
        return int(str(code or 0)), *capsys.readouterr()

    return run


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOLD), encoding="utf-8")
    return path


def run_file(path: Path, concept_id: str) -> Path:
    header = {"system": path.stem, "format": 1}
    mention = {"id": "1", "spans": [[0, 9]], "text": "pneumonia"}
    alias = {"text": "pneumonia", "language": "en", "kind": "preferred", "source": "small"}
    candidate = {"concept_id": concept_id, "score": 1.0, "alias": alias, "generator": "lookup"}
    link = {
        "mention": mention,
        "concept_id": concept_id,
        "confidence": 1.0,
        "candidates": [candidate],
    }
    lines = [header, {"document": "d", "links": [link]}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_everything_at_once(
    command: Command, gold: Path, tmp_path: Path, small: Terminology
) -> None:
    one, other = run_file(tmp_path / "one.jsonl", "T:05"), run_file(tmp_path / "two.jsonl", "T:00")
    arguments = [one, gold, "-t", small.path, "--by", "language", "--by", "seen", "--train", gold]
    arguments += ["--hierarchy", "--against", other, "--errors", tmp_path / "errors.tsv"]
    code, out, err = command(*arguments, "--json")
    assert code == 0
    record = json.loads(out)
    assert [each["by"] for each in record["breakdowns"]] == ["language", "seen"]
    assert record["breakdowns"][1]["groups"] == ["seen"]
    assert record["hierarchy"][0]["name"] == "hierarchy_exact"
    assert record["comparison"]["runs"] == [str(one), str(other)]
    assert record["comparison"]["differences"][0]["difference"]["value"] == 1 / 2
    assert record["error_counts"]["outcomes"]["missed"] == 1
    assert "written: " in err
    assert (tmp_path / "errors.tsv").read_text(encoding="utf-8").count("\n") == 1 + 2
    code, out, _ = command(*arguments)
    assert code == 0
    for expected in ("Given mentions", "By seen", "Nearness", "Side by side"):
        assert expected in out


def test_no_comparison_unless_asked(command: Command, gold: Path, tmp_path: Path) -> None:
    code, out, _ = command(run_file(tmp_path / "one.jsonl", "T:05"), gold, "--json")
    assert code == 0
    assert json.loads(out)["comparison"] is None


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--by", "lenght"], "Unknown facet 'lenght'"),
        (["--by", "seen"], "needs training documents"),
        (["--hierarchy"], "no terminology"),
        (["--errors", "errors.xlsx"], "not as 'errors.xlsx'"),
    ],
)
def test_misuse_is_explained(
    command: Command, gold: Path, tmp_path: Path, options: list[str], problem: str
) -> None:
    code, _, err = command(run_file(tmp_path / "one.jsonl", "T:05"), gold, *options)
    assert code == 1
    assert problem in err
