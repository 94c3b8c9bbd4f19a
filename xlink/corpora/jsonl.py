"""The lossless format of xlink: one document a line, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

from pydantic import TypeAdapter

from xlink.corpora.decoding import numbered_lines
from xlink.corpora.records import document_record, json_line, parse, parse_object
from xlink.corpora.spans import check_spans, surface
from xlink.corpora.writing import written_whole
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["JsonlReader", "JsonlWriter", "write_documents"]

_DOCUMENT = TypeAdapter(Document)
_DOCUMENT_FIELDS = {field.name for field in fields(Document)}
_MENTION_FIELDS = {field.name for field in fields(Mention)}


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonlReader:
    """Reads documents as `write_documents` writes them; `-` is standard input.

    A mention must say what the text says at its spans. With `tolerant`, the text at its spans
    wins, and each such mention is counted.
    """

    tolerant: bool = False

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a line. Blank lines are passed over, unknown fields counted.

        Raises:
            DataError: a line is not such a document, an id comes twice, or a mention does not
                stand where it says.
        """
        places: dict[str, str] = {}
        for path in paths:
            for number, line in numbered_lines(path):
                record = parse_object(line, path=path, number=number)
                _count_unknown(record, f"{path}, line {number:,}", tally)
                document = parse(_DOCUMENT, record, path=path, number=number)
                if document.id in places:
                    raise DataError(
                        f"document {document.id!r} was read before ({places[document.id]})",
                        path=path,
                        line=number,
                        remedy="Give every document an id of its own.",
                    )
                places[document.id] = f"{path}, line {number:,}"
                yield self._checked(document, path, number, tally)

    def _checked(self, document: Document, path: Path, number: int, tally: Tally) -> Document:
        mentions = list(document.mentions)
        ids = {mention.id for mention in mentions}
        if len(ids) < len(mentions):
            raise DataError("two mentions have the same id", path=path, line=number)
        for place, mention in enumerate(mentions):
            if problem := check_spans(mention.spans, len(document.text)):
                raise DataError(f"mention {mention.id!r}: {problem}", path=path, line=number)
            found = surface(document.text, mention.spans)
            if found == mention.text:
                continue
            if not self.tolerant:
                raise DataError(
                    f"mention {mention.id!r} says {mention.text!r} where the text has {found!r}",
                    path=path,
                    line=number,
                    remedy="Count offsets in code points, or read with tolerant=True.",
                )
            tally.add("mention takes the text at its spans", f"{path}, line {number:,}")
            mentions[place] = replace(mention, text=found)
        return replace(document, mentions=tuple(mentions))


@dataclass(frozen=True, slots=True)
class JsonlWriter:
    """Writes documents as `JsonlReader` reads them; nothing is lost."""

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write one document a line; an existing file is replaced when all is written."""
        write_documents(documents, path)


def write_documents(documents: Iterable[Document], path: Path) -> None:
    """Write one document a line, lossless; an existing file is replaced when all is written."""
    with written_whole(path) as stream:
        stream.writelines(json_line(document_record(document)) for document in documents)


def _count_unknown(record: dict[str, object], example: str, tally: Tally) -> None:
    mentions = record.get("mentions", ())
    records = [(record, _DOCUMENT_FIELDS, "document")]
    if isinstance(mentions, list):
        records += [(each, _MENTION_FIELDS, "mention") for each in mentions if type(each) is dict]
    for fields_given, known, kind in records:
        for name in fields_given.keys() - known:
            tally.add(f"unknown field {name!r} of a {kind} ignored", example)
