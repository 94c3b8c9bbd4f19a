"""Identifiers of SNOMED CT: item, namespace, partition and Verhoeff check digit in one number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["check_digits", "is_concept", "is_valid", "sctids"]

Ids = npt.NDArray[np.int64]


def _tables() -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Return the product of the dihedral group D5, the powers of Verhoeff's permutation, inverses.

    J. Verhoeff, Error Detecting Decimal Codes, Mathematical Centre Tracts 29, 1969.
    """
    one, other = np.divmod(np.arange(10), 5), np.divmod(np.arange(10), 5)
    flips, turns = one[0][:, None], one[1][:, None]
    turned = np.where(flips == 0, turns + other[1], turns - other[1]) % 5
    product = (turned + 5 * (flips ^ other[0])).astype(np.int8)
    permutation = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])
    powers = [np.arange(10)]
    for _ in range(7):
        powers.append(permutation[powers[-1]])
    inverse = np.argmin(product, axis=1).astype(np.int8)
    return product, np.stack(powers).astype(np.int8), inverse


_PRODUCT, _POWERS, _INVERSE = _tables()


def _checksum(numbers: Ids, first_place: int) -> npt.NDArray[np.int8]:
    """Return Verhoeff's sum of the digits, the last of which stands at `first_place`."""
    rest, sums, place = numbers.copy(), np.zeros(len(numbers), dtype=np.int8), first_place
    while (going := rest > 0).any():
        rest, digits = np.divmod(rest, 10)
        sums = np.where(going, _PRODUCT[sums, _POWERS[place % 8, digits]], sums)
        place += 1
    return sums


def check_digits(stems: Ids) -> npt.NDArray[np.int8]:
    """Return the digit that makes each of `stems`, put before it, an identifier."""
    return _INVERSE[_checksum(stems, 1)]


def is_valid(ids: Ids) -> npt.NDArray[np.bool_]:
    """Tell which numbers have 6 to 18 digits and the right check digit."""
    valid: npt.NDArray[np.bool_] = _checksum(np.maximum(ids, 0), 0) == 0
    return valid & (ids >= 10**5) & (ids < 10**18)


def is_concept(ids: Ids) -> npt.NDArray[np.bool_]:
    """Tell which identifiers are those of concepts, by their partition (`00` or `10`)."""
    in_partition: npt.NDArray[np.bool_] = ids // 10 % 10 == 0
    return in_partition


def sctids(items: Ids, component: int, namespace: int | None = None) -> Ids:
    """Make identifiers; `component` is 0 for concepts, 1 for descriptions, 2 for relationships.

    With a `namespace`, they are those of an extension.
    """
    stems = items if namespace is None else items * 10**7 + namespace
    stems = stems * 100 + component + (0 if namespace is None else 10)
    return stems * 10 + check_digits(stems)
