"""Views: a terminology under the ids of another one, through mappings and cross-references.

concepts ──survey──▶ targets by id ──rekeyed──▶ the same names under the ids of the view
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Literal

from xlink.tally import Tally
from xlink.terminology.sssom import read_sssom
from xlink.types import Alias, Concept

__all__ = ["View", "rekeyed"]

Ids = tuple[str, ...]
_Table = defaultdict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The ids that a terminology is re-keyed to, and what may lead to them.

    `prefixes` are those that mappings and xrefs write before the ids of the view, with wildcards
    and in any case; `id` is the pattern of what follows. `predicates` are read from the side of
    the concept: `skos:broadMatch` puts its names under a broader concept of the view. `several`
    says what becomes of a concept with several ids in the view: `"all"` of them have its names,
    or only those of the `"mapped"` ones if mappings give any, or it is left out (`"skip"`).
    """

    prefixes: tuple[str, ...]
    id: re.Pattern[str] = re.compile(r".+")
    mappings: tuple[Path, ...] = ()
    predicates: tuple[str, ...] = ("skos:exactMatch",)
    xrefs: bool = True
    several: Literal["all", "mapped", "skip"] = "all"
    on_error: Literal["raise", "skip"] = "raise"

    def names(self, curie: str) -> bool:
        """Tell whether `curie` has a prefix of the view."""
        prefix, colon, _ = curie.partition(":")
        known = (each.lower() for each in self.prefixes)
        return bool(colon) and any(fnmatchcase(prefix.strip().lower(), each) for each in known)

    def local(self, curie: str) -> str | None:
        """Return the id that `curie` has in the view; None if that has another form."""
        local = curie.partition(":")[2].strip()
        return local if self.id.fullmatch(local) else None


@dataclass(slots=True)
class _Survey:
    """What a first reading tells of each concept: its ids in the view, parents and former ids."""

    xrefs: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    targets: dict[str, Ids] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    formerly: dict[str, str] = field(default_factory=dict)

    def above(self, concept_id: str) -> Ids:
        """Return the ids of the nearest ancestors that the view has, sorted."""
        found: set[str] = set()
        passed, waiting = {concept_id}, list(self.parents[concept_id])
        while waiting:
            ancestor = waiting.pop()
            if ancestor in passed:
                continue
            passed.add(ancestor)
            if reached := self.targets.get(ancestor):
                found.update(reached)
            else:
                waiting.extend(self.parents.get(ancestor, ()))
        return tuple(sorted(found.difference(self.targets[concept_id])))


def rekeyed(
    read: Callable[[Tally], Iterable[Concept]], view: View, tally: Tally
) -> Iterator[Concept]:
    """Yield the concepts that `read` gives under the ids of `view`; `read` is called twice.

    A concept whose id has the prefix of the view keeps it, without the prefix. Of others, ids come
    from mappings, also of former ids, and from xrefs. A concept that has neither takes the ids of
    what it is mapped to, one step away. One without any is left out and counted.
    Concepts that share an id are united: the first one in the order of the sources gives the
    preferred name of each language, and those of the others become synonyms. Aliases keep their
    source; the id of each concept becomes an xref. Parents are the nearest ancestors that the
    view has.

    Raises:
        DataError: a mapping file or a source can't be read.
    """
    survey = _survey(read(Tally()), view, tally)
    _find_targets(survey, view, tally)
    _count_shared(survey.targets, tally)
    owners: dict[tuple[str, str], str] = {}
    for concept in read(tally):
        xrefs = tuple(id_ for id_ in (concept.id, *concept.xrefs) if not view.names(id_))
        parents = survey.above(concept.id) if concept.parents else ()
        for target in survey.targets[concept.id]:
            claim = partial(_claimed, owners=owners, target=target, owner=concept.id)
            yield replace(
                concept,
                id=target,
                aliases=tuple(map(claim, concept.aliases)),
                parents=parents,
                xrefs=xrefs,
                former_ids=(),
            )


