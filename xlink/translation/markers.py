"""Signs around mentions that a translation model carries along: put in, and read back.

Brackets survive translation best (Chen et al., Frustratingly Easy Label Projection, ACL 2023
Findings). Tags have numbers, so that it is known which mention is which where the order changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlink.types import Span

__all__ = ["MARKERS", "Marker", "Piece", "Reading"]

_NO_SPACE_BEFORE = re.compile(r"[\s.,;:!?)\]}。、，；：！？）]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A marked part of a translation, with the number that its marker has, if it has one."""

    span: Span
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A translation without its markers, and what they enclosed, in order."""

    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Marker:
    """One kind of sign; `{}` stands for the number of the mention.

    `signs` finds them as models write them. Its groups `opening` and `closing` say which of the
    two it is; where neither has matched, each sign ends what the one before began.
    """

    name: str
    opening: str
    closing: str
    signs: re.Pattern[str]

    def fits(self, text: str) -> bool:
        """Tell whether a text is free of these signs, so that all that come back are ours."""
        return self.signs.search(text) is None

    def marked(self, text: str, spans: Sequence[Span]) -> str:
        """Put the signs around `spans`, which are in order and do not overlap."""
        parts, last = [], 0
        for number, (start, end) in enumerate(spans, start=1):
            parts += [text[last:start], self.opening.format(number)]
            parts += [text[start:end], self.closing.format(number)]
            last = end
        return "".join([*parts, text[last:]])

    def read(self, text: str) -> Reading:
        """Take the signs out of a translation; those that have lost their other half count not.

        White space between a sign and what it encloses is put outside.
        """
        plain, borders = _without(self.signs, text)
        pieces = tuple(piece for piece in _pieces(borders) if piece.span[0] < piece.span[1])
        return Reading(plain, pieces)


@dataclass(frozen=True, slots=True)
class _Border:
    """Where a sign stood in the text without them; `opens` is None where it may do either."""

    place: int
    opens: bool | None
    number: int | None


def _without(signs: re.Pattern[str], text: str) -> tuple[str, list[_Border]]:
    plain, last = "", 0
    borders: list[_Border] = []
    is_open = wants_space = False
    for sign in signs.finditer(text):
        plain = _joined(plain, text[last : sign.start()], wants_space)
        last, wants_space = sign.end(), False
        opens = _opens(sign)
        is_open = opens if opens is not None else not is_open
        if is_open:
            # What follows begins without its space, which then belongs before the sign.
            inner = len(text) - len(text[last:].lstrip())
            if inner > last and plain and not plain[-1].isspace():
                plain += " "
            last = inner
        else:
            stripped = plain.rstrip()
            wants_space, plain = len(stripped) < len(plain), stripped
        borders.append(_Border(len(plain), opens, _number(sign)))
    plain = _joined(plain, text[last:], wants_space)
    return plain.rstrip(), borders


def _joined(plain: str, following: str, wants_space: bool) -> str:
    if not plain or plain[-1].isspace():
        return plain + following.lstrip()
    if wants_space and following and not _NO_SPACE_BEFORE.match(following):
        return f"{plain} {following}"
    return plain + following


def _opens(sign: re.Match[str]) -> bool | None:
    groups = sign.groupdict()
    if groups.get("opening") is not None:
        return True
    return False if groups.get("closing") is not None else None


def _number(sign: re.Match[str]) -> int | None:
    number = sign.groupdict().get("number")
    return None if number is None else int(number)


def _pieces(borders: Sequence[_Border]) -> Iterator[Piece]:
    """Yield what stands between an opening sign and the closing one that follows it."""
    begun: _Border | None = None
    for border in borders:
        if begun is None or border.opens:
            begun = None if border.opens is False else border
        elif begun.number == border.number:
            yield Piece((begun.place, border.place), begun.number)
            begun = None
        else:
            begun = None


_BRACKETS = Marker("brackets", "[", "]", re.compile(r"(?P<opening>[\[［【])|(?P<closing>[\]］】])"))
_TAGS = Marker(
    "tags",
    "<{}>",
    "</{}>",
    re.compile(
        r"(?:<|＜|&lt;)\s*(?:(?P<closing>[/／])|(?P<opening>))\s*(?P<number>\d+)\s*(?:>|＞|&gt;)"
    ),
)
_QUOTES = Marker("quotes", '"', '"', re.compile("[\"“”„«»＂]|''|``"))

MARKERS: Mapping[str, Marker] = {each.name: each for each in (_BRACKETS, _TAGS, _QUOTES)}
