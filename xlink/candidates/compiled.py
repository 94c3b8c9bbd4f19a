"""Just-in-time compilation that is kept on disk wherever there is room for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function when it is first called, without the interpreter's lock.

    The machine code is kept beside the module, else in the user's cache folder, or where
    `NUMBA_CACHE_DIR` says. Where none of them can be written, each process compiles anew.
    """
    try:
        return cast("F", njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no place for the cache
        return cast("F", njit(nogil=True)(function))
