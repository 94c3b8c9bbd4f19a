"""Progress on stderr for work of over two seconds; silent unless a caller turns it on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import TypeVar

__all__ = ["show_progress", "track"]

T = TypeVar("T")

_DELAY_S = 2.0
_LINE_S = 10.0
_shown: ContextVar[bool] = ContextVar("xlink_progress_shown", default=False)


@contextmanager
def show_progress() -> Iterator[None]:
    """Let `track` draw its bars within this context, as the command line does."""
    token = _shown.set(True)
    try:
        yield
    finally:
        _shown.reset(token)


def track(
    items: Iterable[T],
    label: str,
    total: int | None = None,
    *,
    state: Callable[[], str] | None = None,
) -> Iterator[T]:
    """Yield `items`, drawing a bar on stderr once the loop has run for two seconds.

    `total` is taken from the items where they have a length; without one the bar only moves.
    `state` says how the work stands, such as the loss of a training; where stderr is no terminal,
    work that has a state writes a line every ten seconds instead.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    if not _shown.get():
        yield from items
    elif state is not None and not sys.stderr.isatty():
        yield from _with_lines(items, label, total, state)
    else:
        yield from _with_bar(items, label, total, state)


def _with_bar(
    items: Iterable[T], label: str, total: int | None, state: Callable[[], str] | None
) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(console=Console(stderr=True), transient=True)
    task = progress.add_task(label, total=total)
    began, started = time.monotonic(), False
    try:
        for item in items:
            yield item
            if not started and time.monotonic() - began > _DELAY_S:
                progress.start()
                started = True
            if state is not None:
                progress.update(task, description=f"{label}: {state()}")
            progress.advance(task)
    finally:
        if started:
            progress.stop()


def _with_lines(
    items: Iterable[T], label: str, total: int | None, state: Callable[[], str]
) -> Iterator[T]:
    began = said = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - said < _LINE_S:
            continue
        said = now
        parts = [f"{label}: {done:,}", state()]
        if total is not None:
            parts[0] += f" of {total:,}"
            left_s = round((now - began) / done * (total - done))
            parts.append(f"{timedelta(seconds=left_s)} left")
        sys.stderr.write(", ".join(parts) + "\n")
        sys.stderr.flush()
