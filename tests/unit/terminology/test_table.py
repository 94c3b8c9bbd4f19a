"""Tables give names by mapped columns, and bad ones are refused by file, line and remedy."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.terminology.sources.table import TableSource
from xlink.types import Alias, Concept


def read(path: Path, content: str | bytes, **options: Any) -> list[Concept]:
    raw = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(raw)
    tally = options.pop("tally", Tally())
    return list(
        TableSource(files=(path,), **{"id": "id", "name": "name"} | options).concepts(tally)
    )


@pytest.fixture
def tsv(tmp_path: Path) -> Path:
    return tmp_path / "toes.tsv"


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    return tmp_path / "toes.jsonl"


class TestColumns:
    def test_all_of_them(self, tsv: Path) -> None:
        content = (
            "id\tname\tsyn\tabb\tlang\tkind\tup\twhat\ticd\thp\n"
            "1\tBig toe\thallux| great  toe ||\tBT\ten\tpart\t0|9\tA toe.\tT0|T1\tHP:1\n"
        )
        (concept,) = read(
            tsv,
            content,
            synonyms="syn",
            abbreviations="abb",
            language="lang",
            type="kind",
            parents="up",
            definition="what",
            xrefs={"icd": "ICD10:", "hp": ""},
            id_prefix="TOE:",
        )
        assert concept == Concept(
            id="TOE:1",
            name="Big toe",
            aliases=(
                Alias("Big toe", "en", "preferred"),
                Alias("hallux", "en"),
                Alias("great toe", "en"),
                Alias("BT", "en", "abbreviation"),
            ),
            types=("part",),
            definition="A toe.",
            parents=("TOE:0", "TOE:9"),
            xrefs=("ICD10:T0", "ICD10:T1", "HP:1"),
        )

    def test_a_kind_column_with_its_own_words(self, tsv: Path) -> None:
        content = "id\tname\tmain\n1\thallux\t0\n1\tBig toe\t1\n2\tnail\t0\n"
        options: dict[str, Any] = {"kind_column": "main", "rows": "aliases", "language_value": "en"}
        kinds = {"0": "synonym", "1": "preferred"}
        concepts = read(tsv, content, kinds=kinds, **options)
        assert [alias.kind for each in concepts for alias in each.aliases] == [
            "synonym",
            "preferred",
            "synonym",
        ]
        # 1 has a preferred name; 2 has none, and its first name stands in.
        assert [(each.id, each.name) for each in concepts if each.name] == [
            ("1", "Big toe"),
            ("2", "nail"),
        ]
        with pytest.raises(DataError, match="line 2: the column 'main' has '0', not one of"):
            read(tsv, content, **options)

    def test_rows_are_kept_by_value(self, tsv: Path) -> None:
        content = "id\tname\tof\n1\ttoe\tlabel\n1\ta toe is\tdefinition\n"
        (concept,) = read(tsv, content, where={"of": "label"})
        assert concept.name == "toe"

    def test_repeated_ids_are_counted_unless_they_are_meant(self, tsv: Path) -> None:
        content = "id\tname\n1\ttoe\n1\tdigit\n"
        tally = Tally()
        read(tsv, content, tally=tally, rows="aliases")
        assert not tally
        read(tsv, content, tally=tally)
        assert tally["row merged with an earlier one of the same id"] == 1

    def test_rows_without_id_or_name(self, tsv: Path) -> None:
        content = "id\tname\n\ttoe\n1\t \n2\tnail\n"
        tally = Tally()
        assert [each.id for each in read(tsv, content, tally=tally)] == ["2"]
        assert tally.counts() == {
            "row skipped: it has no id": 1,
            "row skipped: it has no name": 1,
        }
        tally = Tally()
        read(tsv, content, tally=tally, ignore_without_id=True)
        assert tally.counts() == {"row skipped: it has no name": 1}

    def test_a_missing_column_is_named_with_the_nearest(self, tsv: Path) -> None:
        with pytest.raises(
            DataError,
            match=r"toes\.tsv, line 1: there is no column 'nane'\. It has: id, name\. .*'name'",
        ):
            read(tsv, "id\tname\n1\ttoe\n", name="nane")
        with pytest.raises(DataError, match="there are several columns 'id'"):
            read(tsv, "id\tname\tid\n1\ttoe\t2\n")

    def test_a_table_may_have_no_rows(self, tsv: Path) -> None:
        assert read(tsv, "id\tname\n") == []


class TestLayout:
    def test_csv_is_quoted_and_tsv_is_not(self, tmp_path: Path) -> None:
        (quoted,) = read(tmp_path / "a.csv", 'id,name\n1,"toe, ""big""\nleft"\n')
        assert quoted.name == 'toe, "big" left'
        (raw,) = read(tmp_path / "a.tsv", 'id\tname\n1\t"toe" pain\n')
        assert raw.name == '"toe" pain'
        (told,) = read(tmp_path / "b.tsv", 'id\tname\n1\t"toe ""pain"""\n', quoting=True)
        assert told.name == 'toe "pain"'
        (other,) = read(tmp_path / "c.csv", "id;name\n1;toe\n", delimiter=";")
        assert other.name == "toe"

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends_may_mix(self, tsv: Path, end: str) -> None:
        concepts = read(tsv, f"\ufeffid\tname\n1\ttoe\r\n\n2\tnail{end}3\tskin")
        assert [each.name for each in concepts] == ["toe", "nail", "skin"]

    def test_rows_below_the_header_can_be_skipped(self, tsv: Path) -> None:
        (concept,) = read(tsv, "id\tname\nID\tAL label\n1\ttoe\n", skip_rows=1)
        assert concept.id == "1"

    def test_encodings(self, tsv: Path) -> None:
        for encoding in ("cp1252", "utf-16"):
            content = "id\tname\n1\tpé\n".encode(encoding)
            assert read(tsv, content, encoding=encoding)[0].name == "pé"

    @pytest.mark.parametrize(
        "options",
        [{"encoding": "utf-9"}, {"encoding": "hex"}, {"delimiter": ";;"}, {"separator": ""}],
    )
    def test_options_that_cannot_be(self, tsv: Path, options: dict[str, str]) -> None:
        with pytest.raises(SpecError, match=r"encoding|delimiter|separator"):
            read(tsv, "", **options)
        with pytest.raises(SpecError, match="No column of names"):
            TableSource(files=(), id="id")


