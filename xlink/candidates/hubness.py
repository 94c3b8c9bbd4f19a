"""Hubs: names that stand near to everything. What they lose, learned from banks of vectors.

All corrections here come down to one penalty a name, so any search can apply them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Csls", "DualInvertedSoftmax", "Hubness", "occurrence_skewness"]

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.integer]

_BLOCK = 4_096


class Hubness(Protocol):
    """Learns how much of a hub each name is."""

    def penalties(self, names: Floats, concepts: Rows, query_bank: Floats) -> Floats:
        """Return what to take off the cosine with each name.

        *Shapes:* `names` (n, dimension) and `query_bank` (b, dimension), all of length 1;
        `concepts` (n,) says whose name each is; the result (n,), 0 on average.
        """
        ...


@dataclass(frozen=True, slots=True)
class DualInvertedSoftmax:
    """Dual inverted softmax of Dual Bank Normalisation (Wang, Jian and Xue, EMNLP 2023).

    The similarity of query q and name g becomes

        exp(β₁ s(q, g)) / Σ_b exp(β₁ s(b, g))  ·  exp(β₂ s(q, g)) / Σ_c exp(β₂ s(c, g))

    with b in the query bank and c in the gallery bank. Its logarithm over β₁ + β₂ is the cosine
    less a penalty. The gallery bank is a sample of the names, of which those of the concept that g
    belongs to don't count: that synonyms are alike is as it should be.

    Without a query bank, the second factor stands alone. The banks are seeded samples of
    `bank_size`.
    """

    query_scale: float = 20.0
    gallery_scale: float = 20.0
    bank_size: int = 5_000
    seed: int = 0

    def penalties(self, names: Floats, concepts: Rows, query_bank: Floats) -> Floats:
        """Return the mean logarithm of the two sums, centred. *Shape:* (n,)"""
        rng = np.random.default_rng(self.seed)
        chosen = _sample(rng, len(names), self.bank_size)
        queries = query_bank[_sample(rng, len(query_bank), self.bank_size)]
        total, scale = np.zeros(len(names)), 0.0
        if len(queries):
            total += _log_sums(names, queries, self.query_scale)
            scale += self.query_scale
        if len(chosen):
            owners = (concepts, concepts[chosen])
            total += _log_sums(names, names[chosen], self.gallery_scale, owners)
            scale += self.gallery_scale
        return _centred(total / scale) if scale else np.zeros(len(names), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Csls:
    """Cross-domain similarity local scaling (Conneau et al., ICLR 2018), the baseline.

    2 s(q, g) - r(q) - r(g), where r is the mean cosine with the `neighbours` nearest of the other
    side. Halved, and without r(q), which moves all names alike, it is the cosine less r(g) / 2.
    Without a query bank, the nearest names of other concepts take its place.
    """

    neighbours: int = 10
    bank_size: int = 5_000
    seed: int = 0

    def penalties(self, names: Floats, concepts: Rows, query_bank: Floats) -> Floats:
        """Return half the mean cosine with the nearest of the bank, centred. *Shape:* (n,)"""
        rng = np.random.default_rng(self.seed)
        if len(query_bank):
            bank, owners = query_bank[_sample(rng, len(query_bank), self.bank_size)], None
        else:
            chosen = _sample(rng, len(names), self.bank_size)
            bank, owners = names[chosen], (concepts, concepts[chosen])
        k = min(self.neighbours, len(bank))
        means = np.zeros(len(names))
        if k == 0:
            return _centred(means)
        for start in range(0, len(names), _BLOCK):
            part = slice(start, start + _BLOCK)
            cosines = _cosines(names, bank, part, owners)
            means[part] = np.partition(cosines, -k, axis=1)[:, -k:].clip(-1).mean(axis=1)
        return _centred(means / 2)


def occurrence_skewness(lists: Sequence[Rows] | npt.NDArray[np.integer], n_names: int) -> float:
    """Return the skewness of how often each of `n_names` is in the lists of nearest names.

    Near 0 where all are found equally often; the higher, the more a few hubs are found in place of
    others (Radovanović et al., JMLR 2010).
    """
    counts = np.zeros(n_names)
    for rows in lists:
        counts += np.bincount(rows, minlength=n_names)
    spread = counts.std()
    return float(((counts - counts.mean()) ** 3).mean() / spread**3) if spread else 0.0


def _sample(rng: np.random.Generator, n: int, size: int) -> npt.NDArray[np.int64]:
    return np.sort(rng.choice(n, size=min(n, size), replace=False)) if n else np.empty(0, np.int64)


def _log_sums(
    names: Floats, bank: Floats, scale: float, owners: tuple[Rows, Rows] | None = None
) -> npt.NDArray[np.float64]:
    sums = np.empty(len(names))
    for start in range(0, len(names), _BLOCK):
        part = slice(start, start + _BLOCK)
        cosines = _cosines(names, bank, part, owners)
        sums[part] = np.exp(scale * cosines).sum(axis=1)
    alone = sums == 0  # the bank holds nothing but names of the same concept
    sums[alone] = sums[~alone].mean() if (~alone).any() else 1
    logarithms: npt.NDArray[np.float64] = np.log(sums)
    return logarithms


def _cosines(names: Floats, bank: Floats, part: slice, owners: tuple[Rows, Rows] | None) -> Floats:
    cosines: Floats = names[part] @ bank.T
    if owners is not None:
        own, of_bank = owners
        cosines[own[part][:, None] == of_bank[None, :]] = -np.inf
    return cosines


def _centred(values: npt.NDArray[np.float64]) -> Floats:
    return (values - values.mean()).astype(np.float32) if len(values) else values.astype(np.float32)
