"""Progress bars on stderr for work of over two seconds; silent unless a caller turns them on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

__all__ = ["show_progress", "track"]

T = TypeVar("T")

_DELAY_S = 2.0
_shown: ContextVar[bool] = ContextVar("xlink_progress_shown", default=False)


@contextmanager
def show_progress() -> Iterator[None]:
    """Let `track` draw its bars within this context, as the command line does."""
    token = _shown.set(True)
    try:
        yield
    finally:
        _shown.reset(token)


def track(items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
    """Yield `items`, drawing a bar on stderr once the loop has run for two seconds.

    `total` is taken from the items where they have a length; without one the bar only moves.
    """
    if not _shown.get():
        yield from items
        return
    from rich.console import Console
    from rich.progress import Progress

    if total is None and isinstance(items, Sized):
        total = len(items)
    progress = Progress(console=Console(stderr=True), transient=True)
    task = progress.add_task(label, total=total)
    began, started = time.monotonic(), False
    try:
        for item in items:
            yield item
            if not started and time.monotonic() - began > _DELAY_S:
                progress.start()
                started = True
            progress.advance(task)
    finally:
        if started:
            progress.stop()
