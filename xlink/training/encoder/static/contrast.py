"""The in-batch softmax ("multiple negatives ranking", InfoNCE) with its gradient, in numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["softmax_contrast", "through_length"]

Floats = npt.NDArray[np.float32]
_BARRED = np.float32(-1e4)


def softmax_contrast(
    first: Floats, second: Floats, concepts: npt.NDArray[np.int64], *, scale: float
) -> tuple[float, Floats]:
    """Return the loss of pairs against all other pairs of the batch, and its slopes by cosine.

    With `s = scale * first @ second.T`, the loss is the mean of the cross-entropies of rows and of
    columns, the diagonal being right (van den Oord et al. 2018, equation 4, taken both ways).
    Pairs of one concept are no negatives of each other. The gradients are `slopes @ second` and
    `slopes.T @ first`.

    *Shapes:* (n, dimension) of length 1, the same, (n,) -> (n, n)
    """
    n = len(first)
    scores = (first @ second.T) * np.float32(scale)
    rivals = concepts[:, None] == concepts[None, :]
    np.fill_diagonal(rivals, val=False)
    scores[rivals] = _BARRED
    right = np.diagonal(scores).copy()
    slopes = np.exp(scores - np.float32(scale))  # cosines are at most 1
    by_row, by_column = slopes.sum(axis=1), slopes.sum(axis=0)
    loss = float((scale - right + 0.5 * (np.log(by_row) + np.log(by_column))).mean())
    slopes *= 0.5 / by_row[:, None] + 0.5 / by_column[None, :]
    slopes[np.arange(n), np.arange(n)] -= 1
    slopes *= np.float32(scale / n)
    return loss, slopes


def through_length(unit: Floats, gradients: Floats, lengths: Floats) -> Floats:
    """Return gradients by vectors, given those by the same vectors brought to length 1.

    *Shapes:* (n, dimension), (n, dimension), (n, 1) -> (n, dimension)
    """
    along = (unit * gradients).sum(axis=1, keepdims=True)
    result: Floats = (gradients - unit * along) / lengths
    return result
