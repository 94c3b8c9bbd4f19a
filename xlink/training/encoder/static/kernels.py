"""The loops of training a bag of features: sums, gradients and Adam for the rows that a batch has.

A batch touches a part of the table, so gradients and moments are kept dense and visited by a list
of rows ("lazy" Adam). Compiled when first called, and kept.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from xlink.candidates.ngram_index.compiled import compiled

__all__ = ["adam_step", "scatter_gradients", "sum_rows"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@compiled
def sum_rows(
    bounds: Ints, rows: Rows, texts: Ints, dropped: Flags, table: Floats, sums: Floats
) -> None:
    """Write the sum of the vectors that each text has, but for dropped rows.

    *Shapes:* `dropped` (rows,); `sums` (texts, dimension)
    """
    for number in range(len(texts)):
        text = texts[number]
        sums[number] = 0
        for place in range(bounds[text], bounds[text + 1]):
            row = rows[place]
            if dropped[row]:
                continue
            for column in range(table.shape[1]):
                sums[number, column] += table[row, column]


@compiled
def scatter_gradients(
    bounds: Ints,
    rows: Rows,
    texts: Ints,
    dropped: Flags,
    gradients: Floats,
    totals: Floats,
    marks: Rows,
    mark: int,
    touched: Rows,
) -> int:
    """Add the gradient of each text to its rows that are not dropped; return how many there are.

    They are listed in `touched`; `marks` (rows,) shows `mark` for those that are.
    """
    n_touched = 0
    for number in range(len(texts)):
        text = texts[number]
        for place in range(bounds[text], bounds[text + 1]):
            row = rows[place]
            if dropped[row]:
                continue
            if marks[row] != mark:
                marks[row] = mark
                touched[n_touched] = row
                n_touched += 1
            for column in range(totals.shape[1]):
                totals[row, column] += gradients[number, column]
    return n_touched


@compiled
def adam_step(
    table: Floats,
    totals: Floats,
    first: Floats,
    second: Floats,
    touched: Rows,
    rate: float,
) -> None:
    """Move the touched rows by Adam (Kingma and Ba, 2015) and clear their gradients.

    Moments decay by .9 and .99 with each batch that has the row; the bias of the first batches is
    left, which makes new rows move further.
    """
    step = np.float32(rate)
    keep, keep_squares = np.float32(0.9), np.float32(0.99)
    add, add_squares, least = np.float32(0.1), np.float32(0.01), np.float32(1e-8)
    for number in range(len(touched)):
        row = touched[number]
        for column in range(table.shape[1]):
            gradient = totals[row, column]
            totals[row, column] = 0
            moment = keep * first[row, column] + add * gradient
            square = keep_squares * second[row, column] + add_squares * gradient * gradient
            first[row, column], second[row, column] = moment, square
            table[row, column] -= step * moment / (math.sqrt(square) + least)
