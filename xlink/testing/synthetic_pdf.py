"""Letters as PDF with the kind of each line known, in layouts that hospitals use.

Words and names are made up. What is written where is returned, so that what a reader finds can be
counted line by line.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from xlink.errors import MissingExtraError

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

__all__ = ["Layout", "LineKind", "WrittenLine", "write_letter"]

LineKind = Literal["body", "header", "footer", "note"]

_WORDS = (
    "dolor fever chronic renal acute pain left right lung heart was seen after admission with no "
    "signs of infection patient reports cough since three days treated by tablets blood pressure "
    "normal abdomen soft liver enlarged ultrasound shows stone gallbladder wall thickened and the "
    "surgeon advised follow up in six weeks fracture femur healed asthma diabetes type two known "
    "insulin dose raised weight stable appetite good sleep poor smoker until last year mother had "
    "stroke father alive skin dry rash itching knee swollen joint fluid clear glucose high sodium "
    "low potassium creatinine elevated urine culture negative chest film without changes"
).split()
_HEADINGS = ("History", "Findings", "Assessment", "Plan", "Medication", "Allergies", "Course")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a letter looks; lengths in points.

    `header` and `footer` are numbers of lines on every page, `letterhead` of lines on the first;
    `edge` is the space from the paper's edge to header and footer. `notes` stand beside the body.
    `heading` is how much larger headings are, `fine_print` the size of some blocks of the body.
    """

    page: tuple[float, float] = (595, 842)
    margins: tuple[float, float, float, float] = (70, 90, 70, 80)
    columns: int = 1
    gutter: float = 18
    font: str = "Helvetica"
    size: float = 10
    leading: float = 1.2
    justified: bool = False
    header: int = 1
    footer: int = 1
    small: float = 8
    edge: float = 36
    letterhead: int = 0
    page_number: Literal["", "top", "bottom", "of"] = "bottom"
    notes: Literal["", "left", "right"] = ""
    tables: bool = False
    full_width_title: bool = False
    heading: float = 1
    fine_print: float = 0
    bullet: str = "-"
    vertical: bool = False
    n_blocks: int = 18


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line as it was written: its page from 1, its baseline from the top, and its ends."""

    text: str
    kind: LineKind
    page: int
    left: float
    right: float
    baseline: float


def write_letter(path: Path, layout: Layout, *, seed: int) -> list[WrittenLine]:
    """Write a letter to `path` and return its lines, those of the body in reading order.

    Raises:
        MissingExtraError: reportlab is not installed.
    """
    try:
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        raise MissingExtraError("Making PDF", "dev") from None
    canvas = Canvas(str(path), pagesize=layout.page, invariant=True)
    letter = _Letter(canvas, layout, random.Random(seed))  # noqa: S311 - of no secret
    letter.write()
    canvas.save()
    return letter.lines


class _Letter:
    def __init__(self, canvas: Canvas, layout: Layout, chance: random.Random) -> None:
        self.lines: list[WrittenLine] = []
        self._canvas, self._layout, self._chance = canvas, layout, chance
        left, self._first_y, right, bottom = layout.margins
        self._last_y = layout.page[1] - bottom
        width = layout.page[0] - left - right - layout.gutter * (layout.columns - 1)
        self._width = width / layout.columns
        self._page, self._column = 1, 0
        self._top = self._y = self._first_y
        self._running = [self._sentence(5, 9) for _ in range(layout.header)]
        self._below = [self._sentence(6, 12) for _ in range(layout.footer)]

    def write(self) -> None:
        layout = self._layout
        if layout.letterhead:
            self._letterhead()
        self._furniture()
        if layout.full_width_title:
            self._title()
        for block in range(layout.n_blocks):
            if block % 4 == 0:
                self._heading()
            if layout.tables and block % 5 == 2:
                self._table()
            elif block % 6 == 5:
                self._items()
            else:
                self._paragraph(fine=bool(layout.fine_print) and block % 3 == 1)
        self._canvas.showPage()

    def _sentence(self, least: int, most: int) -> str:
        words = self._chance.choices(_WORDS, k=self._chance.randint(least, most))
        return " ".join(words).capitalize()

    @property
    def _left(self) -> float:
        return self._layout.margins[0] + self._column * (self._width + self._layout.gutter)

    def _put(
        self,
        text: str,
        kind: LineKind,
        x: float,
        y: float,
        *,
        font: str,
        size: float,
        to: float = 0,
    ) -> None:
        """Write a line whose baseline is `y` from the top; with `to`, spread its words to there."""
        canvas = self._canvas
        width = canvas.stringWidth(text, font, size)
        line = canvas.beginText(x, self._layout.page[1] - y)
        line.setFont(font, size)
        # It stays until it is set again, even in other texts of the page.
        line.setWordSpace((to - x - width) / max(1, text.count(" ")) if to else 0)
        width = to - x if to else width
        line.textOut(text)
        canvas.drawText(line)
        self.lines.append(WrittenLine(text, kind, self._page, x, x + width, y))

    def _furniture(self) -> None:
        """Write what stands around the body of a page."""
        layout = self._layout
        left, _, right, _ = layout.margins
        font, size = layout.font, layout.small
        y = layout.edge
        for number, text in enumerate(self._running):
            x = left if number % 2 == 0 else layout.page[0] - right - 180
            self._put(text, "header", x, y, font=font, size=size)
            y += size * 1.3
        place = layout.page[1] - layout.edge + size
        for text in reversed(self._below):
            place -= size * 1.3
            self._put(text, "footer", left, place, font=font, size=size)
        self._number()
        if layout.vertical:
            self._canvas.saveState()
            self._canvas.translate(20, 300)
            self._canvas.rotate(90)
            self._canvas.setFont(font, 7)
            self._canvas.drawString(0, 0, self._sentence(4, 6))
            self._canvas.restoreState()
        if layout.notes:
            self._notes()

    def _number(self) -> None:
        layout = self._layout
        if not layout.page_number:
            return
        text = f"Page {self._page} of 9" if layout.page_number == "of" else f"{self._page}"
        right = layout.page[0] - layout.margins[2]
        x = right - self._canvas.stringWidth(text, layout.font, layout.small)
        top = layout.page_number == "top"
        y = layout.edge - 12 if top else layout.page[1] - layout.edge + 12
        self._put(text, "header" if top else "footer", x, y, font=layout.font, size=layout.small)

    def _notes(self) -> None:
        layout = self._layout
        left, top, right, _ = layout.margins
        room = (left if layout.notes == "left" else right) - 22
        x = 12 if layout.notes == "left" else layout.page[0] - right + 10
        y = top + self._chance.uniform(10, 120)
        while y < self._last_y - 40:
            for text in self._wrapped(self._sentence(3, 10), room, layout.small - 1):
                self._put(text, "note", x, y, font=layout.font, size=layout.small - 1)
                y += layout.small * 1.1
            y += self._chance.uniform(60, 240)

    def _letterhead(self) -> None:
        layout = self._layout
        y = layout.edge + layout.header * layout.small * 1.3
        for number in range(layout.letterhead):
            size = layout.small + (3 if number == 0 else 0)
            text = self._sentence(2, 5)
            x = layout.page[0] - layout.margins[2] - 150
            self._put(text, "header", x, y, font=layout.font, size=size)
            y += size * 1.3
        self._top = self._y = max(self._first_y, y + 40)

    def _title(self) -> None:
        layout = self._layout
        size = layout.size + 4
        self._y += size
        for text in self._wrapped(
            self._sentence(9, 14), layout.page[0] - 2 * layout.margins[0], size
        ):
            self._put(text, "body", layout.margins[0], self._y, font=layout.font, size=size)
            self._y += size * layout.leading
        self._y += size
        self._top = self._y

    def _step(self) -> None:
        """Go down a line, to the next column or page where there is no room."""
        self._y += self._layout.size * self._layout.leading
        if self._y <= self._last_y:
            return
        self._column += 1
        if self._column == self._layout.columns:
            self._column = 0
            self._canvas.showPage()
            self._page += 1
            self._top = self._first_y
            self._furniture()
        self._y = self._top + self._layout.size

    def _heading(self) -> None:
        self._y += self._layout.size * 0.6
        self._step()
        text = f"{self._chance.choice(_HEADINGS)} {self._chance.randint(100, 999)}"
        bold = {"Helvetica": "Helvetica-Bold", "Times-Roman": "Times-Bold"}
        font = bold.get(self._layout.font, self._layout.font)
        size = self._layout.size + self._layout.heading
        self._put(text, "body", self._left, self._y, font=font, size=size)
        self._y += self._layout.heading

    def _paragraph(self, *, fine: bool) -> None:
        layout = self._layout
        size, indent = (layout.fine_print, 6) if fine else (layout.size, 0)
        sentences = ". ".join(self._sentence(6, 20) for _ in range(self._chance.randint(2, 5)))
        lines = list(self._wrapped(f"{sentences}.", self._width - indent, size))
        for number, text in enumerate(lines):
            self._step()
            spread = layout.justified and number + 1 < len(lines)
            x, to = self._left + indent, self._left + self._width if spread else 0
            self._put(text, "body", x, self._y, font=layout.font, size=size, to=to)
        self._y += layout.size * 0.7

    def _items(self) -> None:
        layout = self._layout
        for _ in range(self._chance.randint(2, 6)):
            self._step()
            text = f"{layout.bullet} {self._sentence(2, 5)}"
            self._put(text, "body", self._left + 12, self._y, font=layout.font, size=layout.size)
        self._y += layout.size * 0.7

    def _table(self) -> None:
        layout = self._layout
        for _ in range(self._chance.randint(3, 8)):
            self._step()
            cells = (self._chance.choice(_WORDS), f"{self._chance.uniform(1, 200):.1f}", "mmol/l")
            for number, cell in enumerate(cells):
                x = self._left + number * self._width / 3
                self._put(cell, "body", x, self._y, font=layout.font, size=layout.size)
            row = self.lines[-3:]
            del self.lines[-3:]
            words = " ".join(each.text for each in row)
            self.lines.append(replace(row[0], text=words, right=row[-1].right))
        self._y += layout.size * 0.7

    def _wrapped(self, text: str, width: float, size: float) -> Iterator[str]:
        line: list[str] = []
        for word in text.split():
            longer = " ".join([*line, word])
            if line and self._canvas.stringWidth(longer, self._layout.font, size) > width:
                yield " ".join(line)
                line = []
            line.append(word)
        yield " ".join(line)
