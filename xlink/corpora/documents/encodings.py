"""The encoding of a text that does not say it: by its first bytes, UTF-8, then by statistics."""

from __future__ import annotations

import codecs
from pathlib import Path

from xlink.errors import DataError, MissingExtraError

__all__ = ["detected_encoding"]

_MARKS = (  # those of UTF-32 begin like those of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)
_LOOKED_AT_BYTES = 200_000


def detected_encoding(content: bytes, *, path: Path) -> str:
    """Return the encoding of `content`: that of its byte order mark, UTF-8 if it is, or a guess.

    Raises:
        DataError: it is no text in any encoding.
        MissingExtraError: it is not UTF-8, and charset-normalizer is not installed.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(content, path)
    return "utf-8"


def _guessed(content: bytes, path: Path) -> str:
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise MissingExtraError("Detecting encodings", "encodings") from None
    best = from_bytes(content[:_LOOKED_AT_BYTES]).best()
    if best is None or b"\0" in content:
        raise DataError(
            "it is not text in any encoding", path=path, remedy="Leave the file out, or mend it."
        )
    try:
        content.decode(best.encoding)
    except UnicodeDecodeError:
        return "cp1252" if best.encoding == "ascii" else "latin-1"
    return best.encoding
