from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from xlink.corpora import TextReader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document


def read(*paths: Path, encoding: str = "utf-8", tally: Tally | None = None) -> list[Document]:
    reader = TextReader(encoding=encoding, language="es")
    return list(reader.read(paths, Tally() if tally is None else tally))


def test_a_folder_is_read_with_its_subfolders_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.txt", "a.TXT", "b/d.txt", "b/notes.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    tally = Tally()
    documents = read(tmp_path, tally=tally)
    assert [(each.id, each.text, each.language) for each in documents] == [
        ("a", "a.TXT", "es"),
        ("d", "b/d.txt", "es"),
        ("c", "c.txt", "es"),
    ]
    assert tally["file of a folder left out: its name does not end in .txt"] == 1


def test_repeated_names_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.txt").write_text(name, encoding="utf-8")
    assert [each.id for each in read(tmp_path)] == ["one/same", "two/same"]
    roots = [tmp_path / "one", tmp_path / "two"]
    assert [each.id for each in read(*roots)] == [(root / "same.txt").as_posix() for root in roots]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("fever", encoding="utf-8")
    tally = Tally()
    assert [each.id for each in read(tmp_path, path, tally=tally)] == ["note"]
    assert tally["file named twice, read once"] == 1


def test_line_ends_stay_and_the_byte_order_mark_goes(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes("\ufeffá\r\nb\rc\n".encode())
    assert read(path)[0].text == "á\r\nb\rc\n"


def test_another_encoding_is_refused_by_line_and_read_when_named(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes("one\ntwo\nfiebre alta, tensión 12/8\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"note\.txt, line 3: byte 0xf3 is not utf-8.*latin-1"):
        read(path)
    assert read(path, encoding="latin-1")[0].text.endswith("tensión 12/8\n")


def test_utf16_is_refused_with_the_option_that_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes("fiebre".encode("utf-16"))
    with pytest.raises(DataError, match=r'name its encoding.*"utf-16"'):
        read(path)
    assert read(path, encoding="utf-16")[0].text == "fiebre"


def test_a_nul_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "scan.txt"
    path.write_bytes(b"%PDF\n\x00\x01")
    with pytest.raises(DataError, match="line 2: it holds a NUL"):
        read(path)


def test_an_empty_file_is_an_empty_document(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.touch()
    tally = Tally()
    assert read(path, tally=tally) == [Document("empty", "", "es")]
    assert tally["document without text"] == 1


def test_a_very_long_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"fever " * 1_000_000)
    assert len(read(path)[0].text) == 6_000_000


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO("fièvre".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert read(Path("-")) == [Document("stdin", "fièvre", "es")]


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.txt: it can't be read"):
        read(tmp_path / "absent.txt")
    with pytest.raises(DataError, match=r"no \.txt file"):
        read(tmp_path)


def test_an_unknown_encoding_is_refused_before_reading() -> None:
    for name in ("utf-9", "base64"):
        with pytest.raises(SpecError, match=name):
            TextReader(encoding=name)
