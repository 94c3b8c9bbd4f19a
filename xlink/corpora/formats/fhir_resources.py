"""The resources of FHIR R4 that a mention or a document becomes."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from dataclasses import dataclass

from xlink.types import Document, Mention

__all__ = [
    "CODE_SYSTEMS",
    "Json",
    "Said",
    "condition",
    "document_reference",
    "entry",
    "family_history",
    "observation",
    "system_of",
]

Json = dict[str, object]

CODE_SYSTEMS = {
    "hpo": "http://human-phenotype-ontology.org",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "mesh": "http://terminology.hl7.org/CodeSystem/MSH",
    "ordo": "http://www.orpha.net",
    "snomed": "http://snomed.info/sct",
    "umls": "http://www.nlm.nih.gov/research/umls",
}
_FORMS = (
    (re.compile(r"HP:\d{7}"), "hpo"),
    (re.compile(r"C\d{7}"), "umls"),
    (re.compile(r"[DC]\d{6}(?:\d{3})?"), "mesh"),
)
_DERIVED = "http://hl7.org/fhir/StructureDefinition/derivation-reference"
_CONDITION = "http://terminology.hl7.org/CodeSystem/condition-"
_ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_NAMESPACE = uuid.UUID("6d0f6f0c-5f0e-5f43-9a3e-6a3d6a7a8b1c")


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says of one concept at one place; `source` is the document's address."""

    mention: Mention
    concept_id: str
    system: str
    subject: str
    source: str

    @property
    def code(self) -> Json:
        """The concept as the document words it."""
        coding = {"code": self.concept_id}
        if self.system:
            coding = {"system": self.system} | coding
        return {"coding": [coding], "text": self.mention.text}

    @property
    def derived(self) -> list[Json]:
        """The places in the document, counted in code points, as extensions."""
        return [
            {
                "url": _DERIVED,
                "extension": [
                    {"url": "reference", "valueReference": {"reference": self.source}},
                    {"url": "offset", "valueInteger": start},
                    {"url": "length", "valueInteger": end - start},
                ],
            }
            for start, end in self.mention.spans
        ]

    def is_said(self, *assertions: str) -> bool:
        """Tell whether any of `assertions` is made of the mention."""
        return not set(assertions).isdisjoint(self.mention.assertion)


def system_of(concept_id: str, told: str) -> str:
    """Return the URI of the code system of an id: as told, or known by its form, or empty."""
    if told:
        return CODE_SYSTEMS.get(told, told)
    return next((CODE_SYSTEMS[name] for form, name in _FORMS if form.fullmatch(concept_id)), "")


def document_reference(document: Document, subject: str, *, with_text: bool) -> Json:
    """Return a document with the size and hash of its text, and the text if it is wanted."""
    content = document.text.encode("utf-8", "replace")
    # Sha-1 because R4 says so; it guards against nothing but mistakes.
    digest = hashlib.sha1(content, usedforsecurity=False).digest()
    attachment: Json = {
        "contentType": "text/plain; charset=utf-8",
        "size": len(content),
        "hash": base64.b64encode(digest).decode(),
        "title": document.id,
    }
    if document.language != "und":
        attachment["language"] = document.language
    if with_text:
        attachment["data"] = base64.b64encode(content).decode()
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": subject},
        "content": [{"attachment": attachment}],
    }


def condition(said: Said) -> Json:
    """Return a Condition; its evidence is the document."""
    made: Json = {"resourceType": "Condition", "extension": said.derived}
    if said.is_said("historical"):
        made["clinicalStatus"] = _concept(f"{_CONDITION}clinical", "inactive")
    if said.is_said("negated"):
        made["verificationStatus"] = _concept(f"{_CONDITION}ver-status", "refuted")
    elif said.is_said("uncertain", "hypothetical"):
        made["verificationStatus"] = _concept(f"{_CONDITION}ver-status", "unconfirmed")
    return made | {
        "code": said.code,
        "subject": {"reference": said.subject},
        "evidence": [{"detail": [{"reference": said.source}]}],
    }


def observation(said: Said) -> Json:
    """Return an Observation that a phenotype is there or not, or of unknown value if uncertain."""
    made: Json = {
        "resourceType": "Observation",
        "extension": said.derived,
        "status": "preliminary",
        "code": said.code,
        "subject": {"reference": said.subject},
    }
    if said.is_said("uncertain", "hypothetical"):
        reason = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
        made["dataAbsentReason"] = _concept(reason, "unknown")
    else:
        made["valueBoolean"] = not said.is_said("negated")
    return made | {"derivedFrom": [{"reference": said.source}]}


def family_history(said: Said) -> Json:
    """Return what a member of the family has, without saying who."""
    return {
        "resourceType": "FamilyMemberHistory",
        "extension": said.derived,
        "status": "partial",
        "patient": {"reference": said.subject},
        "relationship": _concept(_ROLE, "FAMMEMB"),
        "condition": [{"code": said.code}],
    }


def entry(resource: Json, *name: str) -> Json:
    """Return an entry of a Bundle whose address depends on `name` alone."""
    made = uuid.uuid5(_NAMESPACE, "\0".join((str(resource["resourceType"]), *name)))
    return {"fullUrl": f"urn:uuid:{made}", "resource": resource}


def _concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}
