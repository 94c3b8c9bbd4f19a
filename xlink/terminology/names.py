"""Names as they are stored: as the source writes them, but for stray spacing."""

from __future__ import annotations

__all__ = ["tidy"]

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))


def tidy(name: str) -> str:
    r"""Return `name` with words one space apart, and without characters that nobody sees.

    >>> tidy("  Typhoid\u00a0 fever\u200b")
    'Typhoid fever'
    """
    return " ".join(name.translate(_INVISIBLE).split())
