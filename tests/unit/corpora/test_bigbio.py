from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from xlink.corpora.formats.bigbio import from_bigbio, to_bigbio
from xlink.corpora.formats.bigbio_datasets import from_dataset, load_bigbio, to_dataset
from xlink.corpora.formats.bigbio_files import BigbioReader, BigbioWriter
from xlink.corpora.gold import GoldOptions
from xlink.corpora.reading import make_reader
from xlink.errors import DataError, MissingExtraError
from xlink.tally import Tally
from xlink.types import Document, Mention, Passage

# As the loaders of BigBIO give it: numbers for ids, passages with a gap, nothing beyond the schema.
FOREIGN: dict[str, Any] = {
    "id": 0,
    "document_id": "11",
    "passages": [
        {"id": 1, "type": "title", "text": ["Fever"], "offsets": [[0, 5]]},
        {"id": 2, "type": "abstract", "text": ["Left leg and arm."], "offsets": [[6, 23]]},
    ],
    "entities": [
        {
            "id": 3,
            "type": "Disease",
            "text": ["Fever"],
            "offsets": [[0, 5]],
            "normalized": [{"db_name": "MESH", "db_id": "D1"}, {"db_name": "HPO", "db_id": "HP:2"}],
        },
        {
            "id": 4,
            "type": "Anatomy",
            "text": ["Left", "arm"],
            "offsets": [[6, 10], [19, 22]],
            "normalized": [{"db_name": "MESH", "db_id": "-1"}],
        },
        {
            "id": 5,
            "type": "Anatomy",
            "text": ["leg"],
            "offsets": [[11, 14]],
            "normalized": [{"db_name": "", "db_id": ""}],
        },
    ],
    "events": [],
    "coreferences": [{"id": 6, "entity_ids": ["3", "4"]}],
    "relations": [{"id": 7, "type": "x", "arg1_id": "3", "arg2_id": "4", "normalized": []}],
}
DOCUMENT = Document(
    "11",
    "Fever\nLeft leg and arm.",
    "pt-BR",
    (
        Mention("T1", ((0, 5),), "Fever", "D", frozenset({"D1", "D2"}), composite=True),
        Mention("T2", ((6, 10), (19, 22)), "Left arm", "A", frozenset()),
        Mention("T3", ((19, 22),), "arm", "A"),
    ),
    (Passage("title", "title", (0, 5)), Passage("a", "abstract", (6, 23))),
)


def changed(part: str, place: int, **fields: object) -> dict[str, Any]:
    parts = [dict(each) for each in FOREIGN[part]]
    parts[place] |= fields
    return FOREIGN | {part: parts}


def test_records_of_others_are_read() -> None:
    tally = Tally()
    document = from_bigbio(FOREIGN, tally=tally)
    ids = frozenset({"D1", "HP:2"})
    assert document == Document(
        "11",
        "Fever Left leg and arm.",
        "und",
        (
            Mention("3", ((0, 5),), "Fever", "Disease", ids),
            Mention("4", ((6, 10), (19, 22)), "Left arm", "Anatomy", frozenset()),
            Mention("5", ((11, 14),), "leg", "Anatomy", None),
        ),
        (Passage("1", "title", (0, 5)), Passage("2", "abstract", (6, 23))),
    )
    assert tally.counts() == {"coreference left out": 1, "relation left out": 1}


def test_options_choose_ids_labels_and_what_several_mean() -> None:
    options = GoldOptions(several="composite", labels=("Disease",), prefix="MESH:", language="en")
    document = from_bigbio(FOREIGN, options)
    (mention,) = document.mentions
    assert (mention.gold, mention.composite) == (frozenset({"MESH:D1", "HP:2"}), True)
    assert document.language == "en"
    first, second, _ = from_bigbio(FOREIGN, databases=("HPO",)).mentions
    assert (first.gold, second.gold) == (frozenset({"HP:2"}), None)


def test_null_is_nothing() -> None:
    nothing = {"events": None, "entities": None, "language": None, "document_id": None}
    assert from_bigbio(FOREIGN | nothing).mentions == ()
    unknown = {"type": None, "normalized": None, "text": None}
    tally = Tally()
    first = from_bigbio(changed("entities", 0, **unknown), tally=tally).mentions[0]
    assert first == Mention("3", ((0, 5),), "Fever")
    assert tally["offsets kept as written: the text there is another"] == 1


