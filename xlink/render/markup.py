"""Text of others on its way into HTML."""

from __future__ import annotations

import re
from html import escape

__all__ = ["escaped", "lang", "phrase", "plural"]

# HTML has no way to write these, and UTF-8 none for the lone surrogates among them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def escaped(text: str) -> str:
    """Return `text` as it may stand in an element or in a quoted attribute."""
    return escape(_UNPRINTABLE.sub("\ufffd", text), quote=True)


def phrase(text: str, language: str) -> str:
    """Return foreign words, kept apart from the direction of the text around them."""
    return f"<bdi{lang(language)}>{escaped(text)}</bdi>"


def lang(language: str) -> str:
    """Return the attribute that tells the language, or nothing where it is not known."""
    return "" if language in ("", "und") else f' lang="{escaped(language)}"'


def plural(n: int, noun: str) -> str:
    """Return how many there are of something: `1 link`, `2,000 links`."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
