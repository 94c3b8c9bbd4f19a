"""Links the documents of one task after the other, in this process or in one of several."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlink.errors import XlinkError
from xlink.jobs.failures import Failure, failure_of, readable
from xlink.jobs.inputs import Task
from xlink.jobs.shard import Content, ShardRecord, line_of, write_shard
from xlink.linker import Linker
from xlink.protocols import CorpusReader
from xlink.tally import Tally
from xlink.types import Document

__all__ = ["Worker"]


@dataclass(frozen=True, slots=True)
class Worker:
    """Turns tasks into shards in `folder`."""

    linker: Linker
    reader: CorpusReader
    folder: Path
    content: Content
    detect: bool

    def do(self, task: Task) -> ShardRecord:
        """Read, link and write the documents of a task; what is bad is recorded and left out."""
        began = time.process_time()
        tally, failures = Tally(), list[Failure]()
        documents = list(readable(task.items, self.reader, tally, failures))
        lines, n_documents, n_mentions, n_links, n_bytes = [], 0, 0, 0, 0
        for line, mentions, links, size in self._linked(documents, failures):
            lines.append(line)
            n_documents += 1
            n_mentions += mentions
            n_links += links
            n_bytes += size
        joined = b"".join(lines)
        record = ShardRecord(
            number=task.number,
            size=len(joined),
            n_documents=n_documents,
            n_mentions=n_mentions,
            n_links=n_links,
            n_bytes=n_bytes,
            cpu_s=time.process_time() - began,
            failures=tuple(failures),
            notes=tuple(tally.entries()),
        )
        write_shard(self.folder, joined, record)
        return record

    def _linked(
        self, documents: Sequence[Document], failures: list[Failure]
    ) -> Iterator[tuple[bytes, int, int, int]]:
        """Yield the line of each document with its numbers of mentions, links and bytes."""
        try:
            yield from self._lines(documents)
        except (XlinkError, UnicodeEncodeError) as error:
            if len(documents) > 1:  # one of them is to blame: link them one by one
                for document in documents:
                    yield from self._linked([document], failures)
            else:
                failures.append(failure_of(documents[0].id, error))

    def _lines(self, documents: Sequence[Document]) -> list[tuple[bytes, int, int, int]]:
        return [
            (
                line_of(linked, self.content),
                len(linked.links),
                sum(link.concept_id is not None for link in linked.links),
                len(linked.document.text.encode()),
            )
            for linked in self.linker.link(documents, detect=self.detect)
        ]
