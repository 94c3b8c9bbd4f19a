"""From one label a word to entities: BIO, BILOU, BIOES and IO, told by the labels themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["Tag", "entities", "tag_of"]

Tag = tuple[str, str]
"""How a word stands in an entity (`B I E S`, or `O` outside) and the entity's type."""

_PREFIXED = re.compile(r"([BIELSU])(?:[-_](.+))?")
_BILOU = {"L": "E", "U": "S"}


def tag_of(label: str) -> Tag:
    """Take the label of a model apart; one without a prefix is a type, as in the scheme IO.

    >>> tag_of("B-Disease"), tag_of("U-Drug"), tag_of("Disease"), tag_of("O")
    (('B', 'Disease'), ('S', 'Drug'), ('I', 'Disease'), ('O', ''))
    """
    if label == "O":
        return "O", ""
    match = _PREFIXED.fullmatch(label)
    if match is None:
        return "I", label
    return _BILOU.get(match[1], match[1]), match[2] or ""


def entities(tags: Iterable[Tag]) -> Iterator[tuple[int, int, str]]:
    """Yield first word, one past the last, and type of each entity.

    Models break their scheme at times: an entity that continues without a beginning begins there.

    >>> list(entities([("I", "x"), ("I", "x"), ("B", "x"), ("I", "y"), ("O", "")]))
    [(0, 2, 'x'), (2, 3, 'x'), (3, 4, 'y')]
    """
    first, open_type, number = 0, None, -1
    for number, (place, type_) in enumerate(tags):
        if open_type is not None and (place in "OBS" or type_ != open_type):
            yield first, number, open_type
            open_type = None
        if place != "O" and open_type is None:
            first, open_type = number, type_
        if place in "ES" and open_type is not None:
            yield first, number + 1, open_type
            open_type = None
    if open_type is not None:
        yield first, number + 1, open_type
