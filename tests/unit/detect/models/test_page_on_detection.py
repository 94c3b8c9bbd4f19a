"""What the page on detection shows runs, and prints what it says it prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_page_on_detection(
    run_page: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("spacy")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    assert run_page("detection.md") == 4
