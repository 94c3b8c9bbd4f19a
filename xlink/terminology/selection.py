"""Filters as masks over the rows of a terminology, ready for use inside a search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xlink.errors import UnknownNameError
from xlink.terminology.schema import SOURCE_SEPARATOR, as_numpy
from xlink.types import Filter

if TYPE_CHECKING:
    from xlink.terminology.store import Terminology

__all__ = ["Selection", "language_matches", "select"]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Which rows a filter admits. *Shapes:* `concepts` (concepts,), `aliases` (aliases,)."""

    concepts: npt.NDArray[np.bool_]
    aliases: npt.NDArray[np.bool_]


def select(terminology: Terminology, where: Filter) -> Selection:
    """Turn `where` into masks; an alias is admitted only if its concept is.

    Raises:
        UnknownNameError: a language, source, type or id that the terminology does not have.
        SpecError: the ECL expression can't be parsed; the message points at the place.
    """
    concepts = np.ones(terminology.n_concepts, dtype=bool)
    if where.types:
        concepts &= _with_types(terminology, where.types)
    if where.within:
        roots = []
        for concept_id in sorted(where.within):
            row = terminology.row(concept_id)
            if row is None:
                raise UnknownNameError("concept id", concept_id, None)
            roots.append(row)
        concepts &= terminology.hierarchy.descendants(roots)
    if where.ecl:
        from xlink.terminology.ecl import evaluate_ecl  # its grammar takes .1 s to import

        concepts &= evaluate_ecl(terminology, where.ecl)
    if where.leaves:
        concepts &= ~terminology.hierarchy.has_children()
    aliases = concepts[terminology.alias_concepts]
    if where.languages:
        aliases &= _with_label(
            terminology.alias_table["language"], "language", where.languages, language_matches
        )
    if where.sources:
        aliases &= _with_label(terminology.alias_table["source"], "source", where.sources, _is_from)
    return Selection(concepts, aliases)


def language_matches(label: str, wanted: str) -> bool:
    """Tell whether an alias labelled `label` is in the language `wanted`; `pt` admits `pt-BR`."""
    return f"{label.lower()}-".startswith(f"{wanted.lower()}-")


def _is_from(label: str, wanted: str) -> bool:
    return wanted in label.split(SOURCE_SEPARATOR)


def _with_types(terminology: Terminology, wanted: frozenset[str]) -> npt.NDArray[np.bool_]:
    types = terminology.concept_table["types"].combine_chunks()
    known, groups = set(pc.unique(types.values).to_pylist()), terminology.type_groups
    for name in sorted(wanted - known - groups.keys()):
        raise UnknownNameError("semantic type", name, known | groups.keys())
    chosen = (wanted & known).union(*(groups[name] for name in (wanted - known)))
    hits = pc.is_in(types.values, value_set=pa.array(sorted(chosen), type=pa.large_string()))
    owners = np.repeat(np.arange(len(types)), np.diff(as_numpy(types.offsets)))
    mask = np.zeros(len(types), dtype=bool)
    mask[owners[as_numpy(pc.indices_nonzero(hits))]] = True
    return mask


def _with_label(
    column: pa.ChunkedArray,
    kind: str,
    wanted: frozenset[str],
    matches: Callable[[str, str], bool],
) -> npt.NDArray[np.bool_]:
    labels = column.combine_chunks()
    known = labels.dictionary.to_pylist()
    chosen = np.zeros(len(known), dtype=bool)
    for name in sorted(wanted):
        hits = [matches(label, name) for label in known]
        if not any(hits):
            raise UnknownNameError(kind, name, known)
        chosen |= np.array(hits)
    mask: npt.NDArray[np.bool_] = chosen[as_numpy(labels.indices)]
    return mask
