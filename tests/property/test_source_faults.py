"""However a file is damaged, its source reads it or raises an error of xlink."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.errors import XlinkError
from xlink.tally import Tally
from xlink.terminology.sources.claml import ClamlSource
from xlink.terminology.sources.fhir import FhirSource
from xlink.terminology.sources.mesh import MeshSource
from xlink.terminology.sources.obographs import ObographsSource
from xlink.terminology.sources.ontology_guide import OntologyGuideSource
from xlink.terminology.sources.table import TableSource

if TYPE_CHECKING:
    from xlink.protocols import TerminologySource

OBO_GRAPH = {
    "graphs": [
        {
            "nodes": [
                {
                    "id": "http://toes.test/TOE_1",
                    "lbl": "Toe",
                    "type": "CLASS",
                    "meta": {
                        "synonyms": [{"pred": "hasExactSynonym", "val": "Digit"}],
                        "definition": {"val": "At the foot."},
                        "xrefs": [{"val": "UMLS:C0"}],
                        "deprecated": False,
                        "basicPropertyValues": [{"pred": "x#hasAlternativeId", "val": "TOE:2"}],
                    },
                }
            ],
            "edges": [{"sub": "TOE:1", "pred": "is_a", "obj": "TOE:0"}],
        }
    ]
}
GUIDE = {"T:1": {"label": "Toe", "ancestors": {"T:0": 1}, "synonyms": ["a"], "deprecated": False}}
FHIR = {
    "resourceType": "CodeSystem",
    "concept": [
        {
            "code": "T1",
            "display": "Toe",
            "designation": [{"language": "de", "value": "Zeh", "use": {"code": "x"}}],
            "property": [{"code": "parent", "valueCode": "T0"}],
            "concept": [{"code": "T2"}],
        }
    ],
}
FHIR_MAP = {
    "resourceType": "ConceptMap",
    "group": [{"target": "x", "element": [{"code": "T1", "target": [{"code": "1"}]}]}],
}
MESH = """<?xml version="1.0"?><DescriptorRecordSet LanguageCode="fre"><DescriptorRecord>
<DescriptorUI>D1</DescriptorUI><DescriptorName><String>Orteil[Toe]</String></DescriptorName>
<TreeNumberList><TreeNumber>A01.1</TreeNumber></TreeNumberList><ConceptList><Concept>
<TermList><Term LexicalTag="ABB"><TermUI>fre01</TermUI><String>Doigt</String></Term></TermList>
</Concept></ConceptList></DescriptorRecord></DescriptorRecordSet>"""
CLAML = """<?xml version="1.0"?><ClaML version="2.0.0"><ModifierClass modifier="M" code=".1">
<Rubric kind="preferred"><Label xml:lang="en">left</Label></Rubric></ModifierClass>
<Class code="T1" kind="category"><SuperClass code="T0"/><ModifiedBy code="M"/>
<Rubric kind="preferred"><Label xml:lang="en">Toe <Reference>T2</Reference></Label></Rubric>
</Class></ClaML>"""
TABLE = {"T1": {"name": "Toe", "synonyms": ["Digit", 5]}, "T2": {"name": "Nail", "synonyms": None}}


def read_table(files: tuple[Path, ...]) -> TerminologySource:
    return TableSource(files=files, id="@key", name="name", synonyms="synonyms")


def read_lines(files: tuple[Path, ...]) -> TerminologySource:
    return TableSource(files=files, id="id", name="name", comment="#")


SAMPLES: dict[str, tuple[Callable[..., TerminologySource], str, str]] = {
    "obographs": (ObographsSource, ".json", json.dumps(OBO_GRAPH)),
    "ontology-guide": (OntologyGuideSource, ".json", json.dumps(GUIDE)),
    "fhir": (FhirSource, ".json", json.dumps(FHIR)),
    "fhir-map": (FhirSource, ".json", json.dumps(FHIR_MAP)),
    "mesh": (MeshSource, ".xml", MESH),
    "claml": (ClamlSource, ".xml", CLAML),
    "table-json": (read_table, ".json", json.dumps(TABLE)),
    "table-tsv": (read_lines, ".tsv", "# x\nid\tname\n1\tToe\n2\tNail\n"),
    "table-csv": (read_lines, ".csv", 'id,name\n1,"Big, toe"\n2,Nail\n'),
    "table-jsonl": (read_lines, ".jsonl", '{"id": 1, "name": "Toe"}\n{"id": 2, "name": "N"}\n'),
}


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw `content` with up to three places cut, repeated or overwritten."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        stop = draw(st.integers(start, min(len(content), start + 40)))
        middle = draw(
            st.sampled_from((b"", content[start:stop] * 2, b"null", b"[]", b"{}", b"5", b'"x"'))
            | st.binary(max_size=6)
        )
        content = content[:start] + middle + content[stop:]
    return content


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_itself_is_read(name: str, tmp_path: Path) -> None:
    kind, ending, content = SAMPLES[name]
    path = tmp_path / f"sample{ending}"
    path.write_text(content)
    found = list(kind(files=(path,)).concepts(Tally()))
    assert found or name == "fhir-map"


@pytest.mark.parametrize("name", SAMPLES)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_damage_raises_nothing_else(name: str, data: st.DataObject) -> None:
    kind, ending, content = SAMPLES[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sample{ending}"
        path.write_bytes(data.draw(damaged(content.encode())))
        try:
            for concept in kind(files=(path,)).concepts(Tally()):
                assert concept.id
        except XlinkError as error:
            assert "sample" in str(error)  # noqa: PT017
