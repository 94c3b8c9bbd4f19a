"""What a system answered: its links on documents, kept apart from gold and from the system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from xlink.corpora.decoding import numbered_lines
from xlink.corpora.records import json_line, mention_record, parse, parse_object
from xlink.corpora.writing import written_whole
from xlink.errors import DataError
from xlink.types import Link, LinkedDocument

__all__ = ["DocumentLinks", "Run", "RunHeader", "run_lines", "write_run"]

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class RunHeader:
    """Who made a run: the system, and the terminology by name and fingerprint."""

    system: str
    terminology: str = ""
    fingerprint: str = ""
    format: int = FORMAT_VERSION


@dataclass(frozen=True, slots=True)
class DocumentLinks:
    """The links of one document, which is named by its id."""

    document: str
    links: tuple[Link, ...]

    @classmethod
    def of(cls, linked: LinkedDocument) -> DocumentLinks:
        """Take the links of a document, and of the document no more than its id."""
        return cls(linked.document.id, linked.links)


_HEADER, _LINKS = TypeAdapter(RunHeader), TypeAdapter(DocumentLinks)


@dataclass(frozen=True, slots=True)
class Run:
    """The links of a system on documents; iterate `documents` as often as you like.

    ```python
    run = Run.of(linker.link(documents), RunHeader("tfidf", "hpo"))
    run.save(Path("tfidf.jsonl"))
    evaluate(Run.load(Path("tfidf.jsonl")), documents)
    ```
    """

    header: RunHeader
    documents: Iterable[DocumentLinks]

    @classmethod
    def of(cls, linked: Iterable[LinkedDocument], header: RunHeader) -> Run:
        """Collect linked documents in memory; `write_run` streams them to a file instead."""
        return cls(header, tuple(DocumentLinks.of(each) for each in linked))

    @classmethod
    def load(cls, path: Path) -> Run:
        """Open a saved run; its documents are read anew, line by line, at each iteration.

        A run holds no gold: `gold` and `composite` of its mentions are unset.

        Raises:
            DataError: there is no run at `path`, or it has another format. A bad line further
                down is reported when it is reached.
        """
        for number, line in numbered_lines(path):
            record = parse_object(line, path=path, number=number)
            if "system" not in record:
                break
            header = parse(_HEADER, record, path=path, number=number)
            if header.format != FORMAT_VERSION:
                problem = f"a run of format {header.format}, where {FORMAT_VERSION} is read"
                raise DataError(problem, path=path, line=number, remedy="Upgrade xlink.")
            return cls(header, _SavedLinks(path))
        raise DataError(
            "the first line is not the header of a run",
            path=path,
            line=1,
            remedy="Name a file that `xlink link` or `Run.save` wrote.",
        )

    def save(self, path: Path) -> None:
        """Write the run as JSONL: the header, then one document a line, as they come."""
        with written_whole(path) as stream:
            stream.writelines(run_lines(self.header, self.documents))


def write_run(linked: Iterable[LinkedDocument], header: RunHeader, path: Path) -> None:
    """Write a run while its documents are being linked; nothing is held in memory."""
    Run(header, (DocumentLinks.of(each) for each in linked)).save(path)


def run_lines(header: RunHeader, documents: Iterable[DocumentLinks]) -> Iterator[str]:
    """Yield the lines of a run: its header, then the links of one document each."""
    yield json_line(asdict(header))
    for entry in documents:
        yield json_line({"document": entry.document, "links": [*map(_record, entry.links)]})


def _record(link: Link) -> dict[str, object]:
    return {
        "mention": mention_record(link.mention),
        "concept_id": link.concept_id,
        "confidence": link.confidence,
        "candidates": [
            {  # written out, for `asdict` copies every value and takes most of a run's time
                "concept_id": candidate.concept_id,
                "score": candidate.score,
                "alias": {
                    "text": candidate.alias.text,
                    "language": candidate.alias.language,
                    "kind": candidate.alias.kind,
                    "source": candidate.alias.source,
                },
                "generator": candidate.generator,
            }
            for candidate in link.candidates
        ],
    }


@dataclass(frozen=True, slots=True)
class _SavedLinks:
    """The lines of a saved run below its header."""

    path: Path

    def __iter__(self) -> Iterator[DocumentLinks]:
        lines = numbered_lines(self.path)
        next(lines)
        for number, line in lines:
            record = parse_object(line, path=self.path, number=number)
            yield parse(_LINKS, record, path=self.path, number=number)
