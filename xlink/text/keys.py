"""Keys that names are looked up by: stricter and more lenient than the folded text itself."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from xlink.text.folding import fold
from xlink.text.tokens import connectives, stem, token_spans

__all__ = ["ROMAN_NUMERALS", "bag_key", "bag_key_of_folded", "key_hashes", "surface_key"]

ROMAN_NUMERALS = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
}


def surface_key(text: str) -> str:
    """Return `text` as written but for case, width and spacing (NFKC, case folded).

    >>> surface_key("Crohn  Disease")
    'crohn disease'
    """
    # Before folding case, for compatible forms hide capitals (㎒); after it, for it takes apart.
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def bag_key(text: str, language: str) -> str:
    """Return the stems of `text` in alphabetical order, articles and prepositions left out.

    Word order, inflection, British or American spelling and Roman numerals no longer matter.

    >>> bag_key("Tumours of the liver", "en") == bag_key("Liver tumor", "en")
    True
    """
    return bag_key_of_folded(fold(text), language)


@lru_cache(maxsize=65_536)
def bag_key_of_folded(folded: str, language: str) -> str:
    """Return the `bag_key` of a text that is folded already."""
    ignored = connectives(language)
    tokens = [folded[start:end] for start, end in token_spans(folded)]
    kept = [token for token in tokens if token not in ignored and token != "s"] or tokens
    return " ".join(sorted(ROMAN_NUMERALS.get(token) or stem(token, language) for token in kept))


def key_hashes(keys: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Hash keys to 64 bits: with ten million names a false hit is a matter of one in 10^12."""
    digests = [
        hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for key in keys
    ]
    return np.frombuffer(b"".join(digests), dtype="<u8")
