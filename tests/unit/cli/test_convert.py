"""Corpora from format to format, and links into formats of annotations, on the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.cli import main
from xlink.corpora.formats.bigbio_files import BigbioReader
from xlink.corpora.formats.brat import BratReader
from xlink.corpora.formats.pubtator import PubtatorReader
from xlink.corpora.jsonl import JsonlReader, write_documents
from xlink.protocols import CorpusReader, CorpusWriter
from xlink.registry import READERS, WRITERS
from xlink.tally import Tally
from xlink.testing import small_terminology
from xlink.types import Document, Mention

Shell = Callable[..., tuple[int, str]]

TEXT = "Admitted with heart failure and pneumonia. No fever."
DOCUMENT = Document(
    "a",
    TEXT,
    "en",
    (
        Mention("T1", ((14, 27),), "heart failure", "DISO", frozenset({"T:02"})),
        Mention("T2", ((46, 51),), "fever", "DISO", frozenset()),
    ),
)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Run the command line; return its exit code and what it said on stderr."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["xlink", *map(str, arguments)])
        try:
            main()
            code: object = 0
        except SystemExit as left:
            code = left.code
        return int(str(code or 0)), capsys.readouterr().err

    return run


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    write_documents([DOCUMENT], path)
    return path


@pytest.mark.parametrize("name", ["bigbio", "bioc", "brat", "pubtator"])
def test_formats_are_registered_both_ways(name: str) -> None:
    assert isinstance(READERS.load(name)(), CorpusReader)  # type: ignore[operator]
    assert isinstance(WRITERS.load(name)(), CorpusWriter)  # type: ignore[operator]


def test_convert_from_format_to_format(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    source, reader = corpus, "jsonl"
    for name, target in [("brat", "out"), ("bioc", "d.json"), ("bigbio", "d.parquet")]:
        out = tmp_path / target
        code, said = shell("convert", source, "--reader", reader, "--format", name, "--out", out)
        assert (code, f"written: {out}" in said) == (0, True)
        source, reader = out, name
    (document,) = BigbioReader().read([source], Tally())
    assert document.mentions == DOCUMENT.mentions
    assert document.language == "und"  # BRAT has no place for it


def test_link_writes_formats_of_annotations(shell: Shell, tmp_path: Path) -> None:
    built = small_terminology(tmp_path / "small")
    letter = tmp_path / "letter.txt"
    letter.write_text(TEXT, encoding="utf-8")
    linking = ("link", letter, "-t", built.path, "--language", "en")
    readers: list[tuple[str, str, CorpusReader]] = [
        ("brat", "linked", BratReader()),
        ("pubtator", "linked.txt", PubtatorReader()),
    ]
    for name, target, reader in readers:
        code, said = shell(*linking, "--format", name, "--out", tmp_path / target)
        assert code == 0, said
        (document,) = reader.read([tmp_path / target], Tally())
        found = {each.text: each.gold for each in document.mentions}
        assert found["heart failure"] == frozenset({"T:02"})
        assert found["pneumonia"] == frozenset({"T:05"})


def test_mentions_linked_to_nothing_are_nil(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    built, out = small_terminology(tmp_path / "small"), tmp_path / "out.jsonl"
    linking = ("link", corpus, "-t", built.path, "--reader", "jsonl", "--given")
    assert shell(*linking, "--threshold", "2", "--format", "bigbio", "--out", out)[0] == 0
    (document,) = BigbioReader().read([out], Tally())
    assert [each.gold for each in document.mentions] == [frozenset(), frozenset()]
    assert list(JsonlReader().read([corpus], Tally())) == [DOCUMENT]


def test_misuse(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    linking = ("link", corpus, "-t", tmp_path / "nowhere")
    code, said = shell(*linking, "--format", "brta", "--out", tmp_path / "x")
    assert code == 1
    assert "Did you mean 'brat'?" in said
    assert "table" in said
    code, said = shell(*linking, "--format", "brat")
    assert (code, "needs --out" in said) == (1, True)
    code, said = shell("convert", corpus, "-f", "xml", "-o", tmp_path / "x")
    assert (code, "corpus writer 'xml'" in said) == (1, True)
    assert shell("convert", corpus)[0] == 2
    converting = ("convert", corpus, "-f", "brat", "-o", tmp_path / "x", "--format-set")
    code, said = shell(*converting, "databse=HPO")
    assert (code, "Did you mean 'database'?" in said) == (1, True)
    code, said = shell(*converting, "database")
    assert (code, "--format-set takes key=value" in said) == (1, True)
    code, said = shell(*linking, "--format", "html", "--format-set", "a=b")
    assert (code, "no options" in said) == (1, True)


def test_options_of_the_format_are_passed_on(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    converting = ("convert", corpus, "-f", "brat", "-o", out, "--format-set", "database=MINE")
    assert shell(*converting)[0] == 0
    assert "Reference T1 MINE:T:02" in (out / "a.ann").read_text(encoding="utf-8")
