"""Names and translations come out of gettext files, and what is wrong in them is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.terminology.sources.gettext import GettextSource
from xlink.types import Alias, Concept

CONTEXT = r"model:toe,name:(?P<id>.+)"
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'


def po(path: Path, *messages: tuple[str, str, str], flags: str = "") -> Path:
    blocks = [
        f'{flags}msgctxt "model:toe,name:{key}"\nmsgid "{name}"\nmsgstr "{text}"\n'
        for key, name, text in messages
    ]
    path.write_text("\n".join([HEADER, *blocks]), encoding="utf-8")
    return path


def read(*files: Path, tally: Tally | None = None, **options: Any) -> list[Concept]:
    options = {"context": CONTEXT, "languages": {"pt": "pt"}} | options
    source = GettextSource(files=files, **options)
    return list(source.concepts(tally if tally is not None else Tally()))


def texts(concepts: list[Concept]) -> list[tuple[str, str]]:
    return [(alias.language, alias.text) for each in concepts for alias in each.aliases]


def test_codes_come_from_the_records_and_parents_from_the_codes(tmp_path: Path) -> None:
    names = po(tmp_path / "pt.po", ("T0", "Toe", "Dedo"), ("T01", "Big  toe", "Dedão"))
    records = tmp_path / "toes.xml"
    records.write_text(
        '<data><record id="T0"><field name="code">T0</field></record>'
        '<record id="T01"><field name="code">T0.1</field></record></data>'
    )
    first, second = read(names, records, parent=r"(?P<parent>.+)\.\d")
    assert (first.id, first.parents) == ("T0", ())
    assert (second.id, second.name, second.parents) == ("T0.1", "Big toe", ("T0",))
    assert second.aliases == (
        Alias("Big toe", "en", "preferred"),
        Alias("Dedão", "pt", "preferred"),
    )


def test_the_name_is_given_once_and_each_translation_with_its_language(tmp_path: Path) -> None:
    files = [po(tmp_path / f"{stem}.po", ("T0", "Toe", stem)) for stem in ("pt_BR", "fr", "it")]
    concepts = read(*files, languages={"fr": "fr", "pt_BR": "pt"}, msgid_language="en-GB")
    assert texts(concepts) == [("en-GB", "Toe"), ("fr", "fr"), ("pt", "pt_BR")]


@pytest.mark.parametrize(
    ("text", "flags", "reason"),
    [
        ("", "", "it is empty"),
        ("  ", "", "it is empty"),
        ("nan", "", "it is the word nan"),
        ("Dedo", "#, fuzzy\n", "it is marked as fuzzy"),
        ("DedÃ£o", "", "it is garbled"),
        ("Ded\uf061o", "", "it is garbled"),
    ],
)
def test_faulty_translations_are_counted(
    tmp_path: Path, text: str, flags: str, reason: str
) -> None:
    tally = Tally()
    concepts = read(po(tmp_path / "pt.po", ("T0", "Toe", text), flags=flags), tally=tally)
    assert texts(concepts) == [("en", "Toe")]
    assert tally[f"pt translation skipped: {reason}"] == 1


def test_a_wrong_encoding_is_mended_letter_by_letter(tmp_path: Path) -> None:
    tally = Tally()
    file = po(tmp_path / "pt.po", ("T0", "Toe", "Lesăo à măo – 3Ş"), ("T1", "Nail", "Unha à mão"))
    concepts = read(file, tally=tally, repair={"pt": ("cp1250", "cp1252")})
    assert ("pt", "Lesão à mão – 3ª") in texts(concepts)
    assert ("pt", "Unha à mão") in texts(concepts)
    assert tally["pt translation mended: wrong encoding"] == 1


def test_records_without_a_code_are_counted(tmp_path: Path) -> None:
    (tmp_path / "toes.xml").write_text(
        '<data><record id="T0"><field name="code">T0</field></record></data>'
    )
    tally = Tally()
    file = po(tmp_path / "pt.po", ("T0", "Toe", "Dedo"), ("T9", "Nail", "Unha"))
    assert [each.id for each in read(file, tmp_path / "toes.xml", tally=tally)] == ["T0"]
    assert tally["message skipped: its record has no code"] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'msgid "x"\nmsgstr "y"\nnonsense\n', r"pt\.po, line 3: it is not a gettext file"),
        (b'msgid "x"\nmsgstr "\xe9"\n', r"pt\.po, line 2: it is not UTF-8"),
        (b"", "no message has a context"),
        (b"\x00\x01\x02", "not a gettext file|no message"),
    ],
)
def test_files_of_another_kind_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "pt.po").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(tmp_path / "pt.po")


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no file pt\.po for the language 'pt'.*fr"):
        read(po(tmp_path / "fr.po", ("T0", "Toe", "Orteil")))
    with pytest.raises(DataError, match="No such file"):
        read(tmp_path / "pt.po")


def test_broken_records_are_refused(tmp_path: Path) -> None:
    file = po(tmp_path / "pt.po", ("T0", "Toe", "Dedo"))
    (tmp_path / "toes.xml").write_text("<data>\n<record>\n</data>")
    with pytest.raises(DataError, match=r"toes\.xml, line 3: it is not XML"):
        read(file, tmp_path / "toes.xml")
    (tmp_path / "toes.xml").write_text("<data/>")
    with pytest.raises(DataError, match="no record has a field 'code'"):
        read(file, tmp_path / "toes.xml")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"context": "("}, "not a regular expression"),
        ({"context": "model"}, "needs a group"),
        ({"parent": "x"}, "needs a group"),
        ({"repair": {"pt": ("cp9", "cp1252")}}, "unknown encoding"),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        read(**options)
