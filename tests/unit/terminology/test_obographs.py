"""Nodes of OBO graphs become concepts; packed, cut and misshapen files are told apart."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.builder import build_terminology
from xlink.terminology.sources.obographs import ObographsSource, compact_id
from xlink.types import Alias, Concept

BASE = "http://example.org/obo/"
OIO = "http://www.geneontology.org/formats/oboInOwl#"


def node(id_: str, label: str | None = None, **meta: Any) -> dict[str, Any]:
    return {"id": BASE + id_, "lbl": label or id_, "type": "CLASS", "meta": meta}


def is_a(child: str, parent: str) -> dict[str, str]:
    return {"sub": BASE + child, "pred": "is_a", "obj": BASE + parent}


TOE = node(
    "TOE_1",
    "Sore toe",
    definition={"val": "A toe that is sore.", "xrefs": []},
    subsets=[BASE + "toe#common"],
    xrefs=[{"val": "UMLS:C0"}],
    synonyms=[
        {"pred": "hasExactSynonym", "val": "Aching  toe"},
        {"pred": "hasExactSynonym", "val": "ST", "synonymType": BASE + "OMO_0003012"},
        {"pred": "hasBroadSynonym", "val": "Sore foot"},
    ],
    basicPropertyValues=[
        {"pred": OIO + "hasOBONamespace", "val": "complaint"},
        {"pred": OIO + "hasAlternativeId", "val": "TOE:8"},
    ],
)
PROPERTY = {"id": BASE + "TOE_99", "lbl": "part of", "type": "PROPERTY"}
NODES = [TOE, node("TOE_0", "Toe"), node("FOOT_1", "Foot"), PROPERTY]
EDGES = [is_a("TOE_1", "TOE_0"), is_a("TOE_0", "FOOT_1")]
EDGES += [{"sub": BASE + "TOE_1", "pred": BASE + "part_of", "obj": BASE + "FOOT_1"}]


def read(
    folder: Path, nodes: list[Any], edges: list[Any] | None = None, **options: Any
) -> tuple[list[Concept], Tally]:
    path = folder / "toe.json"
    path.write_text(json.dumps({"graphs": [{"nodes": nodes, "edges": edges or []}]}))
    tally = Tally()
    return list(ObographsSource(files=(path,), **options).concepts(tally)), tally


def test_a_node_is_read_whole(tmp_path: Path) -> None:
    concepts, tally = read(tmp_path, NODES, EDGES)
    assert concepts[0] == Concept(
        id="TOE:1",
        name="Sore toe",
        aliases=(
            Alias("Sore toe", "en", "preferred"),
            Alias("Aching toe", "en", "synonym"),
            Alias("ST", "en", "abbreviation"),
            Alias("Sore foot", "en", "synonym"),
        ),
        types=("complaint", "common"),
        definition="A toe that is sore.",
        xrefs=("UMLS:C0",),
        former_ids=("TOE:8",),
    )
    assert [each.id for each in concepts[1:3]] == ["TOE:0", "FOOT:1"]
    assert concepts[3:] == [
        Concept("TOE:1", "", parents=("TOE:0",)),
        Concept("TOE:0", "", parents=("FOOT:1",)),
    ]
    assert not tally


def test_prefixes_leave_out_imports_and_scopes_choose_synonyms(tmp_path: Path) -> None:
    concepts, _ = read(tmp_path, NODES, EDGES, prefixes=("TOE",), scopes=("exact",))
    assert [(each.id, each.parents) for each in concepts] == [
        ("TOE:1", ()),
        ("TOE:0", ()),
        ("TOE:1", ("TOE:0",)),
    ]
    assert "Sore foot" not in [alias.text for alias in concepts[0].aliases]


def test_replaced_terms_live_on_as_former_ids(tmp_path: Path) -> None:
    def obsolete(id_: str, *by: str) -> dict[str, Any]:
        values = [
            {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": BASE + b} for b in by
        ]
        return node(id_, deprecated=True, basicPropertyValues=values)

    retired = [obsolete("TOE_5", "TOE_6"), obsolete("TOE_6", "TOE_1"), obsolete("TOE_7")]
    retired += [obsolete("TOE_10", "TOE_11"), obsolete("TOE_11", "TOE_10")]
    concepts, tally = read(tmp_path, [*NODES, *retired])
    assert [(each.id, each.former_ids) for each in concepts[3:]] == [
        ("TOE:1", ("TOE:5",)),
        ("TOE:1", ("TOE:6",)),
    ]
    assert tally["obsolete term skipped: no single term replaces it"] == 3


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    content = json.dumps({"graphs": [{"nodes": NODES}]}).encode()
    path = tmp_path / "toe.json.gz"
    path.write_bytes(gzip.compress(content))
    assert len(list(ObographsSource(files=(path,)).concepts(Tally()))) == 3
    path.write_bytes(gzip.compress(content)[:-30])
    with pytest.raises(DataError, match=r"toe\.json\.gz: it can't be read: Truncated"):
        list(ObographsSource(files=(path,)).concepts(Tally()))


def test_duplicates_cycles_and_dangling_parents_are_counted(tmp_path: Path) -> None:
    edges = [*EDGES, is_a("FOOT_1", "TOE_1"), is_a("TOE_1", "TOE_404"), is_a("TOE_404", "TOE_1")]
    concepts, tally = read(tmp_path, [*NODES, node("TOE_0"), {"id": BASE + "TOE_50"}], edges)
    assert tally["node merged with an earlier one of the same id"] == 1
    assert tally["node skipped: it has no label"] == 1
    report = build_terminology(concepts, tmp_path / "built", name="toe", tally=tally)
    assert report.terminology.n_concepts == 3
    assert tally["parent skipped: no such concept"] == 1
    assert tally["concept on a cycle of parents"] == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"toe\.json, line 1: it is not JSON"),
        (b'{"graphs": [\n{"nodes": [', "line 2: it is not JSON"),
        (b'{"graphs":\n["\xff"]}', "line 2: byte 0xff is not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b"[1]", "document 1: input should be"),
        (b'{"nodes": []}', "document 1: it has no 'graphs'"),
        (b'{"graphs": []}', "it has no graphs"),
        (b'{"graphs": [{"nodes": [{"id": "a", "lbl": 5}]}]}', r"node 1 \(a\): 'lbl'.*on_error"),
        (b'{"graphs": [{"nodes": [{"lbl": "a"}]}]}', "node 1: it has no 'id'"),
        (b'{"graphs": [{"nodes": [], "edges": [7]}]}', "edge 1: input should be"),
    ],
)
def test_faults_are_placed(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "toe.json").write_bytes(content)
    with pytest.raises(DataError, match=message):
        list(ObographsSource(files=(tmp_path / "toe.json",)).concepts(Tally()))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.json: it can't be read"):
        list(ObographsSource(files=(tmp_path / "none.json",)).concepts(Tally()))


def test_faulty_nodes_and_edges_can_be_skipped(tmp_path: Path) -> None:
    nodes, edges = [5, *NODES, {"id": ""}], [*EDGES, {"sub": "a"}]
    concepts, tally = read(tmp_path, nodes, edges, on_error="skip")
    assert len(concepts) == 5
    assert tally["node skipped: it can't be read"] == 2
    assert tally["edge skipped: it can't be read"] == 1


def test_iris_become_ids() -> None:
    iris = [BASE + "HP_0000001", BASE + "x#common", "TOE:1", BASE + "a_b_1", BASE]
    assert list(map(compact_id, iris)) == ["HP:0000001", "common", "TOE:1", "a_b:1", BASE]
