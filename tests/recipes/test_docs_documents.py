"""What the page on documents shows in Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlink.terminology.spec import build

PAGE = Path(__file__).parents[2] / "docs" / "documents.md"
_BLOCK = re.compile(r"```python\n(?P<code>.*?)```", re.DOTALL)


def test_the_page_on_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    build("starter")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letters").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "letters" / name).write_text("No pneumonia.", encoding="utf-8")
    names: dict[str, object] = {}
    for block in _BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        exec(compile(block["code"], "docs/documents.md", "exec"), names)
    assert capsys.readouterr().out == "2 0\n"
    assert (tmp_path / "run.jsonl").is_file()
