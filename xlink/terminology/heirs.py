"""Names handed down: to the code that says no more than its category does.

A classification counts leaves. A letter says "type 2 diabetes", which is the name of a category;
its code is the leaf "Type 2 diabetes mellitus without complications".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xlink.types import Alias, Concept

__all__ = ["HANDED_DOWN", "handed_down", "heir"]

HANDED_DOWN = "+handed-down"
"""What is added to the source of a name that comes from a category."""

_WORD = re.compile(r"[^\W_]+")
_PARENTHESES = re.compile(r"\([^()]*\)")
# Words by which a name says that there is no more to say; "unspecified" speaks of the next word.
_NO_MORE = frozenset("unspecified uncomplicated without nos".split())
_UNSPECIFIED = re.compile(r"\bunspecified [^\W_]+")
# Words that merely go along.
_ALONG = frozenset(
    "and at by complication complications elsewhere in mention not of or other site specified "
    "the type with".split()
)


def handed_down(concepts: Iterable[Concept]) -> Iterator[Concept]:
    """Yield `concepts`, then the names of each category again for the leaf that inherits them.

    From every category names go down heir by heir until a leaf has them; where no child says that
    it is unspecified, they stay. Preferred English names tell who inherits.
    """
    names: dict[str, str] = {}
    aliases: dict[str, list[Alias]] = defaultdict(list)
    children: dict[str, list[str]] = defaultdict(list)
    for concept in concepts:
        names.setdefault(concept.id, concept.name)
        aliases[concept.id].extend(concept.aliases)
        for parent in concept.parents:
            children[parent].append(concept.id)
        yield concept
    for category in children:
        leaf = _leaf_below(category, names, children)
        if leaf is not None:
            inherited = (
                replace(
                    alias,
                    kind="synonym" if alias.kind == "preferred" else alias.kind,
                    source=alias.source + HANDED_DOWN,
                )
                for alias in aliases[category]
            )
            yield Concept(leaf, "", tuple(inherited))


def _leaf_below(
    category: str, names: Mapping[str, str], children: Mapping[str, Sequence[str]]
) -> str | None:
    seen = {category}
    place = category
    while below := children.get(place):
        chosen = heir(names.get(place, ""), {each: names.get(each, "") for each in below})
        if chosen is None or chosen in seen:
            return None
        seen.add(chosen)
        place = chosen
    return place if place != category else None


def heir(category: str, children: Mapping[str, str]) -> str | None:
    """Return the id of the child that says no more than `category`, by names; None if none does.

    Its name has the words of the category, and besides only such as say that something is
    unspecified or absent. Of several, the last by id inherits.

    >>> heir("Asthma", {"J45.2": "Mild asthma", "J45.9": "Other and unspecified asthma"})
    'J45.9'
    """
    said = _words(category) - _NO_MORE
    for child, name in sorted(children.items(), reverse=True):
        if _words(name) & _NO_MORE and said <= _words(name) and _content(name) <= said:
            return child
    return None


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_PARENTHESES.sub("", name.casefold()))) - _ALONG


def _content(name: str) -> frozenset[str]:
    """Return the words of a name that add something: not what is called unspecified."""
    return _words(_UNSPECIFIED.sub("", name.casefold())) - _NO_MORE
