"""What the page on context shows runs, and prints what it says it prints."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.slow
def test_docs_context_md(run_page: Callable[..., int]) -> None:
    pytest.importorskip("pysbd")
    pytest.importorskip("lingua")
    assert run_page("context.md") == 3
