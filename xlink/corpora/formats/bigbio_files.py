"""Files of BigBIO records: JSONL and Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xlink.corpora.aside import file_aside
from xlink.corpora.decoding import numbered_lines
from xlink.corpora.formats.bigbio import from_bigbio, to_bigbio
from xlink.corpora.gold import GoldOptions, Several
from xlink.corpora.placing import UniqueIds
from xlink.corpora.records import json_line, parse_object
from xlink.corpora.writing import written_whole
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document

__all__ = ["BigbioReader", "BigbioWriter", "bigbio_schema"]

_BATCH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class BigbioReader(GoldOptions):
    """Reads `.parquet` files, and any others as JSONL, of BigBIO's knowledge-base schema.

    `databases` are the only ones whose ids are taken, by `db_name`. Several ids are alternatives
    unless the file or `several` says otherwise.
    """

    several: Several = "alternatives"
    databases: tuple[str, ...] | None = None

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a record; events, relations and coreferences are counted.

        Raises:
            DataError: a record is not of the schema, a document's id comes twice, or an entity
                leaves its text.
        """
        seen = UniqueIds("document")
        for path in paths:
            records = _parquet(path) if path.suffix.lower() == ".parquet" else _jsonl(path)
            for number, record in records:
                document = from_bigbio(
                    record, self, databases=self.databases, path=path, line=number, tally=tally
                )
                seen.add(document.id, path=path, line=number)
                yield document


@dataclass(frozen=True, slots=True, kw_only=True)
class BigbioWriter:
    """Writes Parquet where the path ends in `.parquet`, else JSONL.

    Nothing is lost, unless `strict` keeps to the letter of the schema: then language, and whether
    several ids are meant at once. `database` is the name that ids are filed under.
    """

    database: str = ""
    strict: bool = False

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write the file at `path`, which appears when it is whole.

        Raises:
            DataError: a document's id comes twice, or a passage leaves its text.
        """
        records = self._records(documents, path)
        if path.suffix.lower() != ".parquet":
            with written_whole(path) as stream:
                stream.writelines(map(json_line, records))
            return
        schema = bigbio_schema(strict=self.strict)
        with file_aside(path) as aside, pq.ParquetWriter(aside, schema) as writer:
            while batch := list(islice(records, _BATCH)):
                writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=schema))

    def _records(self, documents: Iterable[Document], path: Path) -> Iterator[dict[str, object]]:
        seen = UniqueIds("document")
        for document in documents:
            seen.add(document.id, path=path)
            yield to_bigbio(document, database=self.database, strict=self.strict)


def bigbio_schema(*, strict: bool = False) -> pa.Schema:
    """Return the columns of the schema, with ours for language and composites unless `strict`."""
    text = pa.string()
    part = {
        "id": text,
        "type": text,
        "text": pa.list_(text),
        "offsets": pa.list_(pa.list_(pa.int32())),
    }
    normalized = pa.list_(_struct({"db_name": text, "db_id": text}))
    entity = part | {"normalized": normalized} | ({} if strict else {"composite": pa.bool_()})
    argument = _struct({"role": text, "ref_id": text})
    trigger = _struct({"text": pa.list_(text), "offsets": pa.list_(pa.list_(pa.int32()))})
    event = {"id": text, "type": text, "trigger": trigger, "arguments": pa.list_(argument)}
    relation = {"id": text, "type": text, "arg1_id": text, "arg2_id": text}
    columns = {
        "id": text,
        "document_id": text,
        "passages": pa.list_(_struct(part)),
        "entities": pa.list_(_struct(entity)),
        "events": pa.list_(_struct(event)),
        "coreferences": pa.list_(_struct({"id": text, "entity_ids": pa.list_(text)})),
        "relations": pa.list_(_struct(relation | {"normalized": normalized})),
    }
    return pa.schema(list((columns if strict else columns | {"language": text}).items()))


def _struct(fields: dict[str, pa.DataType]) -> pa.DataType:
    return pa.struct(list(fields.items()))


def _jsonl(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in numbered_lines(path):
        yield number, parse_object(line, path=path, number=number)


def _parquet(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the rows with their numbers, in the place of those of lines."""
    try:
        with pq.ParquetFile(path) as file:
            batches = (batch.to_pylist() for batch in file.iter_batches(_BATCH))
            yield from enumerate(chain.from_iterable(batches), start=1)
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        raise DataError(
            f"it can't be read as Parquet: {str(error).splitlines()[0]}",
            path=path,
            remedy="Write the file again.",
        ) from None
