"""What the page on documents shows runs, and prints what it says it prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


def test_the_page_on_documents(
    run_page: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letters").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "letters" / name).write_text("No pneumonia.", encoding="utf-8")
    run_page("documents.md")
    assert (tmp_path / "run.jsonl").is_file()
