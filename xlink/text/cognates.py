"""One spelling for the Greek and Latin words that European languages share.

English writes *hypothyroidism* and *ophthalmopathy*, Spanish *hipotiroidismo* and *oftalmopatía*:
the sounds are the same, and only how letters stand for them differs.
"""

from __future__ import annotations

__all__ = ["shared_spelling"]

_REWRITES = (
    ("ph", "f"),
    ("th", "t"),
    ("rh", "r"),
    ("ch", "c"),
    ("kh", "c"),
    ("qu", "c"),
    ("k", "c"),
    ("y", "i"),
)


def shared_spelling(folded: str) -> str:
    """Return a folded text with Greek and Latin letter groups as Romance languages spell them.

    >>> shared_spelling("hypothyroid ophthalmopathy")
    'hipotiroid oftalmopati'
    """
    for written, shared in _REWRITES:
        folded = folded.replace(written, shared)
    return folded
