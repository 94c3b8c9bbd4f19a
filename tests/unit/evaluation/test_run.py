from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlink.errors import DataError
from xlink.evaluation import DocumentLinks, Run, RunHeader, write_run
from xlink.render import jsonl_lines
from xlink.types import Alias, Candidate, Document, Link, LinkedDocument, Mention

HEADER = RunHeader("tfidf", "icd10", "ab12")
ALIAS = Alias("tos ferina", "es", "preferred", "icd10")
LINK = Link(
    Mention("T1", ((0, 3), (5, 7)), "tos fe", "disease"),
    "A37",
    0.75,
    (Candidate("A37", 0.1 + 0.2, ALIAS, "tfidf"), Candidate("R05", 0.25, ALIAS, "lookup")),
)
NIL = Link(Mention("T2", ((8, 9),), "x"), None, 0.5)
LINKED = [
    LinkedDocument(Document("a", "tos, fe x"), (LINK, NIL)),
    LinkedDocument(Document("b", ""), ()),
]


def test_a_saved_run_is_loaded_as_it_was(tmp_path: Path) -> None:
    run, path = Run.of(LINKED, HEADER), tmp_path / "run.jsonl"
    run.save(path)
    loaded = Run.load(path)
    assert loaded.header == HEADER
    assert list(loaded.documents) == list(run.documents)
    assert list(loaded.documents) == list(run.documents), "it can be iterated again"


def test_streamed_and_printed_runs_are_the_same_file(tmp_path: Path) -> None:
    Run.of(LINKED, HEADER).save(tmp_path / "held.jsonl")
    write_run((each for each in LINKED), HEADER, tmp_path / "streamed.jsonl")
    content = (tmp_path / "held.jsonl").read_text(encoding="utf-8")
    assert (tmp_path / "streamed.jsonl").read_text(encoding="utf-8") == content
    assert "".join(jsonl_lines(LINKED, HEADER)) == content


def test_a_run_holds_no_gold(tmp_path: Path) -> None:
    annotated = Mention("T1", ((0, 3),), "tos", gold=frozenset({"SECRET"}), composite=True)
    linked = [LinkedDocument(Document("a", "tos"), (Link(annotated, "R05", 1.0),))]
    write_run(linked, HEADER, tmp_path / "run.jsonl")
    assert "SECRET" not in (tmp_path / "run.jsonl").read_text(encoding="utf-8")
    (entry,) = Run.load(tmp_path / "run.jsonl").documents
    assert entry == DocumentLinks("a", (Link(Mention("T1", ((0, 3),), "tos"), "R05", 1.0),))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "line 1: the first line is not the header"),
        ('{"document": "a", "links": []}', "line 1: the first line is not the header"),
        ('{"system": "x", "format": 2}', "line 1: a run of format 2, where 1 is read"),
        ('{"system": "x"}\n{"document": "a"}', "line 2: field links: Field required"),
        ('{"system": "x"}\n{"docu', "line 2: the line is not JSON"),
    ],
)
def test_what_is_not_a_run_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=problem):
        list(Run.load(path).documents)


def test_a_bad_link_is_refused_by_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    lines = list(jsonl_lines(LINKED, HEADER))
    record = json.loads(lines[1])
    del record["links"][1]["mention"]["spans"]
    path.write_text("".join([lines[0], json.dumps(record)]), encoding="utf-8")
    with pytest.raises(DataError, match=r"line 2: field links\.1\.mention\.spans: Field required"):
        list(Run.load(path).documents)
