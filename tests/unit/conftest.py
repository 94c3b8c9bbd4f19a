"""The command line within the test's own process."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from xlink.cli import main


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
