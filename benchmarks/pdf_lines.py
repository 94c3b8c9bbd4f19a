"""Fit the classifier of lines in PDF on pages that are made, and measure it on other layouts.

python benchmarks/pdf_lines.py          measure what is in the package
python benchmarks/pdf_lines.py --fit    fit anew, and print the weights to put there
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from xlink.corpora.documents import line_kinds
from xlink.corpora.documents.page_lines import Page, Piece
from xlink.corpora.documents.pdf import pdf_pages, pdf_text
from xlink.tally import Tally
from xlink.testing.synthetic_pdf import Layout, WrittenLine, write_letter

N_FITTED = 300
# Nothing like these is fitted on: a typewriter's font, three columns and paper on its side, notes
# beside tables, long letterheads, wide footers that come near the text, one page with little on it.
HELD_OUT = {
    "typewriter": Layout(font="Courier", size=9, header=1, footer=2),
    "three columns": Layout(columns=3, size=8, page=(842, 595), gutter=14),
    "notes and tables": Layout(tables=True, notes="right", header=1, footer=2),
    "two columns, notes": Layout(columns=2, notes="left", header=2, footer=2, justified=True),
    "two columns, notes, Times": Layout(
        columns=2, notes="right", font="Times-Roman", size=9, footer=3, gutter=13
    ),
    "long letterhead": Layout(letterhead=9, header=0, page_number="of", edge=30),
    "footers near the text": Layout(footer=5, small=7, edge=20, margins=(70, 70, 70, 70)),
    "little on one page": Layout(n_blocks=3, letterhead=4, footer=3),
    "little, with notes": Layout(n_blocks=4, notes="right", header=2, footer=1),
    "fine print and large headings": Layout(
        font="Times-Roman", size=11, fine_print=8, heading=7, header=1, small=8, notes="left"
    ),
    "title over two columns": Layout(columns=2, full_width_title=True, gutter=12, header=3),
}


def layouts(chance: random.Random) -> Iterator[Layout]:
    """Yield layouts to fit on."""
    while True:
        columns = chance.choice((1, 1, 2))
        yield Layout(
            page=chance.choice(((595, 842), (612, 792))),
            margins=(
                chance.choice((50, 70, 90, 110)),
                chance.choice((80, 90, 110)),
                chance.choice((50, 70, 90, 110)),
                chance.choice((70, 80, 100)),
            ),
            columns=columns,
            gutter=chance.choice((16, 20, 24)),
            font=chance.choice(("Helvetica", "Times-Roman")),
            size=chance.choice((9, 10, 11, 12)) - (columns == 2),
            leading=chance.choice((1.15, 1.25, 1.4)),
            justified=chance.random() < 0.4,
            header=chance.choice((0, 1, 1, 2)),
            footer=chance.choice((0, 1, 2)),
            small=chance.choice((7, 8, 9, 10)),
            edge=chance.choice((28, 36, 44)),
            letterhead=chance.choice((0, 0, 3, 5)),
            page_number=chance.choice(("", "top", "bottom", "bottom", "of")),
            notes=chance.choice(("", "", "left", "right")),
            tables=columns == 1 and chance.random() < 0.3,
            full_width_title=columns == 2 and chance.random() < 0.3,
            heading=chance.choice((0, 1, 3, 6)),
            fine_print=chance.choice((0, 0, 6.5, 7, 8)),
            n_blocks=chance.choice((3, 6, 12, 25, 40)),
        )


def is_body(piece: Piece, page: Page, lines: list[WrittenLine]) -> bool:
    """Tell whether a piece is of a line that was written as body."""
    middle = (piece.left + piece.right) / 2
    return any(
        line.kind == "body"
        and line.page == page.number
        and piece.top < line.baseline < piece.bottom
        and line.left - 2 <= middle <= line.right + 2
        for line in lines
    )


def fit(folder: Path) -> tuple[np.ndarray, float]:
    """Return weights and bias fitted on random layouts."""
    chance = random.Random(7)
    features, labels = [], []
    for seed, layout in zip(range(N_FITTED), layouts(chance), strict=False):
        path = folder / "fit.pdf"
        lines = write_letter(path, layout, seed=seed)
        pages = pdf_pages(path, path=path)
        for page, found in zip(pages, line_kinds.features_of(pages), strict=True):
            features.append(found)
            labels += [is_body(each, page, lines) for each in page.pieces if each.upright]
    model = LogisticRegression(max_iter=2000)
    model.fit(np.concatenate(features), np.array(labels))
    return np.round(model.coef_[0], 2), round(float(model.intercept_[0]), 2)


def measure(path: Path, lines: list[WrittenLine]) -> tuple[int, int, int, bool]:
    """Return how many lines of the body are right, found and written, and whether in order."""
    text, placed = pdf_text(path, path=path, tally=Tally())
    found = [" ".join(text[slice(*each.span)].split()) for each in placed]
    written = [" ".join(each.text.split()) for each in lines if each.kind == "body"]
    right = (Counter(found) & Counter(written)).total()
    return right, len(found), len(written), found == written


def report(named: dict[str, Layout], folder: Path, n_seeds: int) -> None:
    """Print precision and recall of body lines by layout."""
    for name, layout in named.items():
        counts = np.zeros(4, dtype=int)
        for seed in range(1000, 1000 + n_seeds):
            path = folder / "measured.pdf"
            lines = write_letter(path, replace(layout), seed=seed)
            counts += np.array(measure(path, lines))
        right, found, written, ordered = counts
        print(
            f"| {name} | {written:,} | {right / found:.3f} | {right / written:.3f} "
            f"| {ordered} of {n_seeds} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.fit:
            weights, bias = fit(folder)
            for feature, weight in zip(line_kinds.FEATURES, weights, strict=True):
                print(f"    {weight},  # {feature}")
            print(f"bias {bias}")
            line_kinds._WEIGHTS, line_kinds._BIAS = weights, bias
            fitted = dict(zip(map(str, range(10)), layouts(random.Random(7)), strict=False))
            report(fitted, folder, 2)
        report(HELD_OUT, folder, arguments.seeds)


if __name__ == "__main__":
    sys.exit(main())
