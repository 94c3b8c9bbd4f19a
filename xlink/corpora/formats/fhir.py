"""FHIR R4: what documents say as Conditions, Observations and family history, in Bundles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from xlink.corpora.formats.fhir_resources import (
    CODE_SYSTEMS,
    Json,
    Said,
    condition,
    document_reference,
    entry,
    family_history,
    observation,
    system_of,
)
from xlink.corpora.options import choices
from xlink.corpora.writing import written_whole
from xlink.errors import SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["FhirWriter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirWriter:
    """Writes a Bundle of R4 resources: one a line for each document, or one for all.

    A file that ends in `.ndjson` has a Bundle a line; any other is one Bundle. Each document is a
    DocumentReference; each gold id of a mention is a Condition, or an Observation where `resource`
    says so, by default for HPO. Where it comes from is a reference to the document, with offset and
    length in the extension `derivation-reference` of HL7.

    What is negated is refuted, what is uncertain or hypothetical unconfirmed, what is historical
    inactive. Of what is only said, the status is left open: software confirms no diagnosis. What
    is of the family becomes a FamilyMemberHistory, or with `family = "omit"` is left out.

    `system` is the URI of the code system, or a name such as icd10cm; without it, HPO, UMLS and
    MeSH ids are known by their form. `subject` refers to the patient; `{id}` in it stands for the
    document's id. With `text`, the DocumentReference holds the document's text.

    `tally` counts what was left out, and codes whose system is not known.

    Raises:
        SpecError: an option has a value that is not known.
    """

    system: str = ""
    resource: Literal["auto", "Condition", "Observation"] = "auto"
    subject: str = "Patient/unknown"
    family: Literal["history", "omit"] = "history"
    text: bool = False
    tally: Tally = field(default_factory=Tally, compare=False)

    def __post_init__(self) -> None:
        choices(self.family, ("history", "omit"), corpus="FHIR", option="family")
        kinds = ("auto", "Condition", "Observation")
        choices(self.resource, kinds, corpus="FHIR", option="resource")
        if self.system and ":" not in self.system and self.system not in CODE_SYSTEMS:
            raise SpecError(
                f"system is a URI or one of {', '.join(sorted(CODE_SYSTEMS))}, not {self.system!r}."
            )

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write `documents`; an existing file is replaced when all is written."""
        with written_whole(path) as stream:
            if path.suffix == ".ndjson":
                for document in documents:
                    bundle = _BUNDLE | {"entry": list(self._entries(document))}
                    stream.write(json.dumps(bundle, ensure_ascii=False) + "\n")
                return
            stream.writelines(self._one_bundle(documents))

    def _one_bundle(self, documents: Iterable[Document]) -> Iterator[str]:
        """Yield the Bundle of all documents in pieces, for it may be larger than the memory."""
        yield json.dumps(_BUNDLE)[:-1]
        before = first = ', "entry": [\n'
        for document in documents:
            for each in self._entries(document):
                yield before + json.dumps(each, ensure_ascii=False)
                before = ",\n"
        yield "}\n" if before == first else "\n]}\n"

    def _entries(self, document: Document) -> Iterator[Json]:
        subject = self.subject.replace("{id}", document.id)
        source = entry(document_reference(document, subject, with_text=self.text), document.id)
        yield source
        for mention in document.mentions:
            if not mention.gold:
                self.tally.add("mention without a concept left out")
            for concept_id in sorted(mention.gold or ()):
                made = self._resource(mention, concept_id, subject, str(source["fullUrl"]))
                if made is not None:
                    yield entry(made, document.id, mention.id, concept_id)

    def _resource(
        self, mention: Mention, concept_id: str, subject: str, source: str
    ) -> Json | None:
        system = system_of(concept_id, self.system)
        if not system:
            self.tally.add("code without its system: set the option system", concept_id)
        said = Said(mention, concept_id, system, subject, source)
        if "family" in mention.assertion:
            if self.family == "omit":
                self.tally.add("mention of the family left out")
                return None
            if "negated" in mention.assertion:
                self.tally.add("mention of what the family does not have left out")
                return None
            return family_history(said)
        is_phenotype = system == CODE_SYSTEMS["hpo"]
        if self.resource == "Observation" or (self.resource == "auto" and is_phenotype):
            return observation(said)
        return condition(said)


_BUNDLE: dict[str, object] = {"resourceType": "Bundle", "type": "collection"}