class TestJson:
    def test_texts_numbers_and_lists(self, jsonl: Path) -> None:
        content = '{"id": 1, "name": "toe", "syn": ["digit", "a|b"]}\n\n{"id": "2", "name": null}\n'
        tally = Tally()
        (concept,) = read(jsonl, content, synonyms="syn", tally=tally)
        assert (concept.id, [a.text for a in concept.aliases]) == ("1", ["toe", "digit", "a|b"])
        assert tally["row skipped: it has no name"] == 1

    @pytest.mark.parametrize(
        "line", ["{", "[1]", "3", '{"id": {"a": 1}}', "[" * 100_000, '{"id": [[1]]}']
    )
    def test_bad_lines_are_placed_or_counted(self, jsonl: Path, line: str) -> None:
        content = f'{{"id": 1, "name": "toe"}}\n{line}\n'
        with pytest.raises(DataError, match=r"toes\.jsonl, line 2: this is not a JSON object"):
            read(jsonl, content)
        assert len(read(jsonl, content, on_error="skip")) == 1

    def test_a_column_that_no_object_has(self, jsonl: Path) -> None:
        with pytest.raises(DataError, match="no column 'syn'"):
            read(jsonl, '{"id": 1, "name": "toe"}\n', synonyms="syn")


class TestBadInput:
    def test_a_wrong_encoding_is_placed(self, tsv: Path) -> None:
        content = b"id\tname\n" + b"1\ttoe\n" * 30_000 + "2\tpé\n".encode("latin-1")
        with pytest.raises(
            DataError, match=r'line 30,002: byte 0xe9 is not utf-8\. .*encoding = "cp1252"'
        ):
            read(tsv, content)
        with pytest.raises(DataError, match="no byte order mark is not utf-16"):
            read(tsv, b"id\tname\n", encoding="utf-16")

    @pytest.mark.parametrize("content", [b"\x1f\x8b\x00\x00", b"id\tname\n1\ta\0b\n"])
    def test_binary_files(self, tsv: Path, content: bytes) -> None:
        with pytest.raises(DataError, match="holds a NUL character"):
            read(tsv, content)

    def test_a_nul_far_into_the_file(self, tsv: Path) -> None:
        with pytest.raises(DataError, match="line 2,002: it holds a NUL"):
            read(tsv, b"id\tname\n" + b"1\ttoe\n" * 2000 + b"2\t\0\n")

    def test_empty_and_missing_files(self, tsv: Path) -> None:
        with pytest.raises(DataError, match="it is empty"):
            read(tsv, "")
        with pytest.raises(DataError, match=r"no column 'id'\. It has: none"):
            read(tsv, "\n\n")
        with pytest.raises(DataError, match="it can't be read: No such file"):
            list(TableSource(files=(tsv.with_name("none"),), id="i", name="n").concepts(Tally()))

    def test_cut_rows_are_placed_or_counted(self, tsv: Path) -> None:
        content = "id\tname\n1\ttoe\n2\n3\tnail\tx\n4\tskin\n"
        with pytest.raises(DataError, match="line 3: a row of 1 cells under a header of 2"):
            read(tsv, content)
        tally = Tally()
        assert len(read(tsv, content, on_error="skip", tally=tally)) == 2
        assert sum(tally.counts().values()) == 2

    def test_a_quote_that_is_not_closed(self, tmp_path: Path) -> None:
        content = 'id,name\n1,toe\n2,"nail\n' + "3,skin\n" * 20_000
        with pytest.raises(DataError, match=r"line 3: the row that begins here .*quoting = false"):
            read(tmp_path / "a.csv", content)
        with pytest.raises(DataError, match="line 2: the row that begins here"):
            read(tmp_path / "a.csv", 'id,name\n1,"toe\n')

    @pytest.mark.parametrize("name", ["a.tsv", "a.csv", "a.jsonl"])
    def test_a_line_of_50_mb_is_refused_at_once(self, tmp_path: Path, name: str) -> None:
        began = time.monotonic()
        with pytest.raises(DataError, match="line 1: a line of more than 1,048,576 characters"):
            read(tmp_path / name, b"x" * 50_000_000)
        assert time.monotonic() - began < 5
