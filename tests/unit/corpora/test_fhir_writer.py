from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Literal

import pytest

from xlink.corpora.formats.fhir import FhirWriter
from xlink.errors import SpecError
from xlink.protocols import CorpusWriter
from xlink.types import Assertion, Document, Mention

TEXT = "Fever, no cough; perhaps asthma. Mother: diabetes."
DERIVED = "http://hl7.org/fhir/StructureDefinition/derivation-reference"


def mention(text: str, concept_id: str, *assertion: Assertion) -> Mention:
    start = TEXT.index(text)
    span = (start, start + len(text))
    return Mention(f"T{start}", (span,), text, gold=frozenset({concept_id}), assertion=assertion)


NOTE = Document(
    "note 1",
    TEXT,
    "en",
    (
        mention("Fever", "R50.9"),
        mention("cough", "R05", "negated"),
        mention("asthma", "J45", "uncertain"),
        mention("diabetes", "E11", "family"),
        Mention("N", ((0, 5),), "Fever", gold=frozenset()),
    ),
)
PHENOTYPES = Document(
    "2",
    TEXT,
    mentions=(
        mention("Fever", "HP:0001945"),
        mention("cough", "HP:0012735", "negated"),
        mention("asthma", "HP:0002099", "historical", "uncertain"),
    ),
)


def write(path: Path, *documents: Document, writer: FhirWriter | None = None) -> list[Any]:
    writer = FhirWriter(system="icd10cm") if writer is None else writer
    assert isinstance(writer, CorpusWriter)
    writer.write(documents, path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def resources(bundle: Any) -> list[Any]:
    return [each["resource"] for each in bundle["entry"]]


def status(resource: Any, name: str) -> str | None:
    return str(resource[name]["coding"][0]["code"]) if name in resource else None


def test_what_is_said_becomes_conditions_and_family_history(tmp_path: Path) -> None:
    (bundle,) = write(tmp_path / "notes.ndjson", NOTE)
    source, *found = resources(bundle)
    assert [each["resourceType"] for each in found] == [*["Condition"] * 3, "FamilyMemberHistory"]
    assert [status(each, "verificationStatus") for each in found[:3]] == [
        None,
        "refuted",
        "unconfirmed",
    ]
    assert found[0]["code"] == {
        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R50.9"}],
        "text": "Fever",
    }
    assert found[3]["condition"][0]["code"]["coding"][0]["code"] == "E11"
    assert source["content"][0]["attachment"]["title"] == "note 1"
    assert "data" not in source["content"][0]["attachment"]


def test_every_resource_says_where_it_comes_from(tmp_path: Path) -> None:
    (bundle,) = write(tmp_path / "notes.ndjson", NOTE)
    address = bundle["entry"][0]["fullUrl"]
    for found, said in zip(resources(bundle)[1:], NOTE.mentions, strict=False):
        (derived,) = found["extension"]
        reference, offset, length = derived["extension"]
        assert derived["url"] == DERIVED
        assert reference["valueReference"]["reference"] == address
        start = offset["valueInteger"]
        assert TEXT[start : start + length["valueInteger"]] == said.text
    assert resources(bundle)[1]["evidence"] == [{"detail": [{"reference": address}]}]


def test_phenotypes_are_observations_that_are_true_false_or_unknown(tmp_path: Path) -> None:
    (bundle,) = write(tmp_path / "notes.ndjson", PHENOTYPES, writer=FhirWriter())
    found = resources(bundle)[1:]
    assert {each["resourceType"] for each in found} == {"Observation"}
    assert [each.get("valueBoolean") for each in found] == [True, False, None]
    assert status(found[2], "dataAbsentReason") == "unknown"
    assert found[0]["derivedFrom"] == [{"reference": bundle["entry"][0]["fullUrl"]}]
    assert found[0]["code"]["coding"][0]["system"] == "http://human-phenotype-ontology.org"


@pytest.mark.parametrize("name", ["notes.ndjson", "notes.json"])
def test_every_bundle_is_valid(tmp_path: Path, name: str) -> None:
    pytest.importorskip("fhir.resources")
    # What is used here is the same in R4 and R4B, which the library knows.
    from fhir.resources.R4B.bundle import Bundle

    path = tmp_path / name
    kinds: tuple[Literal["auto", "Condition", "Observation"], ...] = (
        "auto",
        "Condition",
        "Observation",
    )
    for kind in kinds:
        writer = FhirWriter(system="icd10", resource=kind, text=True)
        writer.write([NOTE, PHENOTYPES, Document("3", "")], path)
        content = path.read_text(encoding="utf-8")
        bundles = content.splitlines() if path.suffix == ".ndjson" else [content]
        sizes = [len(Bundle.model_validate_json(each).entry or ()) for each in bundles]
        assert sizes == ([5, 4, 1] if path.suffix == ".ndjson" else [10])
    FhirWriter().write([], path)
    assert path.suffix == ".ndjson" or Bundle.model_validate_json(path.read_text()).entry is None


def test_historical_is_inactive_and_the_patient_is_a_placeholder(tmp_path: Path) -> None:
    writer = FhirWriter(resource="Condition", subject="Patient/of-{id}", text=True)
    (bundle,) = write(tmp_path / "notes.ndjson", PHENOTYPES, writer=writer)
    source, *found = resources(bundle)
    assert status(found[2], "clinicalStatus") == "inactive"
    assert {each["subject"]["reference"] for each in (source, *found)} == {"Patient/of-2"}
    data = source["content"][0]["attachment"]["data"]
    assert base64.b64decode(data).decode() == TEXT


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    writer = FhirWriter(family="omit")
    write(tmp_path / "notes.ndjson", NOTE, writer=writer)
    assert writer.tally.counts() == {
        "code without its system: set the option system": 4,
        "mention of the family left out": 1,
        "mention without a concept left out": 1,
    }


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        FhirWriter().write([NOTE, PHENOTYPES], tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_unknown_options_are_refused() -> None:
    with pytest.raises(SpecError, match="icd10cm"):
        FhirWriter(system="icd11")
    with pytest.raises(SpecError, match="history"):
        FhirWriter(family="some")  # type: ignore[arg-type]
