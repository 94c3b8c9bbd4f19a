"""The README's snippet prints what the README says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
_SNIPPET = re.compile(r"```python\n(?P<code>.*?)```\n\n```text\n(?P<output>.*?)```", re.DOTALL)


def test_snippets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path))
    snippets = list(_SNIPPET.finditer(README.read_text(encoding="utf-8")))
    assert snippets
    for snippet in snippets:
        exec(compile(snippet["code"], "README.md", "exec"), {})
        assert capsys.readouterr().out == snippet["output"]
