from __future__ import annotations

import csv
from pathlib import Path

import pytest

from xlink.corpora.formats.omop import NOTE_NLP_COLUMNS, NoteNlpWriter
from xlink.errors import DataError, SpecError
from xlink.protocols import CorpusWriter
from xlink.types import Document, Mention

DATE = "2026-01-31"
TEXT = 'Fever,\nno "cough" and\nleft and right knee pain.'
NOTE = Document(
    "17",
    TEXT,
    "en",
    (
        Mention("T1", ((0, 5),), "Fever", "finding", frozenset({"386661006"})),
        Mention("T2", ((10, 17),), '"cough"', "", frozenset()),
        Mention("T3", ((22, 26), (37, 46)), "left knee pain", "", frozenset({"1", "2"})),
        Mention("T4", ((41, 46),), "pain.", "", None),
        Mention("T5", ((22, 46),), TEXT[22:46], "", frozenset({"8", "9"}), composite=True),
    ),
)
CONCEPTS = """concept_id\tconcept_name\tvocabulary_id\tstandard_concept\tconcept_code
437663\tFever\tSNOMED\tS\t386661006
99\tOld thing\tSNOMED\t\t1
77\tOther\tICD10CM\tS\t2
"""


def write(
    path: Path, documents: list[Document], writer: NoteNlpWriter
) -> tuple[list[dict[str, str]], list[list[str]]]:
    assert isinstance(writer, CorpusWriter)
    writer.write(documents, path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with path.with_name("notes.note_ids.csv").open(encoding="utf-8", newline="") as stream:
        return rows, list(csv.reader(stream))


def test_every_gold_id_is_a_line_with_the_columns_of_the_model(tmp_path: Path) -> None:
    rows, numbers = write(tmp_path / "notes.csv", [NOTE], NoteNlpWriter(date=DATE))
    assert tuple(rows[0]) == NOTE_NLP_COLUMNS
    assert len(NOTE_NLP_COLUMNS) == 14
    assert rows[0] == {
        "note_nlp_id": "1",
        "note_id": "1",
        "section_concept_id": "0",
        "snippet": 'Fever, no "cough" and left and right knee pain.',
        "offset": "0",
        "lexical_variant": "Fever",
        "note_nlp_concept_id": "0",
        "note_nlp_source_concept_id": "0",
        "nlp_system": "xlink",
        "nlp_date": DATE,
        "nlp_datetime": "",
        "term_exists": "Y",
        "term_temporal": "",
        "term_modifiers": "mention=T1,spans=0-5,label=finding,concept=386661006",
    }
    assert [row["term_modifiers"] for row in rows[1:]] == [
        "mention=T2,spans=10-17,concept=NIL",
        "mention=T3,spans=22-26 37-46,concept=1,several=alternatives",
        "mention=T3,spans=22-26 37-46,concept=2,several=alternatives",
        "mention=T4,spans=41-46",
        "mention=T5,spans=22-46,concept=8,several=composite",
        "mention=T5,spans=22-46,concept=9,several=composite",
    ]
    assert [row["note_nlp_id"] for row in rows] == [str(number) for number in range(1, 8)]
    assert numbers == [["note_id", "document_id"], ["1", "17"]]


def test_concepts_are_numbered_as_athena_numbers_them(tmp_path: Path) -> None:
    concepts = tmp_path / "CONCEPT.csv"
    concepts.write_text(CONCEPTS, encoding="utf-8")
    writer = NoteNlpWriter(concepts=concepts, date=DATE, note_ids="keep")
    rows, _ = write(tmp_path / "notes.csv", [NOTE], writer)
    assert {row["note_id"] for row in rows} == {"17"}
    assert [
        (row["note_nlp_concept_id"], row["note_nlp_source_concept_id"]) for row in rows[:4]
    ] == [("437663", "437663"), ("0", "0"), ("0", "99"), ("0", "0")]
    assert writer.tally.counts() == {"id that SNOMED of OMOP does not have": 3}


@pytest.mark.parametrize(
    ("content", "vocabulary", "problem"),
    [
        ("", "SNOMED", "there is no column 'concept_code'"),
        (CONCEPTS.replace("\t", ","), "SNOMED", "line 1: there is no column"),
        (CONCEPTS[:-9], "SNOMED", "line 4: the line is cut or not a concept"),
        (CONCEPTS, "HPO", "no concept of the vocabulary 'HPO'"),
    ],
)
def test_other_concept_tables_are_refused(
    tmp_path: Path, content: str, vocabulary: str, problem: str
) -> None:
    concepts = tmp_path / "CONCEPT.csv"
    concepts.write_text(content, encoding="utf-8")
    writer = NoteNlpWriter(concepts=concepts, vocabulary=vocabulary)
    with pytest.raises(DataError, match=problem):
        writer.write([NOTE], tmp_path / "notes.csv")
    assert not (tmp_path / "notes.csv").exists()


def test_long_texts_are_cut_to_the_width_of_the_columns(tmp_path: Path) -> None:
    text = "long " * 100
    note = Document("1", text, mentions=(Mention("T1", ((0, 500),), text),))
    writer = NoteNlpWriter(date=DATE)
    rows, _ = write(tmp_path / "notes.csv", [note], writer)
    assert len(rows[0]["snippet"]) == len(rows[0]["lexical_variant"]) == 250
    assert writer.tally.counts() == {"mention cut to 250 characters": 1}


def test_ids_that_can_not_be_kept_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    with pytest.raises(DataError, match="the id 'n1' of a document is no number"):
        NoteNlpWriter(note_ids="keep").write([Document("n1", "")], path)
    with pytest.raises(DataError, match="two documents have the id '17'"):
        NoteNlpWriter().write([NOTE, NOTE], path)
    assert list(tmp_path.iterdir()) == []


def test_unknown_options_are_refused() -> None:
    with pytest.raises(SpecError, match="Known: number, keep"):
        NoteNlpWriter(note_ids="hash")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="'yesterday' is no date"):
        NoteNlpWriter(date="yesterday")
