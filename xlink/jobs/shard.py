"""Shards: the lines of a task's documents, and a record of what was done, written when whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from xlink.corpora.linked import annotated
from xlink.corpora.records import document_record, json_line
from xlink.evaluation.run import DocumentLinks, RunHeader, run_lines
from xlink.jobs.failures import Failure
from xlink.types import LinkedDocument

__all__ = ["Content", "ShardRecord", "line_of", "read_record", "shard_path", "write_shard"]

Content = Literal["links", "documents"]
"""What the lines of a shard are: those of a run, or documents with links as annotations."""


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """What is in a shard; `size` is that of its lines in bytes, `n_bytes` that of the texts.

    `notes` are reason, count and example of what was skipped or mended on the way in.
    """

    number: int
    size: int
    n_documents: int
    n_mentions: int
    n_links: int
    n_bytes: int
    cpu_s: float
    failures: tuple[Failure, ...]
    notes: tuple[tuple[str, int, str], ...]


_RECORD = TypeAdapter(ShardRecord)


def line_of(linked: LinkedDocument, content: Content) -> bytes:
    """Return the line of a document in a shard.

    Raises:
        UnicodeEncodeError: the text has halves of characters, which UTF-8 can't say.
    """
    if content == "documents":
        return json_line(document_record(annotated(linked))).encode()
    lines = run_lines(RunHeader(""), [DocumentLinks.of(linked)])
    return "".join(islice(lines, 1, None)).encode()


def shard_path(folder: Path, number: int) -> Path:
    """Return where the lines of a shard lie; its record has the suffix `.json`."""
    return folder / f"{number:08}.jsonl"


def write_shard(folder: Path, lines: bytes, record: ShardRecord) -> None:
    """Write a shard so that it counts as done only when both of its files are on the disk."""
    path = shard_path(folder, record.number)
    _write(path, lines)
    _write(path.with_suffix(".json"), _RECORD.dump_json(record))


def read_record(folder: Path, number: int) -> ShardRecord | None:
    """Return the record of a shard, or None where it is not done."""
    path = shard_path(folder, number)
    try:
        record = _RECORD.validate_json(path.with_suffix(".json").read_bytes())
        size = path.stat().st_size
    except (FileNotFoundError, ValidationError):
        return None
    return record if record.number == number and record.size == size else None


def _write(path: Path, content: bytes) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with aside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
