"""A stream of documents, cut where enough text is together for arrays to pay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlink.types import Document

__all__ = ["in_batches"]

_BATCH_CHARS = 1_000_000


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
