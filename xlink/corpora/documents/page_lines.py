"""The pieces of lines on a page of a PDF, put together from characters and their boxes.

A piece is what stands on one line without a gap as wide as between columns. Coordinates are points
from the left and top of the page as it is shown.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

__all__ = ["Page", "Piece", "page_of"]

_WORD_GAP = 0.13
"""The least space between words, in heights of a line; letters of a word are nearer."""
_PIECE_GAP = 0.8
"""The most space between words, in heights of a line; columns are farther apart."""
_NARROW_GAP = 0.35
"""The most where letters change their size, or where many lines begin: a note stands beside."""
_WIDEST_GAP = 1.1
"""The most in spread lines, where no other line begins after the space."""
_SAME_LINE = 0.5
"""How much of the lower of two boxes must be beside the other on the same line."""
_MOST_PIECES = 4_000
_LARGEST = 15_000
"""The longest side of a page of text; the format allows 14,400 without a unit of its own."""
_SAME_SIZE = 0.85
_FEW = 3
_EDGE = 0.2
_UPRIGHT_RADIANS = 0.1


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line with its box; `upright` unless it is written up, down or aslant."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    upright: bool = True

    @property
    def height(self) -> float:
        """Height of the line, a little more than the size of its font."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """Width of the piece."""
        return self.right - self.left

    def beside(self, other: Piece) -> bool:
        """Tell whether both stand on the same line."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared >= _SAME_LINE * min(self.height, other.height)

    def joined(self, other: Piece, between: str) -> Piece:
        """Return this piece and one that follows it as one."""
        return Piece(
            self.text + between + other.text,
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
            self.upright and other.upright,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """The pieces of one page; pages count from 1. `has_images` tells whether there are any.

    A page of more than 4,000 pieces is a drawing or a map: it is `left_out`, without pieces.
    """

    number: int
    width: float
    height: float
    pieces: tuple[Piece, ...]
    has_images: bool = False
    left_out: bool = False


def page_of(page: PdfPage, number: int) -> Page:
    """Return the pieces of a page of pypdfium2, from left to right."""
    import pypdfium2.raw as pdfium

    place = _Placer(page)
    runs = list(_runs(_characters(page, place)))
    if len(runs) > _MOST_PIECES:  # what looks at them in pairs would take minutes
        return Page(number, *place.size, (), left_out=True)
    upright = sorted((run for run in runs if run.upright), key=lambda run: (run.left, run.top))
    aslant = [run for run in runs if not run.upright]
    has_images = any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]))
    return Page(number, *place.size, (*_merged(upright), *aslant), has_images)


def _characters(page: PdfPage, place: _Placer) -> Iterator[Piece]:
    """Yield the characters in reading order of the file; a space is one of width 0."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    box = pdfium.FS_RECTF()
    for index in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, index)
        character = _character(code)
        if not character or not pdfium.FPDFText_GetLooseCharBox(text, index, ctypes.byref(box)):
            continue
        if character.isspace():
            yield Piece(" ", 0, 0, 0, 0)
            continue
        angle = pdfium.FPDFText_GetCharAngle(text, index)
        placed = place(character, (box.left, box.bottom, box.right, box.top), angle)
        if placed.height > 0 and place.shows(placed):
            yield placed


def _character(code: int) -> str:
    """Return the character of a code; pdfium has one of its own for hyphens that end a line."""
    if code in (0xFFFE, 0x02):
        return "-"
    is_control = code < 0x20 and chr(code) not in "\t\n\r"
    return "" if is_control or code == 0xFFFF or 0xD800 <= code < 0xE000 else chr(code)


class _Placer:
    """Turns boxes of a page's own coordinates to those of the page as it is shown."""

    def __init__(self, page: PdfPage) -> None:
        self._rotation = page.get_rotation()
        self._left, self._bottom, self._right, self._top = page.get_cropbox()

    def __call__(self, text: str, box: tuple[float, float, float, float], angle: float) -> Piece:
        corners = [self._shown(box[0], box[1]), self._shown(box[2], box[3])]
        (left, top), (right, bottom) = (
            map(min, zip(*corners, strict=True)),
            map(max, zip(*corners, strict=True)),
        )
        turned = abs((angle + math.radians(self._rotation) + math.pi) % math.tau - math.pi)
        return Piece(text, left, top, right, bottom, turned < _UPRIGHT_RADIANS)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as it is shown."""
        width, height = self._right - self._left, self._top - self._bottom
        return (width, height) if self._rotation % 180 == 0 else (height, width)

    def shows(self, piece: Piece) -> bool:
        """Tell whether the middle of a piece is on the page; files may have text beside it."""
        width, height = self.size
        x, y = (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2
        return 0 <= x <= width <= _LARGEST and 0 <= y <= height <= _LARGEST

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self._left, self._top - y
        width, height = self._right - self._left, self._top - self._bottom
        if self._rotation == 90:
            return height - y, x
        if self._rotation == 180:
            return width - x, height - y
        return (y, width - x) if self._rotation == 270 else (x, y)


def _runs(characters: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces of characters that follow each other in the file and on the page."""
    letters: list[str] = []
    last = whole = None
    spaced = False
    for each in characters:
        if each.text == " ":
            spaced = True
            continue
        if last is not None and whole is not None and _follows(last, each):
            gap = max(each.left - last.right, last.left - each.right)
            if spaced or gap > _WORD_GAP * last.height:
                letters.append(" ")
            letters.append(each.text)
            whole = whole.joined(each, "")
        else:
            if whole is not None:
                yield _named(whole, letters)
            letters, whole = [each.text], each
        last, spaced = each, False
    if whole is not None:
        yield _named(whole, letters)


def _named(whole: Piece, letters: list[str]) -> Piece:
    return Piece("".join(letters), whole.left, whole.top, whole.right, whole.bottom, whole.upright)


def _follows(last: Piece, each: Piece) -> bool:
    if last.upright != each.upright:
        return False
    if not each.upright:  # whatever its direction, the next letter is near
        reach = 2 * max(each.width, each.height, last.width, last.height)
        return abs(each.left - last.left) + abs(each.top - last.top) < reach
    gap = max(each.left - last.right, last.left - each.right)
    lower, higher = sorted((last.height, each.height))
    space = _PIECE_GAP if lower >= _SAME_SIZE * higher else _NARROW_GAP
    return last.beside(each) and gap <= space * lower


def _merged(runs: Sequence[Piece]) -> list[Piece]:
    """Join runs, given from left to right, that stand side by side as words of a line do.

    Where other lines begin, a column or a note may begin too, and less space divides.
    """
    lefts = Counter(round(run.left) for run in runs)
    lines: list[Piece] = []
    for run in runs:
        begin_here = sum(lefts[round(run.left) + step] for step in (-1, 0, 1))
        for place, line in enumerate(lines):
            gap = run.left - line.right
            if line.beside(run) and -line.height < gap <= _most_space(
                line, run, begin_here, len(runs)
            ):
                between = " " if gap > _WORD_GAP * line.height else ""
                lines[place] = line.joined(run, between)
                break
        else:
            lines.append(run)
    return lines


def _most_space(line: Piece, run: Piece, begin_here: int, n_runs: int) -> float:
    lower, higher = sorted((line.height, run.height))
    if lower < _SAME_SIZE * higher or begin_here >= max(_FEW, _EDGE * n_runs):
        return _NARROW_GAP * lower
    return (_PIECE_GAP if begin_here >= _FEW else _WIDEST_GAP) * lower
