"""A small terminology, and the command line within the test's own process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.cli import main
from xlink.terminology import Terminology
from xlink.testing import small_terminology


@pytest.fixture
def terminology(tmp_path: Path) -> Terminology:
    return small_terminology(tmp_path / "small")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a command and return what it exits with."""

    def told(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["xlink", *map(str, arguments)])
        try:
            main()
        except SystemExit as left:
            return int(str(left.code or 0))
        return 0

    return told
