"""Pairs of names of one concept, drawn so that rare languages and cross-lingual pairs count.

Self-alignment learns that two names of a concept mean the same (SapBERT, Liu et al., NAACL 2021).
All is columnar: a name is a row, a batch of pairs two arrays of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from xlink.errors import DataError
from xlink.terminology import Terminology
from xlink.text.folding import fold_many

__all__ = ["PairSampler", "TrainingNames"]

Rows = npt.NDArray[np.int64]

_BATCH = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class TrainingNames:
    """The distinct names of concepts, ordered by concept.

    Two names of one concept that fold to the same text count once, for they teach nothing.

    *Shapes:* `texts` (n,); `concepts` (n,) ascending numbers of concepts from 0; `languages` (n,)
    positions in `language_labels`; `sources` (n,) which of the terminologies a name is from, and
    `alias_rows` (n,) its row there. `concept_ids` has one id a concept.
    """

    texts: list[str]
    concepts: Rows
    languages: npt.NDArray[np.int32]
    language_labels: tuple[str, ...]
    sources: npt.NDArray[np.int8]
    alias_rows: Rows
    concept_ids: list[str]

    @classmethod
    def of(
        cls,
        terminologies: Sequence[Terminology],
        *,
        languages: Collection[str] = (),
        without_texts: Collection[str] = (),
        without_concepts: Collection[str] = (),
        unite: Callable[[str], str] | None = None,
    ) -> TrainingNames:
        """Collect the names of terminologies.

        `languages` restricts to these; `without_texts` are left out wherever they stand, compared
        when folded, and `without_concepts` with all their names. `unite` gives concepts that mean
        the same one id; unless told, concepts with the same id are one in all terminologies.
        """
        collected = _Collected(set(fold_many(list(without_texts))), frozenset(without_concepts))
        for source, terminology in enumerate(terminologies):
            collected.add(source, terminology, languages, unite)
        table = np.array(collected.columns, dtype=np.int64).reshape(-1, 4)
        order = np.argsort(table[:, 0], kind="stable")
        table = table[order]
        return cls(
            [collected.texts[place] for place in order.tolist()],
            table[:, 0].copy(),
            table[:, 1].astype(np.int32),
            tuple(collected.languages),
            table[:, 2].astype(np.int8),
            table[:, 3].copy(),
            list(collected.concepts),
        )

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self.texts)

    @property
    def n_concepts(self) -> int:
        """Number of concepts that have a name."""
        return len(self.concept_ids)


@dataclass(slots=True)
class _Collected:
    """Names as they come: texts, and (concept, language, source, alias row) of each."""

    barred: set[str]
    without: frozenset[str]
    texts: list[str] = field(default_factory=list)
    columns: list[tuple[int, int, int, int]] = field(default_factory=list)
    concepts: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    _seen: set[tuple[int, str]] = field(default_factory=set)

    def add(
        self,
        source: int,
        terminology: Terminology,
        languages: Collection[str],
        unite: Callable[[str], str] | None,
    ) -> None:
        ids = terminology.concept_ids(np.arange(terminology.n_concepts))
        kept = [each not in self.without for each in ids]
        if unite is not None:
            ids = [unite(each) for each in ids]
        labels = terminology.language_labels
        wanted = [not languages or label in languages for label in labels]
        owners, spoken = terminology.alias_concepts.tolist(), terminology.alias_languages.tolist()
        for start in range(0, terminology.n_aliases, _BATCH):
            raw = terminology.alias_texts(start, start + _BATCH)
            for row, (text, folded) in enumerate(zip(raw, fold_many(raw), strict=True), start):
                owner, language = owners[row], spoken[row]
                if folded and kept[owner] and wanted[language] and folded not in self.barred:
                    self._name(ids[owner], labels[language], text, folded, (source, row))

    def _name(
        self, concept_id: str, language: str, text: str, folded: str, place: tuple[int, int]
    ) -> None:
        concept = self.concepts.setdefault(concept_id, len(self.concepts))
        if (concept, folded) in self._seen:
            return
        self._seen.add((concept, folded))
        spoken = self.languages.setdefault(language, len(self.languages))
        self.texts.append(text)
        self.columns.append((concept, spoken, *place))


class PairSampler:
    """Draws pairs of names of one concept; a batch depends on the seed and its number alone.

    A language with `n` names gets a share in proportion to `n ** smoothing`, both of first and of
    second names: 1 draws names as they come, 0 draws all languages alike.

    ```python
    pairs = PairSampler(TrainingNames.of([icd10]), seed=13)
    first, second = pairs.draw(1_024, step=0)
    ```
    """

    def __init__(self, names: TrainingNames, *, seed: int, smoothing: float = 0.5) -> None:
        """Prepare to draw from `names`.

        Raises:
            DataError: no concept has two names.
        """
        if not 0 <= smoothing <= 1:
            raise ValueError(f"smoothing lies in 0 to 1, not {smoothing}.")
        self.names, self.seed, self.smoothing = names, seed, smoothing
        self._bounds = np.searchsorted(names.concepts, np.arange(names.n_concepts + 1))
        sizes = np.diff(self._bounds)[names.concepts]
        if not (sizes > 1).any():
            raise DataError(
                "No concept has two names to make a pair of",
                remedy="Train on a terminology with synonyms or several languages.",
            )
        counts = np.maximum(np.bincount(names.languages), 1).astype(np.float64)
        self._weights = (counts ** (smoothing - 1))[names.languages]
        self._firsts = np.cumsum(np.where(sizes > 1, self._weights, 0.0))
        self._sums = np.concatenate([[0.0], np.cumsum(self._weights)])

    def draw(self, n: int, step: int) -> tuple[Rows, Rows]:
        """Return the rows of `n` pairs of distinct names of one concept. *Shapes:* (n,), (n,)"""
        generator = np.random.default_rng((self.seed, step))
        firsts = self._firsts
        drawn = generator.random(n) * firsts[-1]
        first = np.searchsorted(firsts, drawn, side="right").clip(max=len(firsts) - 1)
        return first, self._partners(first, generator.random(n))

    def _partners(self, first: Rows, chances: npt.NDArray[np.float64]) -> Rows:
        """Draw by weight among the other names of each concept, as if `first` were not there."""
        concepts = self.names.concepts[first]
        start, end = self._bounds[concepts], self._bounds[concepts + 1]
        low, high, own = self._sums[start], self._sums[end], self._weights[first]
        places = low + chances * (high - low - own)
        places += np.where(places >= self._sums[first], own, 0.0)
        found = np.searchsorted(self._sums, places, side="right") - 1
        second: Rows = found.clip(start, end - 1)
        # Rounding may fall on the name itself; it then takes a neighbour.
        same = second == first
        second[same] = np.where(first[same] + 1 < end[same], first[same] + 1, first[same] - 1)
        return second
