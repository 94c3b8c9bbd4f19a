"""FHIR resources become concepts: hierarchies, designations, expansions and maps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.builder import build_terminology
from xlink.terminology.sources.fhir import FhirSource
from xlink.types import Alias, Concept

TOE = {
    "code": "T1",
    "display": "Sore  toe",
    "definition": "A toe that is sore.",
    "designation": [
        {"language": "de", "value": "Wunder Zeh", "use": {"code": "display"}},
        {"value": "Toe ache"},
        {"value": "ST", "use": {"code": "abbreviation"}},
    ],
    "property": [{"code": "parent", "valueCode": "F0"}, {"code": "type", "valueString": "finding"}],
}
SYSTEM = {
    "resourceType": "CodeSystem",
    "language": "en-GB",
    "concept": [
        {"code": "T0", "display": "Toe", "concept": [TOE]},
        {"code": "F0", "display": "Foot"},
    ],
}
MAP = {
    "resourceType": "ConceptMap",
    "group": [
        {
            "target": "http://snomed.info/sct",
            "element": [
                {"code": "T1", "target": [{"code": "9", "equivalence": "equivalent"}, {}]},
                {"code": "T0", "target": [{"code": "8", "equivalence": "wider"}]},
                {"code": "T404", "target": [{"code": "7"}]},
            ],
        },
        {"target": "https://toes.test", "element": [{"code": "T0", "target": [{"code": "6"}]}]},
    ],
}


def read(folder: Path, *resources: Any, **options: Any) -> tuple[list[Concept], Tally]:
    files = [folder / f"{number}.json" for number in range(len(resources))]
    for path, resource in zip(files, resources, strict=True):
        path.write_text(resource if isinstance(resource, str) else json.dumps(resource))
    tally = Tally()
    return list(FhirSource(files=tuple(files), **options).concepts(tally)), tally


def test_a_code_system_is_read_whole(tmp_path: Path) -> None:
    concepts, tally = read(tmp_path, SYSTEM)
    assert [each.id for each in concepts] == ["T0", "T1", "F0"]
    assert concepts[1] == Concept(
        id="T1",
        name="Sore toe",
        aliases=(
            Alias("Sore toe", "en-GB", "preferred"),
            Alias("Wunder Zeh", "de", "preferred"),
            Alias("Toe ache", "en-GB"),
            Alias("ST", "en-GB", "abbreviation"),
        ),
        types=("finding",),
        definition="A toe that is sore.",
        parents=("T0", "F0"),
    )
    assert not tally


def test_inactive_and_nameless_codes_are_left_out(tmp_path: Path) -> None:
    old = {"code": "T2", "display": "Old", "property": [{"code": "status", "valueCode": "retired"}]}
    gone = {"code": "T3", "display": "x", "property": [{"code": "inactive", "valueBoolean": True}]}
    unnamed = {"code": "T4", "concept": [TOE]}
    concepts, tally = read(tmp_path, {**SYSTEM, "concept": [old, gone, unnamed]})
    assert [(each.id, each.parents) for each in concepts] == [("T1", ("F0",))]
    assert tally["code skipped: it is inactive"] == 2
    assert tally["code skipped: it has no display or designation"] == 1


def test_an_expansion_has_headings_without_codes(tmp_path: Path) -> None:
    heading = {"display": "All toes", "abstract": True, "contains": [TOE]}
    value_set = {
        "resourceType": "ValueSet",
        "expansion": {"contains": [{"code": "T0", "display": "Toe", "contains": [heading]}]},
    }
    concepts, _ = read(tmp_path, value_set, id_prefix="X:")
    assert [(each.id, each.parents) for each in concepts] == [
        ("X:T0", ()),
        ("X:T1", ("X:T0", "X:F0")),
    ]


def test_maps_give_xrefs_to_what_was_read(tmp_path: Path) -> None:
    concepts, tally = read(tmp_path, SYSTEM, MAP)
    assert [(each.id, each.xrefs) for each in concepts[3:]] == [
        ("T1", ("SNOMEDCT:9",)),
        ("T0", ()),
        ("T0", ("https://toes.test|6",)),
    ]
    assert tally["mapping skipped: no concept has this code"] == 1
    options = {"prefixes": {"https://toes.test": "TOE:"}, "equivalences": ("equivalent", "wider")}
    concepts, _ = read(tmp_path, SYSTEM, MAP, **options)
    assert [each.xrefs for each in concepts[4:]] == [("SNOMEDCT:8",), ("TOE:6",)]


def test_bundles_are_opened(tmp_path: Path) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": SYSTEM}, {"resource": MAP}]}
    assert len(read(tmp_path, bundle)[0]) == 6


def test_cycles_gaps_and_duplicates_are_counted(tmp_path: Path) -> None:
    def below(code: str, parent: str) -> dict[str, Any]:
        properties = [{"code": "parent", "valueCode": parent}]
        return {"code": code, "display": code, "property": properties}

    codes = [below("A", "B"), below("B", "A"), below("C", "Z"), below("C", "Z")]
    concepts, tally = read(tmp_path, {**SYSTEM, "concept": codes})
    built = build_terminology(concepts, tmp_path / "built", name="toes", tally=tally)
    assert built.terminology.n_concepts == 3
    assert tally["concept on a cycle of parents"] == 2
    assert tally["parent skipped: no such concept"] == 2


def test_deep_hierarchies_do_not_overflow(tmp_path: Path) -> None:
    code: dict[str, Any] = {"code": "T0", "display": "Toe"}
    for number in range(1, 200):
        code = {"code": f"T{number}", "display": "Toe", "concept": [code]}
    concepts, _ = read(tmp_path, {**SYSTEM, "concept": [code]})
    assert len(concepts) == 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"0\.json, line 1: it is not JSON"),
        (json.dumps(SYSTEM)[:90], "it is not JSON"),
        ("[]", "resource 1: input should be"),
        ("{}", "resource 1: it has no 'resourceType'"),
        ({"resourceType": "Patient"}, r"a resource of the type 'Patient'.*Name a CodeSystem"),
        ({"resourceType": "CodeSystem"}, "a CodeSystem without concepts"),
        ({"resourceType": "ValueSet"}, r"a ValueSet that is not expanded.*\$expand"),
        ({"resourceType": "ConceptMap"}, "a ConceptMap without groups"),
        ({**SYSTEM, "concept": [{"code": 5}]}, "concept 1: 'code': input should be.*on_error"),
        ({**MAP, "group": [{"element": [{}]}]}, "element 1: it has no 'code'"),
    ],
)
def test_faults_are_told(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_faulty_parts_can_be_skipped(tmp_path: Path) -> None:
    system = {**SYSTEM, "concept": [{"code": 5}, *SYSTEM["concept"]]}
    concepts, tally = read(tmp_path, system, {"resourceType": "Patient"}, on_error="skip")
    assert len(concepts) == 3
    assert tally["concept skipped: it can't be read"] == 1
    assert tally["resource skipped: it can't be read"] == 1
