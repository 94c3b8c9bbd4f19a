from __future__ import annotations

import io
import os
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
    assert tally["file of a folder left out: its name does not end in .txt, .pdf, .docx, .eml"] == 1


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
    with pytest.raises(DataError, match=r"no \.txt, \.pdf, \.docx or \.eml file"):
        read(tmp_path)


def test_an_unknown_encoding_is_refused_before_reading() -> None:
    for name in ("utf-9", "base64"):
        with pytest.raises(SpecError, match=name):
            TextReader(encoding=name)


def test_the_encoding_is_detected_if_that_is_asked(tmp_path: Path) -> None:
    pytest.importorskip("charset_normalizer")
    letter = "Die Patientin klagt über Übelkeit, Müdigkeit und Rückenschmerzen. Größe 165 cm.\n" * 5
    for name, encoding in (("a", "utf-8"), ("b", "cp1252"), ("c", "utf-16"), ("d", "utf-8-sig")):
        (tmp_path / f"{name}.txt").write_bytes(letter.encode(encoding))
    tally = Tally()
    assert {each.text for each in read(tmp_path, encoding="detect", tally=tally)} == {letter}
    assert tally["encoding taken to be utf-16"] == 1


def test_a_text_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"x" * 1_000_001)
    reader = TextReader(max_mb=1)
    with pytest.raises(DataError, match=r"1\.0 MB, more than the 1 that a document.*max_mb=2"):
        list(reader.read([path], Tally()))


def test_text_of_any_script_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    text = "ارتفاع ضغط الدم\u200f (HTA)\nתסמונת דאון\ncafe\u0301 \U0001f489"
    path.write_bytes(text.encode())
    assert read(path)[0].text == text


def test_files_that_programs_leave_beside_letters_are_left_out(tmp_path: Path) -> None:
    for name in ("~$letter.docx", "._letter.txt", "letter.txt"):
        (tmp_path / name).write_text("fever")
    assert [each.id for each in read(tmp_path)] == ["letter"]


def test_a_name_that_is_not_utf8_becomes_an_id_that_is(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/ni\xf1o.txt"))
    try:
        path.write_text("fever")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert read(path)[0].id.encode() == b"ni\\udcf1o"
