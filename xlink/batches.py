"""Streams of documents and mentions, cut where enough is together for arrays to pay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from xlink.types import Document

__all__ = ["by_mentions", "in_batches"]

_BATCH_CHARS = 1_000_000
_BATCH_MENTIONS = 4_096


def in_batches(documents: Iterable[str | Document], language: str) -> Iterator[list[Document]]:
    """Yield documents in lists of about a million characters; the last may be empty.

    Plain texts become documents in `language`, with their place in the stream as id.
    """
    batch: list[Document] = []
    n_chars = 0
    for number, given in enumerate(documents):
        document = (
            Document(id=str(number), text=given, language=language)
            if isinstance(given, str)
            else given
        )
        batch.append(document)
        n_chars += max(1, len(document.text))
        if n_chars >= _BATCH_CHARS:
            yield batch
            batch, n_chars = [], 0
    yield batch


def by_mentions(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Yield documents in lists of at most 4,096 mentions; one with more comes in several parts.

    The parts have the whole text. Documents without mentions are left out.
    """
    batch: list[Document] = []
    room = _BATCH_MENTIONS
    for document in documents:
        done = 0
        while done < len(document.mentions):
            mentions = document.mentions[done : done + room]
            batch.append(replace(document, mentions=mentions))
            done += len(mentions)
            room -= len(mentions)
            if not room:
                yield batch
                batch, room = [], _BATCH_MENTIONS
    if batch:
        yield batch
