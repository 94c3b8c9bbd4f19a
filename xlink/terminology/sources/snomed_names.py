"""The names of concepts: descriptions, and what language reference sets make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xlink.terminology.names import tidy
from xlink.terminology.sources.snomed_members import ConceptIds, check_refsets, rows_in
from xlink.terminology.sources.snomed_tables import SnomedTables
from xlink.types import Alias, AliasKind

__all__ = ["Named", "Names"]

_FULLY_SPECIFIED = 900000000000003001
_PREFERRED = 900000000000548007
_TAG = re.compile(r"(?P<name>.+) \((?P<tag>[^()]+)\)")
_N_CONCEPTS = 20_000
# How a language reference set takes a description, as numbers that grow.
_NOT_TAKEN, _ACCEPTABLE, _BEST = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Named:
    """What a concept is called; `tags` holds the semantic tag, if there is one."""

    name: str
    aliases: tuple[Alias, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Descriptions in the order of their concepts.

    *Shapes:* `grades` (descriptions, labels) says how each language takes a description; the label
    `""` stands for the description's own language. `offsets` (concepts + 1,).
    """

    descriptions: pa.Table
    labels: tuple[str, ...]
    grades: npt.NDArray[np.int8]
    offsets: npt.NDArray[np.int64]

    @classmethod
    def read(cls, tables: SnomedTables, refsets: Mapping[int, str], ids: ConceptIds) -> Names:
        """Bring descriptions and language reference sets together.

        Raises:
            DataError: a table can't be read.
            UnknownNameError: one of `refsets` has no members.
        """
        descriptions, members = tables.active("description"), tables.active("language")
        check_refsets("language reference set", refsets, members)
        owners = descriptions["conceptId"].to_numpy()
        ids.count_strange(owners, "description skipped: no such concept", tables.tally)
        rows = rows_in(ids.active, owners)
        order = np.lexsort((descriptions["key"].to_numpy(), rows))
        order = order[rows[order] >= 0]
        descriptions = descriptions.select(["key", "languageCode", "typeId", "term"])
        descriptions = descriptions.take(pa.array(order)).combine_chunks()
        labels, grades = _grades(descriptions, members, refsets)
        untaken = int((grades == _NOT_TAKEN).all(axis=1).sum())
        reason = "description skipped: no language reference set takes it"
        tables.tally.add(reason, count=untaken)
        offsets = np.searchsorted(rows[order], np.arange(len(ids.active) + 1))
        return cls(descriptions, labels, grades, offsets)

    def concepts(self, language: str) -> Iterator[Named]:
        """Yield what each concept is called; `language` is that of its name and tag."""
        n_concepts = len(self.offsets) - 1
        for first in range(0, n_concepts, _N_CONCEPTS):
            offsets = self.offsets[first : first + _N_CONCEPTS + 1].tolist()
            start, end = offsets[0], offsets[-1]
            part = self.descriptions.slice(start, end - start)
            rows = [
                _Description(tidy(term), own, type_id == _FULLY_SPECIFIED, grades)
                for term, own, type_id, grades in zip(
                    part["term"].to_pylist(),
                    part["languageCode"].to_pylist(),
                    part["typeId"].to_pylist(),
                    self.grades[start:end].tolist(),
                    strict=True,
                )
            ]
            for low, high in pairwise(offsets):
                yield _named(rows[low - start : high - start], self.labels, language)


@dataclass(slots=True)
class _Description:
    text: str
    language: str
    fully_specified: bool
    grades: list[int]


def _named(descriptions: list[_Description], labels: tuple[str, ...], language: str) -> Named:
    # National sets often leave these out, but each concept has one, whatever the dialect.
    full = [each for each in descriptions if each.fully_specified]
    full.sort(key=lambda each: (each.language != language, -max(each.grades)))
    name, tags = _split(full[0].text) if full else ("", ())
    kinds: dict[tuple[str, str], AliasKind] = {}
    for each in descriptions:
        text = _split(each.text)[0] if each.fully_specified else each.text
        for label, grade in zip(labels, each.grades, strict=True):
            if grade == _NOT_TAKEN:
                continue
            key = (text, label or each.language)
            if grade == _BEST and not each.fully_specified:
                kinds[key] = "preferred"
            else:
                kinds.setdefault(key, "synonym")
    aliases = tuple(Alias(text, code, kind) for (text, code), kind in kinds.items())
    if not name and aliases:
        name = next((each.text for each in aliases if each.kind == "preferred"), aliases[0].text)
    return Named(name, aliases, tags)


def _split(text: str) -> tuple[str, tuple[str, ...]]:
    """Part a fully specified name from its semantic tag."""
    match = _TAG.fullmatch(text)
    return (text, ()) if match is None else (match["name"], (match["tag"],))


def _grades(
    descriptions: pa.Table, members: pa.Table, refsets: Mapping[int, str]
) -> tuple[tuple[str, ...], npt.NDArray[np.int8]]:
    labels = ("", *sorted(set(refsets.values())))
    keys = descriptions["key"].to_numpy()
    order = np.argsort(keys)
    rows = rows_in(keys[order], members["referencedComponentId"].to_numpy())
    rows = np.where(rows >= 0, order[rows], -1) if len(order) else rows
    sets = members["refsetId"].to_numpy()
    best = members["acceptabilityId"].to_numpy() == _PREFERRED
    grades = np.zeros((len(keys), len(labels)), dtype=np.int8)
    for refset, label in refsets.items():
        column = labels.index(label)
        for grade, mask in ((_ACCEPTABLE, ~best), (_BEST, best)):
            taken = rows[mask & (sets == refset) & (rows >= 0)]
            grades[taken, column] = np.maximum(grades[taken, column], grade)
    # Languages that no named set covers speak for themselves.
    covered = pa.array(
        sorted({label.split("-")[0] for label in refsets.values()}), pa.large_string()
    )
    free = ~pc.is_in(descriptions["languageCode"], value_set=covered).to_numpy()
    preferred = np.zeros(len(keys), dtype=bool)
    preferred[rows[best & (rows >= 0)]] = True
    free &= (grades == _NOT_TAKEN).all(axis=1)
    grades[:, 0] = np.where(free, np.where(preferred, _BEST, _ACCEPTABLE), _NOT_TAKEN)
    return labels, grades
