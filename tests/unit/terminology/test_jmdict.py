"""JMdict as jamdict stores it: senses become concepts with names in two languages."""

from __future__ import annotations

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.sources.jmdict import JmdictSource


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "made-up.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE Kanji (idseq INTEGER, text TEXT);
            CREATE TABLE Kana (idseq INTEGER, text TEXT);
            CREATE TABLE Sense (ID INTEGER PRIMARY KEY, idseq INTEGER);
            CREATE TABLE SenseGloss (sid INTEGER, lang TEXT, text TEXT);
            INSERT INTO Kanji VALUES (1, '咳'), (1, '咳嗽'), (3, '無');
            INSERT INTO Kana VALUES (1, 'せき'), (2, 'コロナ');
            INSERT INTO Sense VALUES (10, 1), (11, 1), (20, 2), (30, 3);
            INSERT INTO SenseGloss VALUES
                (10, 'eng', 'cough (of a person)'), (10, 'eng', 'coughing'), (10, 'ger', 'Husten'),
                (11, 'eng', 'to cough'), (20, 'eng', 'corona'), (30, 'ger', 'nichts');
            """
        )
        connection.commit()
    return path


def test_senses_are_concepts(database: Path) -> None:
    tally = Tally()
    concepts = list(JmdictSource(files=(database,)).concepts(tally))
    assert [each.id for each in concepts] == ["1-10", "1-11", "2-20"]
    names = [[(alias.text, alias.language) for alias in each.aliases] for each in concepts]
    assert names[0] == [("cough", "en"), ("coughing", "en"), ("咳", "ja"), ("咳嗽", "ja")]
    assert names[1][0] == ("cough", "en")
    assert names[2] == [("corona", "en"), ("コロナ", "ja")]


def test_the_number_of_names_is_bounded(database: Path) -> None:
    source = JmdictSource(files=(database,), max_forms=1, max_glosses=1)
    first = next(source.concepts(Tally()))
    assert [alias.text for alias in first.aliases] == ["cough", "咳"]


def test_a_packed_database_is_the_same(database: Path) -> None:
    packed = database.with_suffix(".db.xz")
    packed.write_bytes(lzma.compress(database.read_bytes()))
    plain = list(JmdictSource(files=(database,)).concepts(Tally()))
    assert list(JmdictSource(files=(packed,)).concepts(Tally())) == plain


def test_other_files_are_refused(tmp_path: Path, database: Path) -> None:
    other = tmp_path / "other.db"
    with pytest.raises(DataError, match="no such file"):
        list(JmdictSource(files=(other,)).concepts(Tally()))
    other.write_bytes(b"not a database" * 100)
    with pytest.raises(DataError, match="database of jamdict"):
        list(JmdictSource(files=(other,)).concepts(Tally()))
    cut = tmp_path / "cut.db.xz"
    cut.write_bytes(lzma.compress(database.read_bytes())[:-40])
    with pytest.raises(DataError, match="damaged"):
        list(JmdictSource(files=(cut,)).concepts(Tally()))
