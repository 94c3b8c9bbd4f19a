"""What the parts of a linker must do. Everything works on batches.

`xlink.testing` has the laws that implementations pass, as tests for authors of plug-ins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.types import NO_FILTER, Concept, Document, Filter, Link, Query

__all__ = [
    "CandidateGenerator",
    "CorpusReader",
    "CorpusWriter",
    "Decider",
    "DocumentStep",
    "Encoder",
    "MentionDetector",
    "Reranker",
    "TerminologySource",
]


@runtime_checkable
class CandidateGenerator(Protocol):
    """Proposes concepts for mentions; an index over one terminology stands behind it.

    One whose answers depend on few fields of a query says so by `reads`, such as
    `frozenset({"language", "text"})`: queries that differ in others are then asked once.
    """

    name: str
    terminology: Terminology

    @classmethod
    def build(cls, terminology: Terminology) -> Self:
        """Index `terminology`; options are keyword arguments with defaults."""
        ...

    def save(self, path: Path) -> None:
        """Write the index as an artifact bound to the fingerprint of its terminology."""
        ...

    @classmethod
    def load(cls, path: Path, terminology: Terminology) -> Self:
        """Open a saved index; refuse one that belongs to another terminology."""
        ...

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        """Return at most `k` distinct concepts a query, best first; `where` acts before the cut."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """Puts given candidates into a new order, with new scores; adds and drops none."""

    name: str

    def rerank(self, queries: Sequence[Query], candidates: CandidateSet) -> CandidateSet:
        """Return a permutation of `candidates` within each query."""
        ...


@runtime_checkable
class Decider(Protocol):
    """Says which candidate a mention is linked to, if any.

    A document with thousands of mentions comes in several calls, with some of them each time.
    """

    def decide(
        self, documents: Sequence[Document], candidates: CandidateSet, terminology: Terminology
    ) -> list[Link]:
        """Return one link a mention, in order; a decider only removes."""
        ...


@runtime_checkable
class MentionDetector(Protocol):
    """Finds the places in documents that name concepts."""

    def detect(self, documents: Sequence[Document], where: Filter = NO_FILTER) -> list[Document]:
        """Return the documents with mentions; each `Mention.text` is the raw text at its spans.

        What `where` does not admit is not looked for.
        """
        ...


@runtime_checkable
class DocumentStep(Protocol):
    """Says more about documents or their mentions; it changes neither texts nor given mentions.

    A step `after_detection` sees the mentions. It may add mentions whose `part_of` is the id of
    one that stays: a linker then links either that or all of its parts.
    """

    @property
    def name(self) -> str:
        """What it is registered as."""
        ...

    @property
    def after_detection(self) -> bool:
        """Whether it needs the mentions."""
        ...

    def annotate(self, documents: Sequence[Document]) -> list[Document]:
        """Return the documents with what this step knows of them, in order."""
        ...


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into vectors."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one vector a text. *Shape:* (n, dimension)"""
        ...


@runtime_checkable
class TerminologySource(Protocol):
    """Reads concepts from one kind of file, in a stream."""

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield concepts; the same id may come several times. Skipped input goes to `tally`."""
        ...


@runtime_checkable
class CorpusReader(Protocol):
    """Reads annotated or plain documents."""

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the documents at `paths`; skipped input goes to `tally`."""
        ...


@runtime_checkable
class CorpusWriter(Protocol):
    """Writes annotated documents; `Mention.gold` holds the ids, whoever gave them."""

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write `documents` to the file or folder at `path`, whole or not at all."""
        ...
