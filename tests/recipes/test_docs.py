"""What the pages for Python users show runs, and prints what they say it prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import xlink
from xlink.terminology.spec import build

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"```python\n(?P<code>.*?)```(?:\n\n```text\n(?P<output>.*?)```)?", re.DOTALL)
_ROW = re.compile(r"^\| .* \| `(?P<code>[^|]+?)`(?: [^|`]*| and `[^|`]*`)? \|$", re.MULTILINE)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spacy")
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    build("starter")


def blocks(page: str) -> Iterator[re.Match[str]]:
    return _BLOCK.finditer((DOCS / page).read_text(encoding="utf-8"))


def test_the_page_on_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {"folder": tmp_path}
    n_outputs = 0
    for block in blocks("python.md"):
        exec(compile(block["code"], "docs/python.md", "exec"), names)
        printed = capsys.readouterr().out
        assert printed == (block["output"] or "")
        n_outputs += block["output"] is not None
    assert n_outputs > 10


def test_the_right_hand_side_of_the_page_on_migration() -> None:
    names: dict[str, object] = {}
    for block in blocks("migration.md"):
        exec(compile(block["code"], "docs/migration.md", "exec"), names)
    page = (DOCS / "migration.md").read_text(encoding="utf-8")
    rows = [row["code"] for row in _ROW.finditer(page)]
    assert len(rows) == sum(line.startswith("| ") for line in page.splitlines()) - 3
    for code in rows:
        exec(compile(code, f"docs/migration.md: {code}", "exec"), names)
    assert isinstance(names["linker"], xlink.Linker)