def test_a_record_has_all_of_the_text() -> None:
    record = to_bigbio(DOCUMENT, database="MESH")
    assert record["passages"] == [
        {"id": "11_passage_title", "type": "title", "text": ["Fever"], "offsets": [[0, 5]]},
        {
            "id": "11_passage_a",
            "type": "abstract",
            "text": ["Left leg and arm."],
            "offsets": [[6, 23]],
        },
        {"id": "11_unmarked_1", "type": "text", "text": ["\n"], "offsets": [[5, 6]]},
    ]
    entities: list[Mapping[str, object]] = record["entities"]  # type: ignore[assignment]
    assert [each["id"] for each in entities] == ["11_T1", "11_T2", "11_T3"]
    assert entities[1] == {
        "id": "11_T2",
        "type": "A",
        "text": ["Left", "arm"],
        "offsets": [[6, 10], [19, 22]],
        "normalized": [{"db_name": "MESH", "db_id": "NIL"}],
        "composite": False,
    }
    assert from_bigbio(record) == DOCUMENT
    strict = to_bigbio(DOCUMENT, strict=True)
    assert set(strict) == set(FOREIGN)
    assert all(set(each) == set(FOREIGN["entities"][0]) for each in strict["entities"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"id": "1"}, "field passages: Field required"),
        (changed("passages", 1, offsets=[[3, 20]]), "offset 3 where 5 was"),
        (changed("entities", 0, id=4), "entity '4' was there before"),
        (changed("entities", 0, offsets=[]), "no span"),
        (changed("entities", 0, offsets=[[0, 99]]), "leave the text"),
        (changed("entities", 0, offsets=[[0]]), r"field entities\.0\.offsets"),
        (changed("entities", 0, offsets=[[0, 3], [2, 5]]), "out of order"),
    ],
)
def test_a_bad_record_is_refused(record: dict[str, object], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        from_bigbio(record)


@pytest.mark.parametrize("name", ["d.jsonl", "d.parquet"])
def test_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new" / name
    many = [Document(f"d{number}", "x" * number) for number in range(600)]
    BigbioWriter().write([DOCUMENT, *many], path)
    assert list(path.parent.iterdir()) == [path]
    reader = make_reader("bigbio", {"labels": "A"})
    found = list(reader.read([path], Tally()))
    assert len(found) == 601
    assert [each.id for each in found[0].mentions] == ["T2", "T3"]
    with pytest.raises(DataError, match="line 1: document '11' was there before"):
        list(reader.read([path, path], Tally()))
    with pytest.raises(DataError, match="document 'd1' was there before"):
        BigbioWriter().write([many[1], many[1]], path)
    assert len(list(reader.read([path], Tally()))) == 601


def test_files_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    BigbioWriter().write([DOCUMENT], path)
    path.write_bytes(path.read_bytes()[:-20])
    for name, content, problem in [
        ("d.parquet", None, "can't be read as Parquet"),
        ("no.parquet", None, "can't be read as Parquet"),
        ("d.jsonl", json.dumps(FOREIGN) + "\n[]\n", "line 2: a JSON object was expected"),
        ("e.jsonl", '{"id": "1", "passages"', "line 1: the line is not JSON"),
    ]:
        if content is not None:
            (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match=problem):
            list(BigbioReader().read([tmp_path / name], Tally()))
    (tmp_path / "empty.jsonl").touch()
    assert list(BigbioReader().read([tmp_path / "empty.jsonl"], Tally())) == []


def test_records_of_a_dataset_are_numbered() -> None:
    with pytest.raises(DataError, match="dataset, line 2: field passages"):
        list(from_dataset([FOREIGN, {"id": "x"}]))


def test_datasets_both_ways() -> None:
    datasets = pytest.importorskip("datasets")
    dataset = to_dataset([DOCUMENT])
    assert isinstance(dataset, datasets.Dataset)
    assert list(from_dataset(dataset)) == [DOCUMENT]
    assert to_dataset([], strict=True).column_names == list(FOREIGN)


@pytest.mark.parametrize(("name", "reader"), [("quaero", "reader 'quaero'"), ("x", "corpora.md")])
def test_scripts_are_refused_with_our_reader(tmp_path: Path, name: str, reader: str) -> None:
    pytest.importorskip("datasets")
    (tmp_path / name).mkdir()
    (tmp_path / name / f"{name}.py").write_text("raise SystemExit", encoding="utf-8")
    with pytest.raises(DataError, match=f"since version 4.*{reader}"):
        load_bigbio(str(tmp_path / name))


def test_what_is_no_script_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    BigbioWriter().write([DOCUMENT], tmp_path / "data" / "train.parquet")
    assert list(from_dataset(load_bigbio(str(tmp_path / "data")))) == [DOCUMENT]


def test_hub_errors_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")

    def refuse(name: str, config: object, split: str) -> None:
        raise ConnectionError("no network\nand more")

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    with pytest.raises(DataError, match=r"x can't be loaded: no network\. Check"):
        load_bigbio("x")


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r"xlink\[bigbio\]"):
        to_dataset([])
    with pytest.raises(MissingExtraError, match=r"xlink\[bigbio\]"):
        load_bigbio("x")
