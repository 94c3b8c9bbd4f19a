"""What the page on training shows runs, and prints what it says it prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def test_the_page_on_training(run_page: Callable[..., int], tmp_path: Path) -> None:
    assert run_page("training.md", folder=tmp_path)
