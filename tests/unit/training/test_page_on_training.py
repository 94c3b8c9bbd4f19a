"""What the page on training shows runs, and prints what it says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlink.terminology.spec import build

PAGE = Path(__file__).parents[3] / "docs" / "training.md"
_BLOCK = re.compile(r"```python\n(?P<code>.*?)```\n\n```text\n(?P<output>.*?)```", re.DOTALL)


def test_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    build("starter")
    names: dict[str, object] = {"folder": tmp_path}
    blocks = list(_BLOCK.finditer(PAGE.read_text(encoding="utf-8")))
    assert blocks
    for block in blocks:
        exec(compile(block["code"], "docs/training.md", "exec"), names)
        assert capsys.readouterr().out == block["output"]
