"""Mentions in several parts as the TSV and .ann files of clinical corpora write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from xlink.corpora.placing import place
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Span

__all__ = ["joined", "parse_parts", "place_parts"]

_PARTS = re.compile(r"\d+ \d+(?:;\d+ \d+)*")


def parse_parts(written: str, *, path: Path, line: int) -> tuple[Span, ...]:
    """Return the spans of `3 9;12 15`, in the order as written.

    Raises:
        DataError: it has another form.
    """
    if _PARTS.fullmatch(written) is None:
        raise DataError(
            f"{written[:40]!r} are no offsets", path=path, line=line, remedy="Write `3 9;12 15`."
        )
    pairs = (part.split(" ") for part in written.split(";"))
    return tuple((int(start), int(end)) for start, end in pairs)


def place_parts(
    text: str, spans: Sequence[Span], wanted: str, *, path: Path, line: int, tally: Tally
) -> tuple[Span, ...]:
    """Return where a mention stands, as `place` does, from parts that may be empty or overlap.

    Annotation tools leave such parts behind; empty ones are left out, those that overlap become
    one, and both are counted.

    Raises:
        DataError: no part is left, or one leaves the text.
    """
    example = f"{path}, line {line:,}: {wanted!r}"
    filled = [span for span in spans if span[0] != span[1]]
    if len(filled) < len(spans):
        tally.add("empty part of a mention left out", example)
    apart = joined(filled)
    if len(apart) < len(filled):
        tally.add("overlapping parts of a mention made one", example)
        filled = list(apart)
    return place(text, filled, wanted, path=path, line=line, tally=tally)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans in the order of the text, those that overlap as one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)
