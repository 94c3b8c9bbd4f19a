"""Annotations put where they belong: mentions in one part or several, ids that are unique."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlink.corpora.spans import anchor, check_spans, surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Span

__all__ = ["UniqueIds", "place"]


class UniqueIds:
    """Refuses an id that was there before, and says where."""

    def __init__(self, kind: str) -> None:
        self._kind, self._places = kind, dict[str, str]()

    def add(self, new: str, *, path: Path, line: int | None = None) -> None:
        """Take note of an id.

        Raises:
            DataError: it was there before.
        """
        if new in self._places:
            raise DataError(
                f"{self._kind} {new!r} was there before ({self._places[new]})",
                path=path,
                line=line,
                remedy=f"Give every {self._kind} an id of its own.",
            )
        self._places[new] = str(path) if line is None else f"{path}, line {line:,}"


def place(
    text: str,
    spans: Sequence[Span],
    wanted: str,
    *,
    path: Path,
    line: int,
    tally: Tally,
    remedy: str = "Check that the text is the one.",
) -> tuple[Span, ...]:
    """Return the spans of a mention that says it covers `wanted`, mended as `anchor` does.

    White space need not be the same, for many formats can't hold a line break in a mention. Parts
    that are not in the order of the text are put into it, and counted.

    Raises:
        DataError: the spans are empty, overlap, or leave the text.
    """
    ordered = tuple(sorted(spans))
    if problem := check_spans(ordered, len(text)):
        raise DataError(problem, path=path, line=line, remedy=remedy)
    example = f"{path}, line {line:,}: {wanted!r}"
    if ordered != tuple(spans):
        tally.add("parts of a mention put in the order of the text", example)
    if surface(text, spans).split() == wanted.split():
        return ordered
    parts, counts = _parts(wanted, spans), Tally()
    if all(part.strip() for part in parts):
        anchored = tuple(
            sorted(
                anchor(text, span, part, path=path, line=line, tally=counts)
                for span, part in zip(spans, parts, strict=True)
            )
        )
        if not check_spans(anchored, len(text)):
            tally.merge(counts)
            return anchored
    tally.add("offsets kept as written: the text there is another", example)
    return ordered


def _parts(wanted: str, spans: Sequence[Span]) -> list[str]:
    """Cut the surface of a mention into pieces as long as its parts."""
    if len(spans) == 1:
        return [wanted]
    pieces = []
    for start, end in spans:
        pieces.append(wanted[: end - start])
        wanted = wanted[end - start :].lstrip()
    return pieces
