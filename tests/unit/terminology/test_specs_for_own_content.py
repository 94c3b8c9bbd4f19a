"""The specifications for content that a user gets build from files in the published layout."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from xlink.terminology import Terminology
from xlink.terminology.spec import build

MEDIC = """# MEDIC disease vocabulary
# Fields:
# DiseaseName\tDiseaseID\tAltDiseaseIDs\tDefinition\tParentIDs\tTreeNumbers\tParentTreeNumbers\t...
#
Sore toe\tMESH:D001\tDO:DOID:1|OMIM:2\tA toe.\tMESH:D000\tC01.5\tC01\tToe ache|Aching toe\tFeet
Toe\tMESH:D000\t\t\t\tC01\t\t\t
Odd toe\tOMIM:7\t\t\tMESH:D000\t\t\t\tFeet|Genes
"""
COLUMNS = "text curie name predicate type provenance contributor date language comment source"
SSSLM = (
    "\t".join(COLUMNS.split())
    + """
Sore toe\tTOE:1\tSore toe\trdfs:label\t\t\t\t\t\t\t
Wunder Zeh\tTOE:1\tSore toe\toboInOwl:hasExactSynonym\t\t\t\t\tde\t\t
"""
)
XMEN = {
    "concept_id": "TOE:1",
    "canonical_name": "Sore toe",
    "aliases": ["Aching toe"],
    "types": ["T047"],
    "definition": None,
}


def built(name: str, folder: Path, variable: str, monkeypatch: pytest.MonkeyPatch) -> Terminology:
    monkeypatch.setenv(variable, str(folder))
    return build(name, folder / "built")


def test_medic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "CTD_diseases.tsv.gz").write_bytes(gzip.compress(MEDIC.encode()))
    medic = built("medic", tmp_path, "CTD_HOME", monkeypatch)
    toe = medic.concept("D001")
    assert [alias.text for alias in toe.aliases] == ["Sore toe", "Toe ache", "Aching toe"]
    assert (toe.parents, toe.types) == (("D000",), ("Feet",))
    assert toe.xrefs == ("DO:DOID:1", "OMIM:2")
    assert medic.concept("OMIM:7").parents == ("D000",)


def test_ssslm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "toes.ssslm.tsv").write_text(SSSLM)
    toe = built("ssslm", tmp_path, "SSSLM_HOME", monkeypatch).concept("TOE:1")
    assert [(alias.text, alias.language, alias.kind) for alias in toe.aliases] == [
        ("Sore toe", "en", "preferred"),
        ("Wunder Zeh", "de", "synonym"),
    ]


def test_xmen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "toes.jsonl").write_text(json.dumps(XMEN) + "\n")
    toe = built("xmen", tmp_path, "XMEN_HOME", monkeypatch).concept("TOE:1")
    assert [alias.text for alias in toe.aliases] == ["Sore toe", "Aching toe"]
    assert toe.types == ("T047",)


def test_mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def record(kind: str, id_: str, more: str = "") -> str:
        return (
            f"<{kind}Set><{kind}><{kind.removesuffix('Record')}UI>{id_}"
            f"</{kind.removesuffix('Record')}UI>{more}</{kind}></{kind}Set>"
        )

    descriptor = "<DescriptorName><String>Toe</String></DescriptorName>"
    supplementary = "<SupplementalRecordName><String>Odd</String></SupplementalRecordName>"
    (tmp_path / "desc2026.xml").write_text(record("DescriptorRecord", "D1", descriptor))
    (tmp_path / "supp2026.xml").write_text(
        record("SupplementalRecord", "C1", supplementary).replace(
            "SupplementalUI", "SupplementalRecordUI"
        )
    )
    mesh = built("mesh", tmp_path, "MESH_HOME", monkeypatch)
    assert [each.name for each in mesh.concepts()] == ["Odd", "Toe"]


def test_icd10gm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "icd10gm.xml").write_text(
        '<ClaML><Class code="T1" kind="category"><Rubric kind="preferred"><Label>Zeh</Label>'
        "</Rubric></Class></ClaML>"
    )
    toe = built("icd10gm", tmp_path, "ICD10GM_HOME", monkeypatch).concept("T1")
    assert [(alias.text, alias.language) for alias in toe.aliases] == [("Zeh", "de")]
