"""The lines of an RF2 table one by one: slow, but it finds the line at fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.sources.rf2 import ReleaseFile
from xlink.terminology.sources.sctid import is_valid

__all__ = ["Cell", "OnError", "sound_lines"]

Cell = Literal["sctid", "time", "flag", "uuid", "text"]
OnError = Literal["raise", "skip"]

_PATTERNS = {
    "sctid": re.compile(r"[0-9]{6,18}"),
    "time": re.compile(r"[0-9]{8}"),
    "flag": re.compile(r"[01]"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "text": re.compile(r"[^\r\0]*"),
}
_MAX_LINE_BYTES = 2**20


def sound_lines(
    file: ReleaseFile, cells: Mapping[str, Cell], on_error: OnError, tally: Tally
) -> Iterator[bytes]:
    """Yield the header and the lines without a fault; others are counted, or end the reading.

    `cells` says what the columns hold that have to be sound.

    Raises:
        DataError: a line has a fault and `on_error` is "raise".
    """
    kinds = [(name, cells.get(name, "text")) for name in file.header]
    with file.path.open("rb") as stream:
        yield stream.readline()
        number = 1
        while line := stream.readline(_MAX_LINE_BYTES):
            number += 1
            problem, got = _fault(line, kinds)
            if not problem:
                yield line
            elif on_error == "raise":
                raise DataError(
                    problem + (f", got {got!r}" if got else ""),
                    path=file.path,
                    line=number,
                    remedy='Unpack the release again, or set on_error = "skip".',
                )
            else:
                tally.add(f"row skipped in {file.path.name}: {problem}", f"line {number:,}")


def _fault(line: bytes, kinds: list[tuple[str, Cell]]) -> tuple[str, str]:
    """Return what is wrong with a line and the cell at fault; empty where nothing is."""
    if not line.endswith(b"\n"):
        cut = len(line) < _MAX_LINE_BYTES
        return ("the file is cut in this line" if cut else "the line is far too long"), ""
    try:
        values = line.decode("utf-8").removesuffix("\n").removesuffix("\r").split("\t")
    except UnicodeDecodeError:
        return "it is not UTF-8", ""
    if len(values) != len(kinds):
        return f"a row of {len(values)} cells under a header of {len(kinds)}", ""
    for (name, kind), value in zip(kinds, values, strict=True):
        if _PATTERNS[kind].fullmatch(value) is None:
            return f"the column {name!r} has no {kind}", value[:40]
        if name == "id" and kind == "sctid" and not is_valid(np.array([int(value)]))[0]:
            return "the id has a wrong check digit", value
    return "", ""
