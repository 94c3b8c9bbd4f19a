"""Where mentions stand: the surface at given spans, and spans checked against the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Span

__all__ = ["anchor", "check_spans", "surface"]

_REACH_CHARS = 16


def surface(text: str, spans: Sequence[Span]) -> str:
    """Return what the text says at `spans`; the parts of a discontinuous mention get a space."""
    return " ".join(text[start:end] for start, end in spans)


def check_spans(spans: Sequence[Span], n_chars: int) -> str:
    """Say what is wrong with the spans of a mention in a text of `n_chars`; empty if nothing is."""
    if not spans:
        return "the mention has no span"
    borders = [border for span in spans for border in span]
    if any(start >= end for start, end in spans) or borders != sorted(borders):
        return f"the spans {spans} are empty or out of order"
    if borders[0] < 0 or borders[-1] > n_chars:
        return f"the spans {spans} leave the text, which has {n_chars:,} characters"
    return ""


def anchor(text: str, span: Span, wanted: str, *, path: Path, line: int, tally: Tally) -> Span:
    """Return the place of an annotation that says it covers `wanted`, mended where that is sure.

    Some corpora count bytes, or their text was edited after it was annotated. Where the text at
    `span` is not `wanted` (case aside), its nearest occurrence within 16 characters is taken; if
    there is none, the span stays as written. Both are counted.

    Raises:
        DataError: the span is empty or leaves the text.
    """
    if problem := check_spans((span,), len(text)):
        raise DataError(problem, path=path, line=line, remedy="Check that the text is the one.")
    start, end = span
    if text[start:end] == wanted:
        return span
    low = max(0, start - _REACH_CHARS)
    window = text[low : end + _REACH_CHARS]
    # A look-ahead finds occurrences that overlap, and matching in place keeps the offsets raw.
    found = re.finditer(f"(?={re.escape(wanted)})", window, re.IGNORECASE)
    starts = sorted(
        (low + hit.start() for hit in found), key=lambda each: (abs(each - start), each)
    )
    example = f"{path}, line {line:,}: {wanted!r}"
    if not starts:
        tally.add("offsets kept as written: the text there is another", example)
        return span
    mended = (starts[0], starts[0] + len(wanted))
    if mended == span:
        tally.add("mention differs from the text in case", example)
    else:
        tally.add("offsets mended: the mention stands nearby", example)
    return mended
