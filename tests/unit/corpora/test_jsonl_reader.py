from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlink.corpora import JsonlReader, write_documents
from xlink.corpora.spans import surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

RECORD = {
    "id": "a",
    "text": "fever, cough",
    "mentions": [{"id": "T1", "spans": [[0, 5]], "text": "fever", "gold": ["R50"]}],
}


def read(path: Path, tally: Tally | None = None, *, tolerant: bool = False) -> list[Document]:
    reader = JsonlReader(tolerant=tolerant)
    return list(reader.read([path], Tally() if tally is None else tally))


def write(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def changed_mention(**fields: object) -> dict[str, object]:
    return {**RECORD, "mentions": [{**RECORD["mentions"][0], **fields}]}  # type: ignore[dict-item]


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    text = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != "\0"))
    made = []
    for number in range(draw(st.integers(0, 3))):
        content = draw(text)
        mentions = []
        for place in range(draw(st.integers(0, 3)) if len(content) > 1 else 0):
            count = st.sampled_from([2, 4] if len(content) > 3 else [2])
            n = draw(count)
            borders = draw(
                st.lists(st.integers(0, len(content)), min_size=n, max_size=n, unique=True)
            )
            borders.sort()
            spans = tuple(zip(borders[::2], borders[1::2], strict=True))
            mentions.append(
                Mention(
                    f"T{place}",
                    spans,
                    surface(content, spans),
                    draw(text),
                    draw(st.none() | st.frozensets(text, max_size=3)),
                    draw(st.booleans()),
                )
            )
        made.append(Document(f"d{number}", content, "und", tuple(mentions)))
    return made


@given(documents())
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, written: list[Document]
) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "documents.jsonl"
    write_documents(written, path)
    assert read(path) == written


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "documents.jsonl"
    write_documents([Document("a", "one")], path)

    def broken() -> list[Document]:
        raise DataError("the source broke")

    with pytest.raises(DataError, match="broke"):
        write_documents((each for each in broken()), path)
    assert read(path) == [Document("a", "one")]
    assert list(tmp_path.iterdir()) == [path]


def test_defaults_fill_what_a_record_leaves_out(tmp_path: Path) -> None:
    (document,) = read(write(tmp_path / "d.jsonl", RECORD))
    mention = Mention("T1", ((0, 5),), "fever", "", frozenset({"R50"}))
    assert document == Document("a", "fever, cough", "und", (mention,))


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"id": "a"}, "line 2: field text: Field required"),
        ([1], "line 2: a JSON object was expected"),
        (changed_mention(gold="R50"), r"line 2: field mentions\.0\.gold"),
        (changed_mention(spans=[[0, 13]]), "leave the text, which has 12 characters"),
        (changed_mention(spans=[[3, 3]]), "empty or out of order"),
        (changed_mention(spans=[[7, 9], [0, 5]]), "empty or out of order"),
        (changed_mention(spans=[]), "no span"),
        (changed_mention(spans=[[1, 6]]), "'T1' says 'fever' where the text has 'ever,'"),
    ],
)
def test_a_bad_line_is_refused_by_number(tmp_path: Path, record: object, problem: str) -> None:
    path = write(tmp_path / "d.jsonl", {"id": "first", "text": ""}, record)
    with pytest.raises(DataError, match=problem):
        read(path)


def test_a_line_that_is_not_json_is_refused_by_number(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text('{"id": "a", "text": ""}\n\n{"id": "b", "te', encoding="utf-8")
    with pytest.raises(DataError, match="line 3: the line is not JSON"):
        read(path)


def test_a_repeated_id_is_refused_with_its_first_place(tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", RECORD, RECORD)
    with pytest.raises(DataError, match=r"line 2: document 'a' was read before .*line 1"):
        read(path)


def test_two_mentions_of_one_id_are_refused(tmp_path: Path) -> None:
    record = {**RECORD, "mentions": RECORD["mentions"] * 2}  # type: ignore[operator]
    with pytest.raises(DataError, match="two mentions have the same id"):
        read(write(tmp_path / "d.jsonl", record))


def test_tolerance_takes_the_text_at_the_spans_and_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", changed_mention(spans=[[7, 12]]))
    tally = Tally()
    (document,) = read(path, tally, tolerant=True)
    assert document.mentions[0].text == "cough"
    assert tally["mention takes the text at its spans"] == 1


def test_unknown_fields_are_counted(tmp_path: Path) -> None:
    tally = Tally()
    read(write(tmp_path / "d.jsonl", {**changed_mention(cui="C1"), "author": "x"}), tally)
    assert tally["unknown field 'author' of a document ignored"] == 1
    assert tally["unknown field 'cui' of a mention ignored"] == 1