def _claimed(alias: Alias, owners: dict[tuple[str, str], str], target: str, owner: str) -> Alias:
    """Return `alias`, as a synonym if another concept gave the preferred name of its language."""
    if alias.kind == "preferred" and owners.setdefault((target, alias.language), owner) != owner:
        return replace(alias, kind="synonym")
    return alias


def _survey(concepts: Iterable[Concept], view: View, tally: Tally) -> _Survey:
    survey = _Survey()
    for concept in concepts:
        survey.parents[concept.id].update(concept.parents)
        for former in concept.former_ids:
            survey.formerly.setdefault(former, concept.id)
        kept = survey.xrefs[concept.id]
        for xref in filter(view.names, concept.xrefs if view.xrefs else ()):
            if (local := view.local(xref)) is None:
                tally.add("view: xref skipped: its id has another form", xref)
            else:
                kept[local] = None
    return survey


def _find_targets(survey: _Survey, view: View, tally: Tally) -> None:
    mapped, others = _matches(view, tally)
    gone = survey.formerly.keys() - survey.xrefs.keys()
    for former in sorted(gone & (mapped.keys() | others.keys())):
        current = survey.formerly[former]
        mapped[current] += mapped.get(former, [])
        others[current] += others.get(former, [])
        tally.add("view: mapping moved from a former id", f"{former} -> {current}")
    for concept_id, xrefs in survey.xrefs.items():
        own = view.local(concept_id) if view.names(concept_id) else None
        if own is not None:
            survey.targets[concept_id] = (own,)
            continue
        direct = dict.fromkeys(mapped.get(concept_id, ()))
        step = {id_: None for each in others.get(concept_id, ()) for id_ in mapped.get(each, ())}
        targets = (direct or step or xrefs) if view.several == "mapped" else direct | xrefs or step
        survey.targets[concept_id] = _resolved(concept_id, tuple(targets), view, tally)
    unused = mapped.keys() - survey.xrefs.keys() - gone
    tally.add("view: mapped id that no source has", min(unused, default=""), len(unused))


def _resolved(concept_id: str, targets: Ids, view: View, tally: Tally) -> Ids:
    if not targets:
        tally.add("view: concept left out: no id leads to the view", concept_id)
    if len(targets) < 2:
        return targets
    example = f"{concept_id} -> {', '.join(targets)}"
    if view.several == "skip":
        tally.add("view: concept left out: several ids lead to the view", example)
        return ()
    tally.add("view: concept with several ids: all have its names", example)
    return targets


def _matches(view: View, tally: Tally) -> tuple[_Table, _Table]:
    """Return, for each mapped id, its ids in the view, and the ids of other terminologies."""
    inside, outside = _Table(list), _Table(list)
    for path in view.mappings:
        for row in read_sssom(path, tally, on_error=view.on_error):
            for mapping in filter(None, (row, row.reversed())):
                if mapping.predicate not in view.predicates or view.names(mapping.subject):
                    continue
                if not view.names(mapping.object):
                    outside[mapping.subject].append(mapping.object)
                elif (local := view.local(mapping.object)) is None:
                    tally.add("view: mapping skipped: its id has another form", mapping.object)
                else:
                    inside[mapping.subject].append(local)
    return inside, outside


def _count_shared(targets: dict[str, Ids], tally: Tally) -> None:
    """Count the ids of the view that several concepts lead to, apart from those of one origin."""
    leading = _Table(list)
    for concept_id, reached in targets.items():
        for target in reached:
            leading[target].append(concept_id)
    for target, concepts in leading.items():
        if len(concepts) < 2:
            continue
        origins = {concept_id.partition(":")[0] for concept_id in concepts}
        how = "of one terminology" if len(origins) < len(concepts) else "of several terminologies"
        tally.add(f"view: id united from concepts {how}", f"{target}: {', '.join(concepts)}")
