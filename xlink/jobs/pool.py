"""Tasks done by several processes, each with a linker of its own over the same memory maps."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for_process

from xlink.errors import DataError
from xlink.jobs.inputs import Task
from xlink.jobs.shard import ShardRecord
from xlink.jobs.worker import Worker

__all__ = ["done_by_processes"]

_worker: Worker | None = None


def done_by_processes(
    tasks: Iterable[Task], open_worker: Callable[[], Worker], n_processes: int
) -> Iterator[ShardRecord]:
    """Yield the records of `tasks` as they are done; few tasks wait at any time.

    `open_worker` is called once in each process and must be a picklable.

    Raises:
        DataError: a process died.
    """
    with ProcessPoolExecutor(
        n_processes, get_context("spawn"), _begin, initargs=(open_worker,)
    ) as pool:
        pending: set[Future[ShardRecord]] = set()
        try:
            for task in tasks:
                pending.add(pool.submit(_do, task))
                if len(pending) >= 2 * n_processes:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        except BrokenProcessPool:
            raise DataError(
                "a process that links has died; it may have been out of memory",
                remedy="Run the command again: it goes on where it was. Fewer processes need less "
                "memory.",
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin(open_worker: Callable[[], Worker]) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent ends the work
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = open_worker()


def _do(task: Task) -> ShardRecord:
    if _worker is None:
        raise RuntimeError("this process has not been set up")
    return _worker.do(task)


def _end_with_parent() -> None:
    """End this process when its parent does, which a pool whose parent is killed never learns."""
    parent = parent_process()
    if parent is not None:
        wait_for_process([parent.sentinel])
        os._exit(1)
