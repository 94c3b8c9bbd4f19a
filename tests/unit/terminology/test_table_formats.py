"""Tables in other clothes: packed, without a header, as JSON documents and as Parquet."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.terminology.sources.table import TableSource
from xlink.types import Alias, Concept


def read(path: Path, tally: Tally | None = None, **options: Any) -> list[Concept]:
    source = TableSource(files=(path,), **{"id": "id", "name": "name"} | options)
    return list(source.concepts(tally if tally is not None else Tally()))


class TestText:
    def test_packed_tables_are_unpacked(self, tmp_path: Path) -> None:
        content = b"id\tname\n1\tToe\n"
        (tmp_path / "toes.tsv.gz").write_bytes(gzip.compress(content))
        with pa.CompressedOutputStream(str(tmp_path / "toes.tsv.zst"), "zstd") as stream:
            stream.write(content)
        for name in ("toes.tsv.gz", "toes.tsv.zst"):
            assert [each.name for each in read(tmp_path / name)] == ["Toe"]

    def test_a_cut_pack_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.tsv.gz"
        path.write_bytes(gzip.compress(b"id\tname\n" + b"1\tToe\n" * 999)[:-20])
        with pytest.raises(DataError, match=r"toes\.tsv\.gz: it can't be read: Truncated"):
            read(path)
        path.write_bytes(b"id\tname\n")
        with pytest.raises(DataError, match="it can't be read"):
            read(path)

    def test_comments_and_a_header_of_ones_own(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.tsv"
        path.write_text("# Fields:\n# Name\tID\n#\nToe\tMESH:1\n# end\nNail\tMESH:2\tx\n")
        tally = Tally()
        options: dict[str, Any] = {"header": ("name", "id"), "comment": "#", "on_error": "skip"}
        assert [each.id for each in read(path, tally, **options)] == ["MESH:1"]
        assert sum(tally.counts().values()) == 1
        with pytest.raises(DataError, match="line 6: a row of 3 cells"):
            read(path, header=("name", "id"), comment="#")

    def test_where_may_give_several_values(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.csv"
        path.write_text("id,name,kind\n1,A,x\n2,B,y\n3,C,z\n")
        assert [each.id for each in read(path, where={"kind": ("x", "z")})] == ["1", "3"]


class TestIds:
    def test_patterns_rewrite_ids_and_parents(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.csv"
        path.write_text("id,name,up\nhttp://t/T001,A,http://t/T00\nT00,B,\n")
        rules = {"http://t/(.+)": r"\1", r"(T\d\d)(\d)": r"\1.\2"}
        found = read(path, id_rewrite=rules, parents="up", id_prefix="X:")
        assert [(each.id, each.parents) for each in found] == [
            ("X:T00.1", ("X:T00",)),
            ("X:T00", ()),
        ]

    @pytest.mark.parametrize("rule", [{"(": ""}, {"(a)": r"\2"}, {"a": r"\g<x>"}, {"a": "\\"}])
    def test_patterns_are_checked_at_once(self, rule: dict[str, str]) -> None:
        with pytest.raises(SpecError, match="no rewriting of ids"):
            TableSource(files=(), id="id", name="name", id_rewrite=rule)


class TestJson:
    def test_a_list_of_objects(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.json"
        path.write_text('[{"id": 1, "name": "Toe", "syn": ["Digit", "T"]}, {"id": 2, "name": "N"}]')
        toe, _ = read(path, synonyms="syn")
        assert toe == Concept(
            "1", "Toe", (Alias("Toe", kind="preferred"), Alias("Digit"), Alias("T"))
        )

    def test_an_object_of_objects(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.json"
        path.write_text('{"T1": {"name": "Toe"}, "T2": {"name": "Nail"}}')
        assert [(each.id, each.name) for each in read(path, id="@key")] == [
            ("T1", "Toe"),
            ("T2", "Nail"),
        ]

    def test_names_with_their_ids(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.json"
        path.write_text('{"Toe": ["T1", "T2"], "Nail": "T2", "None": []}')
        tally = Tally()
        options: dict[str, Any] = {
            "id": "@value",
            "name": None,
            "synonyms": "@key",
            "rows": "aliases",
        }
        found = read(path, tally, **options)
        assert [(each.id, each.aliases[0].text) for each in found if each.aliases] == [
            ("T1", "Toe"),
            ("T2", "Toe"),
            ("T2", "Nail"),
        ]
        assert tally["row skipped: it has no id"] == 1

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("", "line 1: it is not JSON"),
            ('{"T1":\n{"name": ', "line 2: it is not JSON"),
            ("5", "neither a list nor an object"),
            ('[{"id": "1", "name": {"en": "Toe"}}]', "line 1: this record holds something else"),
            ('[{"id": "1", "nam": "Toe"}]', "no column 'name'.*Did you mean 'nam'"),
            ("[]", "no column 'id'"),
        ],
    )
    def test_faults_are_told(self, tmp_path: Path, content: str, message: str) -> None:
        (tmp_path / "toes.json").write_text(content)
        with pytest.raises(DataError, match=message):
            read(tmp_path / "toes.json")

    def test_faulty_records_can_be_skipped(self, tmp_path: Path) -> None:
        records = [{"id": "1", "name": ["A", ["B"]]}, {"id": "2", "name": "C"}]
        (tmp_path / "toes.json").write_text(json.dumps(records))
        tally = Tally()
        assert [each.id for each in read(tmp_path / "toes.json", tally, on_error="skip")] == ["2"]
        assert sum(tally.counts().values()) == 1

    def test_a_dictionary_of_xmen(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.jsonl"
        record = {"concept_id": 7, "canonical_name": "Toe", "aliases": ["Digit"], "types": ["T1"]}
        path.write_text(json.dumps(record) + "\n")
        aliases = (Alias("Toe", kind="preferred"), Alias("Digit"))
        assert read(
            path, id="concept_id", name="canonical_name", synonyms="aliases", type="types"
        ) == [Concept("7", "Toe", aliases, ("T1",))]


class TestParquet:
    def test_columns_are_mapped(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.parquet"
        columns = {"id": [1, 2], "name": ["Toe", "Nail"], "syn": [["Digit"], None]}
        pq.write_table(pa.table(columns | {"struct": [{"a": 1}, {"a": 2}]}), path)
        toe, nail = read(path, synonyms="syn", separator=", ")
        assert toe == Concept("1", "Toe", (Alias("Toe", kind="preferred"), Alias("Digit")))
        assert nail.id == "2"
        with pytest.raises(DataError, match=r"no column 'nam'.*Did you mean 'name'"):
            read(path, name="nam")
        with pytest.raises(DataError, match="line 1: this record holds something else"):
            read(path, name="struct")

    def test_other_content_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "toes.parquet"
        with pytest.raises(DataError, match="it can't be read as Parquet"):
            read(path)
        path.write_bytes(b"id,name\n")
        with pytest.raises(DataError, match="it can't be read as Parquet"):
            read(path)
        pq.write_table(pa.table({"id": ["1"] * 9999, "name": ["Toe"] * 9999}), path)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises(DataError, match="it can't be read as Parquet"):
            read(path)
