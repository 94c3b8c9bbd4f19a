"""Jobs: documents linked in tasks, and the shards joined to the output when all are done."""

from __future__ import annotations

import functools
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from xlink import __version__
from xlink.corpora.records import json_line
from xlink.corpora.writing import written_whole
from xlink.errors import DataError, SpecError
from xlink.home import terminology_path
from xlink.jobs.folder import JobFolder
from xlink.jobs.inputs import Task, cut, items, state_of
from xlink.jobs.pool import done_by_processes
from xlink.jobs.settings import LinkSettings
from xlink.jobs.shard import Content, ShardRecord, shard_path
from xlink.jobs.summary import Summary
from xlink.jobs.worker import Worker
from xlink.progress import track
from xlink.protocols import CorpusReader, CorpusWriter
from xlink.terminology import Terminology
from xlink.types import Document, Filter

__all__ = ["Job", "run_job"]

_DOCUMENT = TypeAdapter(Document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Documents to link and where the links go.

    With a `writer`, `out` becomes what that writes, links as annotations; without one, a run as
    JSON lines. `settings` and `reader` must be such that another process can open them.
    """

    paths: Sequence[Path]
    reader: CorpusReader
    settings: LinkSettings
    out: Path
    writer: CorpusWriter | None = None

    @property
    def content(self) -> Content:
        """What the shards of this job hold."""
        return "links" if self.writer is None else "documents"


def run_job(job: Job, *, n_processes: int = 1, restart: bool = False) -> Summary:
    """Link the documents of a job and write its output, going on where a killed run was.

    Until the output is whole, what is done lies in `OUT.unfinished` beside it. With `restart`,
    what is there is removed first.

    Raises:
        ArtifactError: the terminology is not built, or an index of it is damaged.
        DataError: there is an unfinished run of other inputs or settings, or nothing to read.
        SpecError: there is not at least one process.
    """
    if n_processes < 1:
        raise SpecError(f"A job needs at least one process, not {n_processes}.")
    began = time.monotonic()
    terminology = Terminology.open(terminology_path(job.settings.terminology))
    summary = Summary()
    given = items(job.reader, job.paths, summary.tally)
    with JobFolder.of(job.out, _depends_on(job, terminology), restart=restart) as folder:
        if _is_filled(job.out) and not folder.has_begun_output:
            raise DataError(
                "there is something already", path=job.out, remedy="Name a new or empty folder."
            )
        n_tasks = 0
        for record, is_new in track(_records(job, folder, cut(given), n_processes), "Linking"):
            n_tasks += 1
            _count(summary, record, is_new=is_new)
        _join(job, folder, n_tasks, terminology)
        summary.failures.sort(key=lambda each: (each.name, each.reason))
        summary.seconds = time.monotonic() - began
        folder.finish()
    return summary


def _records(
    job: Job, folder: JobFolder, tasks: Iterable[Task], n_processes: int
) -> Iterator[tuple[ShardRecord, bool]]:
    """Yield the record of every shard, and whether it is done by this run."""
    kept: list[ShardRecord] = []

    def undone() -> Iterator[Task]:
        for task in tasks:
            record = folder.done(task.number)
            if record is None:
                yield task
            else:
                kept.append(record)

    open_worker = functools.partial(
        _open_worker, job.settings, job.reader, folder.shards, job.content
    )
    if n_processes == 1:
        worker = None
        for task in undone():
            worker = open_worker() if worker is None else worker
            yield worker.do(task), True
    else:
        job.settings.open()  # so that indexes are built once, and what is wrong is said here
        for record in done_by_processes(undone(), open_worker, n_processes):
            yield record, True
    yield from ((record, False) for record in kept)


def _open_worker(
    settings: LinkSettings, reader: CorpusReader, folder: Path, content: Content
) -> Worker:
    return Worker(settings.open(), reader, folder, content, settings.detect)


def _count(summary: Summary, record: ShardRecord, *, is_new: bool) -> None:
    summary.n_documents += record.n_documents
    summary.n_mentions += record.n_mentions
    summary.n_links += record.n_links
    summary.n_bytes += record.n_bytes
    summary.failures += record.failures
    if is_new:
        summary.new_bytes += record.n_bytes
        summary.cpu_s += record.cpu_s
    else:
        summary.n_kept += record.n_documents
    for reason, count, example in record.notes:
        summary.tally.add(reason, example, count)


def _depends_on(job: Job, terminology: Terminology) -> dict[str, object]:
    """Return all that the shards of a job depend on."""
    reader = type(job.reader)
    options: dict[str, object] = asdict(job.reader) if is_dataclass(job.reader) else {}
    linking = asdict(job.settings) | {
        "terminology": terminology.fingerprint,
        "where": _plain(job.settings.where),
        "where_by_label": {
            label: _plain(own) for label, own in sorted(job.settings.where_by_label.items())
        },
    }
    depends_on: dict[str, object] = to_jsonable_python(
        linking
        | {
            "version of xlink": __version__,
            "reader": f"{reader.__module__}.{reader.__name__}",
            "options of the reader": options,
            "kind of format": job.content,
            "input files": state_of(job.paths),
        }
    )
    return depends_on


def _plain(where: Filter) -> dict[str, object]:
    values = asdict(where).items()
    return {key: sorted(v) if isinstance(v, frozenset) else v for key, v in values}


def _join(job: Job, folder: JobFolder, n_tasks: int, terminology: Terminology) -> None:
    """Write the output from the shards in their order."""
    paths = [shard_path(folder.shards, number) for number in range(n_tasks)]
    if job.writer is not None:
        if not folder.has_begun_output or not _is_filled(job.out):
            folder.begin_output()
            job.writer.write(_stored(paths), job.out)
    else:
        with written_whole(job.out) as stream:
            stream.write(json_line(asdict(job.settings.header(terminology))))
            stream.flush()
            for path in paths:
                with path.open("rb") as shard:
                    shutil.copyfileobj(shard, stream.buffer)
            stream.flush()
            os.fsync(stream.fileno())


def _is_filled(out: Path) -> bool:
    """Tell whether `out` is a folder with something in it, which no writer adds to."""
    return out.is_dir() and any(out.iterdir())


def _stored(paths: Iterable[Path]) -> Iterator[Document]:
    for path in paths:
        with path.open("rb") as lines:
            for line in lines:
                yield _DOCUMENT.validate_json(line)
