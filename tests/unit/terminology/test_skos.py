"""SKOS and OWL become concepts; without rdflib the pip line is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError, MissingExtraError, SpecError
from xlink.tally import Tally
from xlink.terminology.builder import build_terminology
from xlink.terminology.sources.skos import SkosSource
from xlink.types import Alias, Concept

THESAURUS = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix t: <http://toes.test/> .

t:1 a skos:Concept ;
  skos:prefLabel "Sore toe"@en, "Wunder Zeh"@de ;
  skos:altLabel "Aching toe"@en, "Toe ache" ;
  skos:hiddenLabel "soar toe"@en ;
  skos:notation "T1" ;
  skos:definition "A toe that is sore."@en ;
  skos:exactMatch <http://purl.test/SCT_9> ;
  skos:broader t:0 .
t:0 a skos:Concept ; skos:prefLabel "Toe"@en ; skos:notation "T0" ; skos:narrower t:2 .
t:2 a skos:Concept ; skos:prefLabel "Nail"@en .
t:3 a skos:Concept .
"""
ONTOLOGY = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
  xmlns:owl="http://www.w3.org/2002/07/owl#"
  xmlns:oio="http://www.geneontology.org/formats/oboInOwl#"
  xmlns:obo="http://purl.obolibrary.org/obo/">
 <owl:Class rdf:about="http://toes.test/TOE_1">
  <rdfs:label>Sore toe</rdfs:label>
  <oio:hasExactSynonym>Aching toe</oio:hasExactSynonym>
  <rdfs:subClassOf rdf:resource="http://toes.test/TOE_0"/>
  <rdfs:subClassOf><owl:Restriction/></rdfs:subClassOf>
 </owl:Class>
 <owl:Class rdf:about="http://toes.test/TOE_0"><rdfs:label>Toe</rdfs:label></owl:Class>
 <owl:Class rdf:about="http://toes.test/TOE_5">
  <owl:deprecated rdf:datatype="http://www.w3.org/2001/XMLSchema#boolean">true</owl:deprecated>
  <obo:IAO_0100001 rdf:resource="http://toes.test/TOE_1"/>
 </owl:Class>
</rdf:RDF>
"""


def read(path: Path, content: str | bytes, **options: Any) -> tuple[list[Concept], Tally]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    tally = Tally()
    return list(SkosSource(files=(path,), **options).concepts(tally)), tally


def test_without_rdflib_the_pip_line_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rdflib", None)
    with pytest.raises(MissingExtraError, match=r'pip install "xlink\[skos\]"'):
        read(tmp_path / "toes.ttl", THESAURUS)


class TestWithRdflib:
    @pytest.fixture(autouse=True)
    def rdflib(self) -> None:
        pytest.importorskip("rdflib", reason='needs pip install "xlink[skos]"')

    def test_a_thesaurus(self, tmp_path: Path) -> None:
        concepts, tally = read(tmp_path / "toes.ttl", THESAURUS)
        assert concepts == [
            Concept("T0", "Toe", (Alias("Toe", "en", "preferred"),)),
            Concept("2", "", parents=("T0",)),
            Concept(
                id="T1",
                name="Sore toe",
                aliases=(
                    Alias("Wunder Zeh", "de", "preferred"),
                    Alias("Sore toe", "en", "preferred"),
                    Alias("Toe ache", "en"),
                    Alias("Aching toe", "en"),
                    Alias("soar toe", "en"),
                ),
                definition="A toe that is sore.",
                parents=("T0",),
                xrefs=("SCT:9",),
            ),
            Concept("2", "Nail", (Alias("Nail", "en", "preferred"),)),
        ]
        assert tally["concept skipped: it has no label"] == 1

    def test_ids_and_the_language_can_be_chosen(self, tmp_path: Path) -> None:
        concepts, _ = read(tmp_path / "toes.ttl", THESAURUS, ids="iri", language="de")
        assert [(each.id, each.name) for each in concepts if each.name] == [
            ("0", "Toe"),
            ("1", "Wunder Zeh"),
            ("2", "Nail"),
        ]

    def test_an_ontology(self, tmp_path: Path) -> None:
        concepts, _ = read(tmp_path / "toes.owl", ONTOLOGY)
        assert [(each.id, each.parents, each.former_ids) for each in concepts] == [
            ("TOE:0", (), ()),
            ("TOE:1", ("TOE:0",), ()),
            ("TOE:1", (), ("TOE:5",)),
        ]
        assert [alias.text for alias in concepts[1].aliases] == ["Sore toe", "Aching toe"]

    def test_cycles_gaps_and_duplicates_are_counted(self, tmp_path: Path) -> None:
        more = "".join(
            f'<http://{site}/{id_}> a skos:Concept ; skos:prefLabel "x" ; skos:broader t:{up} .\n'
            for site, id_, up in (
                ("toes.test", "a", "b"),
                ("toes.test", "b", "a"),
                ("other.test", "a", "404"),
            )
        )
        concepts, tally = read(tmp_path / "toes.ttl", THESAURUS + more)
        assert tally["concept merged with an earlier one of the same id"] == 1
        build_terminology(concepts, tmp_path / "built", name="toes", tally=tally)
        assert tally["concept on a cycle of parents"] == 2
        assert tally["parent skipped: no such concept"] == 1

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("toes.ttl", THESAURUS[:200], r"toes\.ttl: it is not RDF: Quote expected"),
            ("toes.ttl", b"\xff", "it is not RDF"),
            ("toes.nt", "<a> <b>", "it is not RDF"),
            ("toes.owl", ONTOLOGY[:600], "line 13: it is not RDF"),
            ("toes.owl", "", "it is not RDF"),
            ("toes.ttl", "", "it has no concepts"),
        ],
    )
    def test_faults_are_placed(
        self, tmp_path: Path, name: str, content: str | bytes, message: str
    ) -> None:
        with pytest.raises(DataError, match=message):
            read(tmp_path / name, content)

    def test_other_files_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SpecError, match="ending is not known"):
            read(tmp_path / "toes.json", "{}")
        with pytest.raises(DataError, match="it can't be read: No such file"):
            list(SkosSource(files=(tmp_path / "none.ttl",)).concepts(Tally()))
