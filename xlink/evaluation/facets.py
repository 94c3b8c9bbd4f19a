"""What mentions can be told apart by: a label a mention for each facet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlink.errors import SpecError, UnknownNameError
from xlink.evaluation.confusion import types_of
from xlink.evaluation.items import Items
from xlink.evaluation.retrieval import rows_of
from xlink.evaluation.surfaces import Names, Training
from xlink.terminology import Terminology
from xlink.text.keys import surface_key

__all__ = ["FACETS", "Setting", "facet_labels"]

NONE = "(none)"


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What mentions are seen against. `names` come with a terminology."""

    terminology: Terminology | None = None
    names: Names | None = None
    training: Training | None = None


def facet_labels(name: str, items: Items, setting: Setting) -> list[str]:
    """Return the label of each item under facet `name`.

    Raises:
        UnknownNameError: there is no such facet.
        SpecError: it needs a terminology or training documents, and there are none.
    """
    if name not in FACETS:
        raise UnknownNameError("facet", name, FACETS)
    return FACETS[name](items, setting)


def _language(items: Items, _: Setting) -> list[str]:
    return items.languages


def _label(items: Items, _: Setting) -> list[str]:
    return [mention.label or NONE for mention in items.mentions]


def _type(items: Items, setting: Setting) -> list[str]:
    terminology = setting.terminology
    if terminology is None:
        raise SpecError("Semantic types need a terminology.")
    places, ids = items.pairs()
    types = types_of(rows_of(terminology, ids), places, len(items), terminology)
    return [each or NONE for each in types]


def _seen(items: Items, setting: Setting) -> list[str]:
    known = _training(setting).surfaces
    surfaces = (surface_key(mention.text) for mention in items.mentions)
    return ["seen" if surface in known else "unseen" for surface in surfaces]


def _seen_concept(items: Items, setting: Setting) -> list[str]:
    known = _training(setting).concepts
    return [NONE if not ids else "unseen" if ids.isdisjoint(known) else "seen" for ids in items.ids]


def _words(items: Items, _: Setting) -> list[str]:
    counts = (len(mention.text.split()) for mention in items.mentions)
    return [str(count) if count < 5 else "5 or more" for count in counts]


def _ambiguity(items: Items, setting: Setting) -> list[str]:
    names = _names(setting)
    counts = (len(names.concepts(mention)) for mention in items.mentions)
    return [str(count) if count < 3 else "3 or more" for count in counts]


def _exact(items: Items, setting: Setting) -> list[str]:
    names = _names(setting)
    own: list[set[int]] = [set() for _ in range(len(items))]
    places, ids = items.pairs()
    if setting.terminology is not None:
        rows = rows_of(setting.terminology, ids).tolist()
        for place, row in zip(places.tolist(), rows, strict=True):
            own[place].add(row)
    found = []
    for mention, rows in zip(items.mentions, own, strict=True):
        named = names.concepts(mention)
        found.append("no name" if not named else "its name" if named & rows else "another's name")
    return found


def _generator(items: Items, _: Setting) -> list[str]:
    return [name or NONE for name in items.generators]


def _names(setting: Setting) -> Names:
    if setting.names is None:
        raise SpecError("Ambiguity and exactness of mentions need a terminology.")
    return setting.names


def _training(setting: Setting) -> Training:
    if setting.training is None:
        raise SpecError("What is seen or unseen needs training documents.")
    return setting.training


FACETS: dict[str, Callable[[Items, Setting], list[str]]] = {
    "language": _language,
    "label": _label,
    "type": _type,
    "seen": _seen,
    "seen-concept": _seen_concept,
    "words": _words,
    "ambiguity": _ambiguity,
    "exact": _exact,
    "generator": _generator,
}
"""The facets by name; each returns one label an item."""
