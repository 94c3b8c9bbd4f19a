"""The line of a key in a TOML text, which the parser of the standard library does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["line_of"]

_HEADER = re.compile(r"\s*\[+(?P<keys>[^\]]+)\]+\s*(#.*)?")
_ASSIGNMENT = re.compile(
    r"\s*(?P<keys>(?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*="
)
_KEY = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")


def line_of(text: str, wanted: Sequence[Sequence[str]]) -> int | None:
    """Return the line, from 1, that comes nearest to one of the paths of keys in `wanted`.

    The nearest is the first one that has the longest part of a path; None if not even the first
    key is there. Lines within texts of several lines are taken for keys, so this is for messages.
    """
    best, best_length = None, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            table = keys = _keys(header["keys"])
        elif assignment := _ASSIGNMENT.match(line):
            keys = table + _keys(assignment["keys"])
        else:
            continue
        for path in wanted:
            shared = len(keys) if tuple(path[: len(keys)]) == keys else 0
            if shared > best_length:
                best, best_length = number, shared
    return best


def _keys(written: str) -> tuple[str, ...]:
    return tuple(next(filter(None, groups), "") for groups in _KEY.findall(written))
