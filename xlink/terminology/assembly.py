"""From the sources of a specification to one stream of concepts: label, extend, filter, derive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xlink.errors import UnknownNameError
from xlink.tally import Tally
from xlink.terminology.derive import Rule, derived_names
from xlink.terminology.selection import language_matches
from xlink.types import Alias, Concept, Filter

if TYPE_CHECKING:
    from xlink.protocols import TerminologySource

__all__ = ["Part", "assembled"]

_DERIVED = "+derived"


@dataclass(frozen=True, slots=True)
class Part:
    """A source, and what becomes of its concepts.

    `label` is the source of its aliases. One that `extends` only adds aliases to concepts of the
    parts before it.
    """

    source: TerminologySource
    label: str
    extends: bool = False
    derive: tuple[Rule, ...] = ()


@dataclass(slots=True)
class _Ids:
    """The ids of the concepts so far, and the current ones of their former ids."""

    current: set[str] = field(default_factory=set)
    former: dict[str, str] = field(default_factory=dict)

    def add(self, concept: Concept) -> None:
        self.current.add(concept.id)
        for former in concept.former_ids:
            self.former.setdefault(former, concept.id)

    def of(self, concept_id: str) -> str | None:
        return concept_id if concept_id in self.current else self.former.get(concept_id)


def assembled(parts: Iterable[Part], where: Filter, tally: Tally) -> Iterator[Concept]:
    """Yield the concepts of all parts that `where` admits; `within` is not looked at.

    Raises:
        UnknownNameError: nothing in the sources has a language, type or source of `where`.
        DataError: a source can't be read.
    """
    ids, sieve = _Ids(), _Sieve(where)
    for part in parts:
        for concept in part.source.concepts(tally):
            labelled = replace(concept, aliases=_labelled(concept.aliases, part.label))
            if part.extends:
                kept = _extension(labelled, ids, part.label, tally)
            elif kept := sieve.admitted(labelled):
                ids.add(kept)
            if kept is None:
                continue
            aliases = sieve.aliases(kept.aliases)
            yield replace(kept, aliases=aliases + tuple(_derived(aliases, part.derive)))
    sieve.check()


def _labelled(aliases: tuple[Alias, ...], label: str) -> tuple[Alias, ...]:
    return tuple(alias if alias.source else replace(alias, source=label) for alias in aliases)


def _extension(concept: Concept, ids: _Ids, label: str, tally: Tally) -> Concept | None:
    current = ids.of(concept.id)
    if current is None:
        tally.add(f"{label}: names skipped, for no concept has this id", concept.id)
        return None
    if current == concept.id:
        return Concept(current, "", concept.aliases)
    tally.add(f"{label}: names moved from a former id", f"{concept.id} -> {current}")
    # What was preferred for the former concept need not be for the one that replaces it.
    moved = (
        replace(alias, kind="synonym") if alias.kind == "preferred" else alias
        for alias in concept.aliases
    )
    return Concept(current, "", tuple(moved))


def _derived(aliases: tuple[Alias, ...], rules: tuple[Rule, ...]) -> Iterator[Alias]:
    if not rules:
        return
    for alias in aliases:
        if alias.kind != "abbreviation":
            for text in derived_names(alias.text, alias.language, rules):
                yield Alias(text, alias.language, "synonym", alias.source + _DERIVED)


class _Sieve:
    """A filter over a stream, which remembers what of it matched anything."""

    def __init__(self, where: Filter) -> None:
        self.where = where
        self._met: dict[str, set[str]] = {
            "language": set(),
            "source": set(),
            "semantic type": set(),
        }

    def admitted(self, concept: Concept) -> Concept | None:
        self._met["semantic type"].update(concept.types)
        wanted = self.where.types
        return None if wanted and wanted.isdisjoint(concept.types) else concept

    def aliases(self, aliases: tuple[Alias, ...]) -> tuple[Alias, ...]:
        self._met["language"].update(alias.language for alias in aliases)
        self._met["source"].update(alias.source for alias in aliases)
        languages, sources = self.where.languages, self.where.sources
        return tuple(
            alias
            for alias in aliases
            if (not sources or alias.source in sources)
            and (not languages or any(language_matches(alias.language, each) for each in languages))
        )

    def check(self) -> None:
        """Refuse a filter of which a part matched nothing, for it is misspelt."""
        languages = self._met["language"]
        for wanted in sorted(self.where.languages):
            if not any(language_matches(language, wanted) for language in languages):
                raise UnknownNameError("language", wanted, languages)
        for kind, wanted_names in (
            ("source", self.where.sources),
            ("semantic type", self.where.types),
        ):
            for name in sorted(wanted_names - self._met[kind]):
                raise UnknownNameError(kind, name, self._met[kind])
