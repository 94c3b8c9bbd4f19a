"""A corpus translated document by document, so that a run that is killed goes on.

What is done lies in `OUT.unfinished` beside the output until that is whole. Beside the output then
stands `OUT.translation.json`: the model, the languages, and what became of the mentions of each
document.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from xlink import __version__
from xlink.corpora.records import document_record, json_line
from xlink.corpora.writing import written_whole
from xlink.errors import DataError
from xlink.jobs.folder import JobFolder
from xlink.progress import track
from xlink.protocols import CorpusWriter
from xlink.tally import Tally
from xlink.translation.projection import Projector, TranslatedDocument
from xlink.types import Document

__all__ = ["TranslationJob", "run_translation"]

_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationJob:
    """What translates, and where and as what the documents are written."""

    projector: Projector
    out: Path
    writer: CorpusWriter


@dataclass(frozen=True, slots=True)
class _Done:
    """A group of documents that is done: of what originals, and reason, count and example each."""

    originals: str
    documents: tuple[Document, ...]
    notes: tuple[tuple[tuple[str, int, str], ...], ...]
    n_left_out: int


_DONE = TypeAdapter(_Done)


def run_translation(
    job: TranslationJob, documents: Iterable[Document], *, restart: bool = False
) -> Tally:
    """Translate documents, write them, and return what became of their mentions.

    A call with the same documents and settings goes on where a killed one was. With `restart`,
    what that did is removed first.

    Raises:
        DataError: there is an unfinished run of other settings, or something in the place of the
            output already.
    """
    tally, counts = Tally(), list[dict[str, object]]()
    with JobFolder.of(job.out, _settings(job.projector), restart=restart) as folder:
        if _is_filled(job.out) and not folder.has_begun_output:
            raise DataError(
                "there is something already", path=job.out, remedy="Name a new or empty folder."
            )
        n_groups = 0
        for group in _groups(track(documents, "Documents")):
            done = _done(job.projector, group, folder.shards / f"{n_groups:08}.json")
            _count(done, tally, counts)
            n_groups += 1
        paths = [folder.shards / f"{number:08}.json" for number in range(n_groups)]
        if not folder.has_begun_output or not _is_filled(job.out):
            folder.begin_output()
            job.writer.write(_stored(paths), job.out)
        with written_whole(job.out.with_name(f"{job.out.name}.translation.json")) as stream:
            told = _settings(job.projector) | {"all": tally.counts(), "documents": counts}
            stream.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        folder.finish()
    return tally


def _settings(projector: Projector) -> dict[str, object]:
    translator = projector.translator
    return {
        "model": translator.name,
        "from": translator.source,
        "to": translator.target,
        "markers": list(projector.markers),
        "least": projector.least,
        "version of xlink": __version__,
    }


def _groups(documents: Iterable[Document]) -> Iterator[list[Document]]:
    group: list[Document] = []
    for document in documents:
        group.append(document)
        if len(group) == _AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _done(projector: Projector, group: Sequence[Document], path: Path) -> _Done:
    """Return what `path` has of these documents, or translate them and write it."""
    digest = hashlib.sha256()
    for document in group:
        digest.update(json_line(document_record(document)).encode("utf-8", "surrogatepass"))
    try:
        kept = _DONE.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        kept = None
    if kept is not None and kept.originals == digest.hexdigest():
        return kept
    made: list[TranslatedDocument] = projector.translate(group)
    done = _Done(
        digest.hexdigest(),
        tuple(each.document for each in made),
        tuple(tuple(each.tally.entries()) for each in made),
        len(group) - len(made),
    )
    with written_whole(path) as stream:
        stream.write(_DONE.dump_json(done).decode())
    return done


def _count(done: _Done, tally: Tally, counts: list[dict[str, object]]) -> None:
    tally.add("document left out: it is in another language", "", done.n_left_out)
    for document, notes in zip(done.documents, done.notes, strict=True):
        for reason, count, example in notes:
            tally.add(reason, example, count)
        counts.append({"id": document.id} | {reason: count for reason, count, _ in notes})


def _stored(paths: Iterable[Path]) -> Iterator[Document]:
    for path in paths:
        yield from _DONE.validate_json(path.read_bytes()).documents


def _is_filled(out: Path) -> bool:
    return out.is_dir() and any(out.iterdir())
