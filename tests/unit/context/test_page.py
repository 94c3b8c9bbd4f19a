"""What the page on context shows runs, and prints what it says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "context.md"
_BLOCK = re.compile(r"```python\n(?P<code>.*?)```\n\n```text\n(?P<output>.*?)```", re.DOTALL)


@pytest.mark.slow
def test_the_blocks_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pysbd")
    pytest.importorskip("lingua")
    monkeypatch.setenv("XLINK_HOME", str(tmp_path))
    names: dict[str, object] = {}
    blocks = list(_BLOCK.finditer(PAGE.read_text(encoding="utf-8")))
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block["code"], str(PAGE), "exec"), names)
        assert capsys.readouterr().out == block["output"]
