"""What is known of a mention's context reaches every output that has a place for it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from rich.console import Console

from xlink.corpora.formats.omop import NoteNlpWriter
from xlink.corpora.linked import annotated
from xlink.corpora.records import document_record
from xlink.evaluation.run import Run, RunHeader
from xlink.render import html_page, links_table
from xlink.terminology import Terminology
from xlink.testing import small_terminology
from xlink.types import Document, Link, LinkedDocument, Mention

MENTIONS = (
    Mention("T1.1", ((3, 9),), "oedema", assertion=("family", "negated"), section="family_history"),
    Mention("T2", ((11, 19),), "diabetes", assertion=("historical",), part_of="T9"),
    Mention("T3", ((20, 21),), "x"),
)
DOCUMENT = Document("d", "No oedema, diabetes x", "en", MENTIONS)
LINKED = LinkedDocument(
    DOCUMENT,
    tuple(
        Link(mention, concept_id, 1.0)
        for mention, concept_id in zip(MENTIONS, ("T:09", "T:03", None), strict=True)
    ),
)


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return small_terminology(tmp_path_factory.mktemp("outputs") / "small")


def test_runs_keep_it(tmp_path: Path) -> None:
    Run.of([LINKED], RunHeader("s")).save(tmp_path / "run.jsonl")
    (document,) = Run.load(tmp_path / "run.jsonl").documents
    assert tuple(link.mention for link in document.links) == MENTIONS


def test_what_is_not_set_is_not_written() -> None:
    plain = document_record(Document("d", "x", mentions=(MENTIONS[2],)))
    assert list(plain) == ["id", "text", "language", "mentions"]
    mentions = plain["mentions"]
    assert isinstance(mentions, list)
    assert list(mentions[0]) == ["id", "spans", "text", "label", "gold", "composite"]


def test_tables_and_pages_show_it(terminology: Terminology) -> None:
    console = Console(width=160, file=io.StringIO(), record=True)
    console.print(links_table(LINKED, terminology))
    shown = console.export_text()
    page = html_page([LINKED], terminology)
    for expected in ("family, negated, in family history", "historical, part of T9", "Context"):
        assert expected in shown
        assert expected in page


def test_nothing_known_takes_no_column(terminology: Terminology) -> None:
    plain = LinkedDocument(DOCUMENT, LINKED.links[2:])
    console = Console(width=160, file=io.StringIO(), record=True)
    console.print(links_table(plain, terminology))
    assert "Context" not in console.export_text()
    assert "<th scope=col>Context" not in html_page([plain], terminology)


def test_omop_says_what_exists_and_when(tmp_path: Path) -> None:
    NoteNlpWriter(date="2026-01-31").write([annotated(LINKED)], tmp_path / "notes.csv")
    with (tmp_path / "notes.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(each["term_exists"], each["term_temporal"]) for each in rows] == [
        ("N", ""),
        ("Y", "Past"),
        ("Y", ""),
    ]
    assert rows[0]["term_modifiers"].endswith("assertion=family|negated,section=family_history")
    assert rows[1]["term_modifiers"].endswith("assertion=historical,part_of=T9")
