"""Just-in-time compilation that is kept on disk wherever there is room for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

from numba import njit

__all__ = ["compiled", "part", "stamp"]

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function when it is first called, without the interpreter's lock.

    The machine code is kept beside the module, else in the user's cache folder, or where
    `NUMBA_CACHE_DIR` says. Where none of them can be written, each process compiles anew.
    """
    try:
        return cast("F", njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no place for the cache
        return part(function)


def part(function: F) -> F:
    """Compile a function into those that call it; only they are kept."""
    return cast("F", njit(nogil=True)(function))


def stamp(*modules: ModuleType) -> int:
    """Return a number that changes with the source of `modules`.

    What is kept is found again by its own file and by the values it encloses, not by the files of
    its parts: a compiled function with parts elsewhere has to enclose their stamp.
    """
    return zlib.crc32(b"".join(Path(str(module.__file__)).read_bytes() for module in modules))
