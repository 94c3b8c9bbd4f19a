"""Options of readers as code and command lines give them: one word, or several."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from xlink.errors import SpecError

__all__ = ["choices", "words"]


def words(value: str | Collection[str]) -> tuple[str, ...]:
    """Return an option as a tuple, for a command line gives a single value as a bare string."""
    return (value,) if isinstance(value, str) else tuple(value)


def choices(
    value: str | Collection[str], known: Iterable[str], *, corpus: str, option: str
) -> tuple[str, ...]:
    """Return the words of `value`, each of which must be one that is known.

    Raises:
        SpecError: there is no word, or one that `corpus` does not have.
    """
    known = tuple(known)
    chosen = words(value)
    unknown = [each for each in chosen if each not in known]
    if unknown or not chosen:
        got = repr(unknown[0]) if unknown else "nothing"
        raise SpecError(f"{corpus} has no {option} {got}. Known: {', '.join(known)}.")
    return chosen
