"""Text with overlapping mentions as nested elements, which is all that HTML can say."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlink.types import Span

__all__ = ["Close", "Open", "lay_out"]


@dataclass(frozen=True, slots=True)
class Open:
    """An element for mention `number` begins; `first` unless an earlier one was for it too."""

    number: int
    first: bool


@dataclass(frozen=True, slots=True)
class Close:
    """The element that was opened last ends."""


def lay_out(text: str, mentions: Sequence[Sequence[Span]]) -> Iterator[str | Open | Close]:
    """Yield the text in order, with the beginnings and ends of properly nested elements.

    `mentions` are the spans of each mention. The parts of a discontinuous mention become elements
    of their own; where two mentions cross, the one that begins later is cut at the other's end.
    """
    waiting = [
        (start, -end, number) for number, spans in enumerate(mentions) for start, end in spans
    ]
    heapq.heapify(waiting)
    ends: list[int] = []
    begun: set[int] = set()
    place = 0
    while waiting or ends:
        if ends and (not waiting or ends[-1] <= waiting[0][0]):
            end = ends.pop()
            yield text[place:end]
            yield Close()
            place = end
            continue
        start, minus_end, number = heapq.heappop(waiting)
        end = min(-minus_end, ends[-1]) if ends else -minus_end
        if end < -minus_end:
            heapq.heappush(waiting, (end, minus_end, number))
        yield text[place:start]
        yield Open(number, number not in begun)
        begun.add(number)
        ends.append(end)
        place = start
    yield text[place:]
