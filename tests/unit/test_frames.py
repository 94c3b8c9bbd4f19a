"""Frames of any library in, tables out, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
import pytest

import xlink
from xlink.errors import DataError, UnknownNameError
from xlink.frames import documents_from_frame, link_batches, links_table
from xlink.terminology import Terminology
from xlink.types import Alias, Candidate, Document, Link, LinkedDocument, Mention

COLUMNS = {"note": [7, 8], "text": ["Neumonía.", ""], "lang": ["es", None]}


def frame_of(library: str) -> Any:
    if library == "pyarrow":
        return pa.table(COLUMNS)
    module = pytest.importorskip(library)
    return module.DataFrame(COLUMNS)


@pytest.mark.parametrize("library", ["pyarrow", "pandas", "polars"])
def test_documents_from_frames(library: str) -> None:
    frame = frame_of(library)
    assert list(documents_from_frame(frame, language="en")) == [
        Document("0", "Neumonía.", "en"),
        Document("1", "", "en"),
    ]
    found = documents_from_frame(frame, id="note", language="en", language_column="lang")
    assert list(found) == [Document("7", "Neumonía.", "es"), Document("8", "", "en")]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_tables_become_frames(library: str) -> None:
    module = pytest.importorskip(library)
    table = links_table(linked("a"))
    if library == "pandas":
        frame = table.to_pandas()
        assert frame["concept_id"].to_list()[0] == "T:02"
        assert frame["concept_id"].isna().to_list() == [False, True]
    else:
        assert module.DataFrame(table)["concept_id"].to_list() == ["T:02", None]


def test_a_frame_is_read_as_it_is_needed() -> None:
    taken = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(1_000_000):
            taken.append(number)
            yield pa.record_batch({"text": [f"{number} a", f"{number} b"]})

    schema = pa.schema([("text", pa.string())])
    reader = pa.RecordBatchReader.from_batches(schema, batches())
    first = list(islice(documents_from_frame(reader), 3))
    assert [document.text for document in first] == ["0 a", "0 b", "1 a"]
    assert len(taken) == 2


def test_what_is_no_frame_or_lacks_something_is_refused() -> None:
    with pytest.raises(DataError, match=r"list has no Arrow stream\. Pass a frame of pandas"):
        documents_from_frame(["a"])  # type: ignore[arg-type]
    table = pa.table(COLUMNS)
    with pytest.raises(UnknownNameError, match=r"Unknown column 'texts'\. Did you mean 'text'"):
        documents_from_frame(table, text="texts")
    gaps = pa.table({"text": ["a", None], "id": [None, "b"]})
    with pytest.raises(DataError, match=r"row 1 has None in the column 'text'\. Fill it"):
        list(documents_from_frame(gaps))
    with pytest.raises(DataError, match="row 0 has None in the column 'id'"):
        list(documents_from_frame(gaps, id="id"))
    with pytest.raises(DataError, match="row 0 has 7 in the column 'note'"):
        list(documents_from_frame(table, text="note"))


def linked(name: str) -> LinkedDocument:
    alias = Alias("Herzinsuffizienz", "de")
    mentions = (
        Mention(
            "T1",
            ((0, 5), (9, 12)),
            "heart bad",
            "D",
            assertion=("negated",),
            section="history",
        ),
        Mention("T2", ((6, 8),), "is"),
    )
    links = (
        Link(mentions[0], "T:02", 0.5, (Candidate("T:02", 0.5, alias, "lookup"),)),
        Link(mentions[1], None, 1.0),
    )
    return LinkedDocument(Document(name, "heart is bad", "es", mentions), links)


def test_a_row_for_each_link(small: Terminology) -> None:
    rows = links_table([linked("a"), linked("b")], terminology=small).to_pylist()
    assert rows[0] == {
        "document_id": "a",
        "mention_id": "T1",
        "start": 0,
        "end": 12,
        "spans": [[0, 5], [9, 12]],
        "text": "heart bad",
        "label": "D",
        "concept_id": "T:02",
        "name": "heart failure",
        "confidence": 0.5,
        "alias": "Herzinsuffizienz",
        "alias_language": "de",
        "generator": "lookup",
        "assertion": ["negated"],
        "section": "history",
        "part_of": "",
    }
    assert [row["document_id"] for row in rows] == ["a", "a", "b", "b"]
    assert rows[1]["concept_id"] is rows[1]["name"] is rows[1]["alias"] is None
    assert links_table([]).num_rows == 0
    assert links_table([]).schema == links_table(linked("a")).schema


def test_batches_are_made_as_they_are_taken() -> None:
    taken = []

    def stream() -> Iterator[LinkedDocument]:
        for number in range(1_000_000):
            taken.append(number)
            yield linked(str(number))

    first = next(link_batches(stream(), n_documents=10))
    assert (first.num_rows, len(taken)) == (20, 10)


def test_they_are_public() -> None:
    assert xlink.links_table is links_table
    assert xlink.documents_from_frame is documents_from_frame
