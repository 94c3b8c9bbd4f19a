"""Dense retrieval: the names whose vectors are nearest to that of the mention, in any language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, best_per_concept
from xlink.candidates.hubness import Hubness
from xlink.candidates.vectors.faiss_search import chosen_search
from xlink.candidates.vectors.index import DenseIndex
from xlink.candidates.vectors.names import DistinctNames, has_content
from xlink.candidates.vectors.space import VectorSpace
from xlink.candidates.vectors.stored import Precision, StoredVectors
from xlink.encoders.encoding import encode_all
from xlink.encoders.opening import open_encoder
from xlink.errors import SpecError, StaleIndexError
from xlink.terminology import Terminology
from xlink.terminology.bound import open_bound, write_bound
from xlink.types import NO_FILTER, Filter, Query

if TYPE_CHECKING:
    from xlink.protocols import Encoder

__all__ = ["DenseGenerator"]

Floats = npt.NDArray[np.float32]

_KIND, _FORMAT = "dense index", 1
_MAX_QUERY_CHARS = 1_000
_FIRST_TEXTS, _WIDER = 64, 4
_PROBES = ("acute renal failure", "insuficiencia renal aguda", "急性腎不全")
_PROBE_COSINE = 0.999


class DenseGenerator:
    """Finds names that mean what the mention means, as far as an encoder knows.

    The score is the cosine of the two vectors, in [-1, 1], less the name's penalty as a hub if the
    index was built with a correction of hubness. Search is exact unless a FAISS index was asked for
    or chosen for its size; even then all scores are. Of a mention the first 1,000 characters count.
    """

    name = "dense"
    reads = frozenset({"text"})

    def __init__(
        self, terminology: Terminology, index: DenseIndex, *, encoder: Encoder | str, prefix: str
    ) -> None:
        self.terminology = terminology
        self.prefix = prefix
        self._index = index
        self._given_encoder = encoder
        self._opened: Encoder | None = None

    @classmethod
    def build(
        cls,
        terminology: Terminology,
        *,
        encoder: Encoder | str = "mednames",
        prefix: str = "",
        centre: bool = False,
        whiten: int | None = None,
        search: str = "auto",
        precision: Precision = "float32",
        hubness: Hubness | None = None,
        query_bank: Sequence[str] = (),
        spool: Path | None = None,
    ) -> Self:
        """Encode all names of `terminology`.

        `prefix` is put before names and mentions alike (`query: ` for E5); `centre` subtracts the
        mean of the names, and `whiten` keeps that many directions, made equally long. `search` is
        `flat`, `hnsw`, `ivf-sq8`, `ivf-pq`, `ivf-rabitq`, or `auto` for what suits the size.
        `precision` is that of stored vectors: `float32`, `float16` or `int8`. `query_bank` are
        mentions such as will be searched, for `hubness`. With a folder `spool`, vectors are kept
        there as they come, and a build that was killed goes on where it ended.

        Raises:
            UnknownNameError: there is no such encoder or search.
            MissingExtraError: what they need is not installed.
        """
        names = DistinctNames.of(terminology)
        kind = chosen_search(search, len(names.texts))
        opened = open_encoder(encoder) if isinstance(encoder, str) else encoder
        raw = encode_all([prefix + text for text in names.texts], opened, spool=spool)
        space = VectorSpace.fit(raw, centre=centre, whiten=whiten)
        vectors = space.apply(raw)
        penalties = np.zeros(len(vectors), dtype=np.float32)
        if hubness is not None:
            bank = space.apply(opened.encode([prefix + text for text in query_bank]))
            owners = terminology.alias_concepts[names.aliases[names.offsets[:-1]]]
            penalties = hubness.penalties(vectors, owners, bank)
        probes = opened.encode([prefix + text for text in _PROBES])
        stored = StoredVectors.of(vectors, precision)
        index = DenseIndex.build(names, stored, penalties, space, probes, kind=kind)
        return cls(terminology, index, encoder=opened, prefix=prefix)

    def updated(self, terminology: Terminology) -> Self:
        """Return the index of a terminology of which this one's is an earlier state.

        Only names that are new are encoded, unless a mean or whitening was learned from all.

        Raises:
            SpecError: the index has a correction of hubness, whose banks are not kept.
        """
        index = self._index
        if index.arrays.penalties.any():
            raise SpecError("An index with a correction of hubness can't be updated: build it.")
        if index.space.mean.any() or index.space.matrix.shape[1]:
            return self.build(
                terminology,
                encoder=self.encoder,
                prefix=self.prefix,
                centre=True,
                whiten=index.space.matrix.shape[1] or None,
                search=index.kind,
                precision=index.vectors.precision,
            )
        before = DistinctNames.of(self.terminology).texts
        names, known = DistinctNames.of(terminology), set(before)
        fresh = [self.prefix + text for text in names.texts if text not in known]
        added = index.space.apply(encode_all(fresh, self.encoder))
        stored = index.stored_for(names.texts, before, added)
        kind = chosen_search("auto" if index.kind == "flat" else index.kind, len(stored))
        nothing = np.zeros(len(stored), dtype=np.float32)
        probes = index.arrays.probes
        newer = DenseIndex.build(names, stored, nothing, index.space, probes, kind=kind)
        return type(self)(terminology, newer, encoder=self.encoder, prefix=self.prefix)

    def save(self, path: Path) -> None:
        """Write the index as an artifact."""
        with write_bound(
            path, kind=_KIND, format_version=_FORMAT, terminology=self.terminology
        ) as writer:
            self._index.save(writer.folder)
            writer.parameters |= {
                "encoder": self.encoder_name,
                "prefix": self.prefix,
                "search": self._index.kind,
                "precision": self._index.vectors.precision,
            }

    @classmethod
    def load(cls, path: Path, terminology: Terminology, *, encoder: Encoder | None = None) -> Self:
        """Open a saved index by memory map; the encoder is opened when the first query comes.

        `encoder` takes the place of the one that is recorded by name.

        Raises:
            ArtifactError: the index is missing, damaged, or belongs to another terminology.
            MissingExtraError: it needs FAISS, which is not installed.
        """
        artifact = open_bound(path, kind=_KIND, format_version=_FORMAT, terminology=terminology)
        told = artifact.manifest.parameters
        index = DenseIndex.load(artifact.folder, str(told["search"]))
        used = encoder if encoder is not None else str(told["encoder"])
        return cls(terminology, index, encoder=used, prefix=str(told["prefix"]))

    @property
    def encoder_name(self) -> str:
        """The name that `open_encoder` knows the encoder by."""
        given = self._given_encoder
        return given if isinstance(given, str) else given.name

    @property
    def encoder(self) -> Encoder:
        """The encoder, opened and checked to be the one that made the index.

        Raises:
            StaleIndexError: it gives other vectors.
        """
        if self._opened is None:
            given = self._given_encoder
            opened = open_encoder(given) if isinstance(given, str) else given
            probes = opened.encode([self.prefix + text for text in _PROBES])
            if not _agree(probes, self._index.arrays.probes):
                raise StaleIndexError(
                    f"The encoder {self.encoder_name} gives other vectors than when the index of "
                    f"{self.terminology.name} was made. Open the same revision, or build the index "
                    "again with `xlink index`."
                )
            self._opened = opened
        return self._opened

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        """Return the `k` concepts a query whose best names are nearest."""
        admitted = self.terminology.select(where).aliases if where else None
        texts = [query.text.strip()[:_MAX_QUERY_CHARS] for query in queries]
        asked = np.flatnonzero(has_content(texts)).tolist()
        # Each distinct text is searched once: its candidates go to all queries that have it.
        numbers: dict[str, int] = {}
        owners = np.full(len(queries), -1, dtype=np.int64)
        owners[asked] = [numbers.setdefault(texts[each], len(numbers)) for each in asked]
        k = min(k, self._n_reachable(admitted)) if asked else 0
        if k < 1:
            none = np.empty(0, dtype=np.int32)
            offsets = np.zeros(len(queries) + 1, dtype=np.int64)
            return CandidateSet.single(self.name, offsets, none, none, none.astype(np.float32))
        encoded = self.encoder.encode([self.prefix + text for text in numbers])
        return self._nearest(self._index.space.apply(encoded), k, admitted).queries_at(owners)

    def _nearest(
        self, vectors: Floats, k: int, admitted: npt.NDArray[np.bool_] | None
    ) -> CandidateSet:
        """Search ever wider until each query has `k` concepts, which there are."""
        names_a_concept = len(self._index) / max(1, self.terminology.n_concepts)
        n = max(_FIRST_TEXTS, _WIDER * k, round(2 * k * names_a_concept))
        found = self._pooled(len(vectors), *self._index.nearest(vectors, n, admitted)).top(k)
        lacking = np.flatnonzero(np.diff(found.query_offsets) < k)
        while len(lacking) and n < len(self._index):
            n *= _WIDER
            numbers, aliases, scores = self._index.nearest(vectors[lacking], n, admitted)
            found = self._pooled(
                len(vectors),
                np.concatenate([found.query_numbers(), lacking[numbers]]),
                np.concatenate([found.alias_rows, aliases]),
                np.concatenate([found.scores, scores]),
            ).top(k)
            lacking = np.flatnonzero(np.diff(found.query_offsets) < k)
        return found

    def _pooled(
        self,
        n_queries: int,
        numbers: npt.NDArray[np.int64],
        aliases: npt.NDArray[np.int32],
        scores: Floats,
    ) -> CandidateSet:
        concepts = self.terminology.alias_concepts[aliases]
        return best_per_concept(self.name, n_queries, numbers, concepts, aliases, scores)

    def _n_reachable(self, admitted: npt.NDArray[np.bool_] | None) -> int:
        aliases = self._index.arrays.aliases
        if admitted is not None:
            aliases = aliases[admitted[aliases]]
        reached = np.zeros(self.terminology.n_concepts, dtype=bool)
        reached[self.terminology.alias_concepts[aliases]] = True
        return int(reached.sum())


def _agree(one: Floats, other: Floats) -> bool:
    if one.shape != other.shape:
        return False
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return bool(((one * other).sum(axis=1) >= _PROBE_COSINE * lengths).all())
