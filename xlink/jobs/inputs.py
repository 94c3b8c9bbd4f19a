"""The inputs of a job in a fixed order, cut into tasks of bounded size."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.text import InputFile, TextReader
from xlink.errors import DataError, XlinkError
from xlink.jobs.failures import Failure, Item, failure_of, readable
from xlink.protocols import CorpusReader
from xlink.tally import Tally
from xlink.types import Document

__all__ = ["Task", "cut", "documents_of", "items", "state_of"]

_MOST_ITEMS = 256
_MOST_CHARS = 500_000


@dataclass(frozen=True, slots=True)
class Task:
    """What becomes one shard. Tasks are numbered from 0 in the order of the output."""

    number: int
    items: tuple[Item, ...]


def items(reader: CorpusReader, paths: Sequence[Path], tally: Tally) -> Iterable[Item]:
    """Return what there is to do: files where each is a document, else documents as they are read.

    A file of many documents that is bad ends where it is, and the next is read.

    Raises:
        DataError: a folder has nothing to read.
    """
    if isinstance(reader, TextReader):
        return reader.files(paths, tally)
    return _documents(reader, paths, tally)


def _documents(reader: CorpusReader, paths: Sequence[Path], tally: Tally) -> Iterator[Item]:
    taken: set[str] = set()
    for path in paths:
        try:
            for document in reader.read([path], tally):
                if document.id in taken:
                    yield Failure(document.id, f"a document of this id was read before {path}")
                    continue
                taken.add(document.id)
                yield document
        except XlinkError as error:
            yield failure_of(str(path), error)


def documents_of(
    reader: CorpusReader, paths: Sequence[Path], tally: Tally, failures: list[Failure]
) -> Iterator[Document]:
    """Yield the documents at `paths` that can be read; the others go to `failures`."""
    return readable(items(reader, paths, tally), reader, tally, failures)


def cut(given: Iterable[Item]) -> Iterator[Task]:
    """Yield tasks of at most 256 items and, unless one has more, half a million characters.

    Where files are cut depends on their sizes alone, so that a resumed run cuts alike.
    """
    batch: list[Item] = []
    number = size = 0
    for item in given:
        weight = _weight(item)
        if batch and (len(batch) == _MOST_ITEMS or size + weight > _MOST_CHARS):
            yield Task(number, tuple(batch))
            batch, size, number = [], 0, number + 1
        batch.append(item)
        size += weight
    if batch:
        yield Task(number, tuple(batch))


def _weight(item: Item) -> int:
    if isinstance(item, Document):
        return len(item.text)
    if isinstance(item, InputFile):
        try:
            return item.path.stat().st_size
        except OSError:
            return 0  # it is reported when it is read
    return 0


def state_of(paths: Iterable[Path]) -> str:
    """Return a digest of the files at `paths`: their names, sizes and times of change.

    Raises:
        DataError: a folder among them can't be listed.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            found = sorted(path.rglob("*")) if path.is_dir() else [path]
            for each in found:
                if each.is_file():
                    state = each.stat()
                    digest.update(os.fsencode(each))
                    digest.update(f"\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
        except OSError as error:
            raise DataError(f"it can't be listed: {error.strerror}", path=path) from None
    return digest.hexdigest()
