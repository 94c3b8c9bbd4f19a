"""Lookup of training mentions: what annotators linked the same words to before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, best_per_concept, segment_places
from xlink.candidates.index import load_arrays, save_arrays
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.text.keys import key_hashes
from xlink.types import NO_FILTER, Document, Filter, Query

__all__ = ["TrainingMentions"]

_KIND, _FORMAT = "training mentions index", 1


class TrainingMentions:
    """Finds training mentions that equal the mention once both are folded.

    The score of a concept is the share of those mentions that have it among their gold, in (0, 1];
    a NIL mention counts as one that has none. An id of a composite counts like an alternative.

    This is a baseline: a figure that it takes part in is not one of unseen text, and a report must
    name the training part. The alias of a candidate is the first of the concept that the filter
    admits, since the training mention is not an alias of the terminology.
    """

    name = "training"
    reads = frozenset({"text"})

    def __init__(self, terminology: Terminology, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.terminology = terminology
        self._arrays = arrays

    @classmethod
    def build(
        cls,
        terminology: Terminology,
        *,
        documents: Iterable[Document] = (),
        tally: Tally | None = None,
    ) -> Self:
        """Count the gold of the mentions in `documents`; those not annotated are passed over.

        Gold that the terminology lacks can't be proposed, and is counted in `tally`.
        """
        tally = tally if tally is not None else Tally()
        uses: Counter[str] = Counter()
        pairs: Counter[tuple[str, int]] = Counter()
        for document in documents:
            for mention in document.mentions:
                key = fold_many([mention.text])[0]
                if not key or mention.gold is None:
                    continue
                uses[key] += 1
                rows = {each: terminology.row(each) for each in sorted(mention.gold)}
                for concept_id, row in rows.items():
                    if row is None:
                        tally.add("training gold that the terminology lacks", concept_id)
                pairs.update((key, row) for row in set(rows.values()) if row is not None)
        return cls(terminology, _arrays(uses, pairs))

    def save(self, path: Path) -> None:
        """Write the index as an artifact."""
        save_arrays(
            path,
            self._arrays,
            kind=_KIND,
            format_version=_FORMAT,
            terminology=self.terminology,
            parameters={},
        )

    @classmethod
    def load(cls, path: Path, terminology: Terminology) -> Self:
        """Open a saved index by memory map.

        Raises:
            ArtifactError: it is missing, damaged, or belongs to another terminology.
        """
        arrays, _ = load_arrays(path, kind=_KIND, format_version=_FORMAT, terminology=terminology)
        return cls(terminology, arrays)

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        """Return up to `k` concepts a query that training mentions of the same text have."""
        folded = fold_many([query.text for query in queries])
        asked = np.array([number for number, text in enumerate(folded) if text], dtype=np.int64)
        wanted = key_hashes(text for text in folded if text)
        known = self._arrays["hashes"]
        starts, ends = (np.searchsorted(known, wanted, side=side) for side in ("left", "right"))
        owners, places = segment_places(starts, ends)
        numbers = asked[owners]
        concepts, scores = self._arrays["concepts"][places], self._arrays["scores"][places]
        aliases = self._first_aliases(where)[concepts]
        kept = aliases >= 0
        return best_per_concept(
            self.name, len(queries), numbers[kept], concepts[kept], aliases[kept], scores[kept]
        ).top(k)

    def _first_aliases(self, where: Filter) -> npt.NDArray[np.int32]:
        """Return the first admitted alias of each concept, -1 if it has none. *Shape:* (concepts,)

        A concept without any admitted alias is not admitted.
        """
        terminology = self.terminology
        if where:
            admitted = np.flatnonzero(terminology.select(where).aliases).astype(np.int32)
        else:
            admitted = np.arange(terminology.n_aliases, dtype=np.int32)
        first = np.full(terminology.n_concepts, -1, dtype=np.int32)
        # Of several assignments to one place the last holds, hence backwards.
        first[terminology.alias_concepts[admitted][::-1]] = admitted[::-1]
        return first


def _arrays(uses: Counter[str], pairs: Counter[tuple[str, int]]) -> dict[str, npt.NDArray[Any]]:
    """Lay out what is known: *Shapes:* all (pairs of key and concept,), by hash of the key."""
    known = sorted(pairs)
    hashes = key_hashes(key for key, _ in known)
    shares = [pairs[key, row] / uses[key] for key, row in known]
    order = np.argsort(hashes, kind="stable")
    return {
        "hashes": hashes[order],
        "concepts": np.array([row for _, row in known], dtype=np.int32)[order],
        "scores": np.array(shares, dtype=np.float32)[order],
    }
