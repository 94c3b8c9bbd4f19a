"""Tables in and out: links as Arrow, documents from any frame that speaks Arrow.

pandas, Polars, DuckDB and pyarrow exchange frames by the Arrow C stream without copying rows, so
none of them is needed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from xlink.errors import DataError, UnknownNameError
from xlink.terminology import Terminology
from xlink.types import Document, Link, LinkedDocument

__all__ = ["ArrowStream", "documents_from_frame", "link_batches", "links_table"]

_N_DOCUMENTS = 1_000
_SCHEMA = pa.schema(
    [
        ("document_id", pa.string()),
        ("mention_id", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("spans", pa.list_(pa.list_(pa.int64()))),
        ("text", pa.string()),
        ("label", pa.string()),
        ("concept_id", pa.string()),
        ("name", pa.string()),
        ("confidence", pa.float64()),
        ("alias", pa.string()),
        ("alias_language", pa.string()),
        ("generator", pa.string()),
        ("assertion", pa.list_(pa.string())),
        ("section", pa.string()),
        ("part_of", pa.string()),
    ]
)


@runtime_checkable
class ArrowStream(Protocol):
    """What pandas, Polars, DuckDB and pyarrow frames can do."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the rows as an Arrow C stream."""
        ...


def links_table(
    linked: LinkedDocument | Iterable[LinkedDocument], *, terminology: Terminology | None = None
) -> pa.Table:
    """Return a row for each link; `.to_pandas()`, or `polars.from_arrow(...)`, makes a frame of it.

    `concept_id` is null for NIL, and `alias` where no candidate was kept. With `terminology`,
    `name` is that of the concept in the language of the document, else it is null.
    """
    documents = [linked] if isinstance(linked, LinkedDocument) else linked
    return pa.Table.from_batches(link_batches(documents, terminology=terminology), _SCHEMA)


def link_batches(
    linked: Iterable[LinkedDocument],
    *,
    terminology: Terminology | None = None,
    n_documents: int = _N_DOCUMENTS,
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `links_table` for so many documents at a time, in constant memory."""
    stream = iter(linked)
    while batch := list(islice(stream, n_documents)):
        rows = [_row(each, link, terminology) for each in batch for link in each.links]
        yield pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


def documents_from_frame(
    frame: ArrowStream,
    *,
    text: str = "text",
    id: str | None = None,  # noqa: A002 - `id` and `text` are columns, as in a `Document`
    language: str = "und",
    language_column: str | None = None,
) -> Iterator[Document]:
    """Yield a document for each row of a frame, a batch of rows at a time.

    `text`, `id` and `language_column` name columns; without `id`, documents are numbered from 0.

    ```python
    links = links_table(linker.link(documents_from_frame(notes, id="note_id", language="es")))
    ```

    Raises:
        DataError: it is no frame, or a row has no text or id.
        UnknownNameError: there is no such column.
    """
    if not isinstance(frame, ArrowStream):
        raise DataError(
            f"{type(frame).__name__} has no Arrow stream",
            remedy="Pass a frame of pandas 2.2 or later, Polars, DuckDB or pyarrow.",
        )
    reader = pa.RecordBatchReader.from_stream(frame)
    columns = [each for each in (text, id, language_column) if each is not None]
    for column in columns:
        if column not in reader.schema.names:
            raise UnknownNameError("column", column, reader.schema.names)
    return _documents(reader, text, id, language, language_column)


def _documents(
    reader: pa.RecordBatchReader, text: str, name: str | None, language: str, languages: str | None
) -> Iterator[Document]:
    number = 0
    for batch in reader:
        texts = batch.column(text).to_pylist()
        names = [None] * len(texts) if name is None else batch.column(name).to_pylist()
        spoken = [language] * len(texts) if languages is None else batch.column(languages)
        for own, named, tag in zip(texts, names, _plain(spoken), strict=True):
            if not isinstance(own, str):
                raise _gap(number, text, own)
            if name is not None and named is None:
                raise _gap(number, name, named)
            yield Document(
                id=str(number) if named is None else str(named),
                text=own,
                language=language if tag is None else str(tag),
            )
            number += 1


def _plain(values: Any) -> list[Any]:
    return values if isinstance(values, list) else list(values.to_pylist())


def _gap(number: int, column: str, value: object) -> DataError:
    return DataError(
        f"row {number:,} has {value!r} in the column {column!r}", remedy="Fill it or drop the row."
    )


def _row(linked: LinkedDocument, link: Link, terminology: Terminology | None) -> dict[str, object]:
    document, mention = linked.document, link.mention
    chosen = [each for each in link.candidates if each.concept_id == link.concept_id]
    alias = chosen[0].alias if chosen else None
    name = None
    if terminology is not None and link.concept_id is not None:
        name = terminology.name_of(link.concept_id, (document.language, "en"))
    return {
        "document_id": document.id,
        "mention_id": mention.id,
        "start": mention.start,
        "end": mention.end,
        "spans": [list(span) for span in mention.spans],
        "text": mention.text,
        "label": mention.label,
        "concept_id": link.concept_id,
        "name": name,
        "confidence": link.confidence,
        "alias": None if alias is None else alias.text,
        "alias_language": None if alias is None else alias.language,
        "generator": chosen[0].generator if chosen else None,
        "assertion": list(mention.assertion),
        "section": mention.section,
        "part_of": mention.part_of,
    }
