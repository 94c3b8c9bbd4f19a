"""What a built terminology holds: concepts, names by label, ambiguous names, what was skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlink.progress import track
from xlink.terminology.schema import SOURCE_SEPARATOR
from xlink.terminology.store import Terminology
from xlink.text.folding import fold_many
from xlink.text.keys import key_hashes

__all__ = ["AmbiguousName", "TerminologyReport", "ambiguous_names", "describe"]

_BATCH = 10_000
_N_SHOWN = 10
_N_IDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class AmbiguousName:
    """A folded name that several concepts have, and the ids of the first of them."""

    name: str
    n_concepts: int
    concept_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminologyReport:
    """Counts of a built terminology. A name is ambiguous if, once folded, it is of two concepts."""

    name: str
    version: str
    licence: str
    fingerprint: str
    n_concepts: int
    n_aliases: int
    n_relations: int
    n_former_ids: int
    n_aliases_by_language: Mapping[str, int]
    n_aliases_by_kind: Mapping[str, int]
    n_aliases_by_source: Mapping[str, int]
    n_names: int
    n_ambiguous_names: int
    most_ambiguous: tuple[AmbiguousName, ...]
    skipped: Mapping[str, int]

    def lines(self, notes: Iterable[str] | None = None) -> Iterator[str]:
        """Yield the report as lines for people; a build's `notes` say more than bare counts."""
        yield f"{self.name} {self.version}".rstrip()
        yield f"licence: {self.licence or 'not stated'}"
        yield f"fingerprint: {self.fingerprint}"
        yield f"concepts: {self.n_concepts:,}"
        yield f"relations: {self.n_relations:,}"
        yield f"former ids: {self.n_former_ids:,}"
        yield f"aliases: {self.n_aliases:,}"
        for label, counts in (
            ("language", self.n_aliases_by_language),
            ("kind", self.n_aliases_by_kind),
            ("source", self.n_aliases_by_source),
        ):
            shown = (f"{each or 'not stated'} {count:,}" for each, count in counts.items())
            yield f"  by {label}: {', '.join(shown)}"
        share = self.n_ambiguous_names / self.n_names if self.n_names else 0.0
        yield f"ambiguous names: {self.n_ambiguous_names:,} of {self.n_names:,} ({share:.1%})"
        for each in self.most_ambiguous:
            more = ", …" if each.n_concepts > len(each.concept_ids) else ""
            ids = ", ".join(each.concept_ids)
            yield f"  {each.name}: {each.n_concepts:,} concepts ({ids}{more})"
        if notes is None:
            notes = (f"{count:,} x {reason}" for reason, count in self.skipped.items())
        told = [f"  {each}" for each in notes]
        yield f"skipped or mended:{'' if told else ' nothing'}"
        yield from told


def describe(terminology: Terminology, *, n_shown: int = _N_SHOWN) -> TerminologyReport:
    """Count what `terminology` holds; `n_shown` of its most ambiguous names are listed."""
    n_names, n_ambiguous, shown = ambiguous_names(terminology, n_shown)
    return TerminologyReport(
        name=terminology.name,
        version=terminology.version,
        licence=str(terminology.facts["licence"]),
        fingerprint=terminology.fingerprint,
        n_concepts=terminology.n_concepts,
        n_aliases=terminology.n_aliases,
        n_relations=terminology.relation_table.num_rows,
        n_former_ids=terminology.former_table.num_rows,
        n_aliases_by_language=_counts(terminology, "language"),
        n_aliases_by_kind=_counts(terminology, "kind"),
        n_aliases_by_source=_counts(terminology, "source"),
        n_names=n_names,
        n_ambiguous_names=n_ambiguous,
        most_ambiguous=shown,
        skipped=cast("Mapping[str, int]", terminology.facts["skipped"]),
    )


def ambiguous_names(
    terminology: Terminology, n_shown: int
) -> tuple[int, int, tuple[AmbiguousName, ...]]:
    """Return the number of folded names, of the ambiguous among them, and the most ambiguous.

    Those of equally many concepts stand in alphabetical order.
    """
    rows = _owned_names(terminology)
    starts, counts = rows.starts, np.diff(rows.starts, append=len(rows.aliases))
    n_ambiguous = int((counts > 1).sum())
    most = np.sort(counts[counts > 1])[::-1][:n_shown]
    chosen = np.flatnonzero(counts >= most[-1]) if len(most) else starts[:0]
    texts = terminology.alias_table["text"].take(pa.array(rows.aliases[starts[chosen]]))
    named = zip(-counts[chosen], fold_many(texts.to_pylist()), starts[chosen], strict=True)
    shown = tuple(
        AmbiguousName(name, int(-count), tuple(terminology.concept_ids(owners)))
        for count, name, start in sorted(named)[:n_shown]
        for owners in [rows.concepts[start : start + min(-count, _N_IDS_SHOWN)]]
    )
    return len(starts), n_ambiguous, shown


@dataclass(frozen=True, slots=True, eq=False)
class _OwnedNames:
    """The distinct concepts of each folded name, with an alias that shows it.

    *Shapes:* `concepts` and `aliases` (pairs,); those of one name follow each other from one of
    `starts` (names,) to the next.
    """

    concepts: npt.NDArray[np.int32]
    aliases: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]


def _owned_names(terminology: Terminology) -> _OwnedNames:
    # Hashes in place of names: those of ten million fit into 80 MB.
    hashes, rows = _folded_hashes(terminology)
    concepts = terminology.alias_concepts[rows]
    order = np.lexsort((concepts, hashes))
    hashes, concepts, rows = hashes[order], concepts[order], rows[order]
    other_name = np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)]
    distinct = other_name | np.append(True, concepts[1:] != concepts[:-1])[: len(hashes)]
    return _OwnedNames(concepts[distinct], rows[distinct], np.flatnonzero(other_name[distinct]))


def _folded_hashes(
    terminology: Terminology,
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return the hash of each folded alias, and its row, but of those that fold to nothing."""
    hashes, rows = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int64)]
    for start in track(range(0, terminology.n_aliases, _BATCH), "Comparing names"):
        folded = fold_many(terminology.alias_texts(start, start + _BATCH))
        hashes.append(key_hashes(filter(None, folded)))
        rows.append(start + np.flatnonzero(np.array([bool(name) for name in folded])))
    return np.concatenate(hashes), np.concatenate(rows)


def _counts(terminology: Terminology, column: str) -> dict[str, int]:
    """Return the aliases a label, most frequent first; one of several sources counts for each."""
    found: Counter[str] = Counter()
    for each in terminology.alias_table[column].value_counts().to_pylist():
        for label in each["values"].split(SOURCE_SEPARATOR):
            found[label] += each["counts"]
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
