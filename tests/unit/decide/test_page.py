"""What the page on deciding shows."""

from __future__ import annotations

from collections.abc import Callable


def test_the_page(run_page: Callable[..., int]) -> None:
    assert run_page("deciding.md") == 1
