"""What the page on detection shows runs, and prints what it says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlink.terminology.spec import build

PAGE = Path(__file__).parents[4] / "docs" / "detection.md"
_BLOCK = re.compile(r"```python\n(?P<code>.*?)```\n\n```text\n(?P<output>.*?)```", re.DOTALL)


@pytest.mark.slow
def test_the_page_on_detection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("spacy")
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    build("starter")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    names: dict[str, object] = {}
    content = PAGE.read_text(encoding="utf-8")
    found = list(_BLOCK.finditer(content))
    assert len(found) == content.count("```python") == 4
    for block in found:
        exec(compile(block["code"], "docs/detection.md", "exec"), names)
        assert capsys.readouterr().out == block["output"]
