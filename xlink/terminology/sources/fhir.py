"""FHIR R4 terminology as JSON: CodeSystem, the expansion of a ValueSet, ConceptMap, Bundles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.documents import (
    OnError,
    Record,
    checked,
    json_document,
    tolerated,
)
from xlink.types import Alias, AliasKind, Concept

__all__ = ["FhirSource"]

_PREFIXES = {
    "http://snomed.info/sct": "SNOMEDCT:",
    "http://loinc.org": "LOINC:",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM:",
    "http://hl7.org/fhir/sid/icd-10": "ICD10:",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD10CM:",
    "http://hl7.org/fhir/sid/icd-11": "ICD11:",
    "http://id.who.int/icd/release/11/mms": "ICD11:",
    "http://www.orpha.net": "ORPHA:",
    "http://terminology.hl7.org/CodeSystem/umls": "UMLS:",
    "http://human-phenotype-ontology.org": "",  # whose codes are HP:0000118
}
R = TypeVar("R", bound=Record)

_SAME = ("equal", "equivalent", "equals")
_TYPE_PROPERTIES = ("semantic-tag", "type", "kind")
_ABBREVIATION_USES = ("abbreviation", "acronym")


class _Use(Record):
    code: str = ""


class _Designation(Record):
    value: str
    language: str = ""
    use: _Use = _Use()


class _Property(Record):
    code: str
    value_code: str = Field(default="", alias="valueCode")
    value_string: str = Field(default="", alias="valueString")
    value_boolean: bool = Field(default=False, alias="valueBoolean")

    @property
    def text(self) -> str:
        return tidy(self.value_code or self.value_string)


class _Code(Record):
    """A concept of a code system, or an entry of an expansion."""

    code: str = ""
    display: str = ""
    definition: str = ""
    designation: tuple[_Designation, ...] = ()
    property: tuple[_Property, ...] = ()
    concept: tuple[object, ...] = ()
    contains: tuple[object, ...] = ()
    inactive: bool = False

    def values(self, code: str) -> tuple[str, ...]:
        return tuple(each.text for each in self.property if each.code == code and each.text)


class _Expansion(Record):
    contains: tuple[object, ...] = ()


class _Target(Record):
    code: str = ""
    equivalence: str = "equivalent"


class _Element(Record):
    code: str
    target: tuple[_Target, ...] = ()


class _Group(Record):
    target: str = ""
    element: tuple[object, ...] = ()


class _Entry(Record):
    resource: object = None


class _Resource(Record):
    resource_type: str = Field(alias="resourceType")
    language: str = ""
    concept: tuple[object, ...] = ()
    expansion: _Expansion | None = None
    group: tuple[object, ...] = ()
    entry: tuple[_Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirSource:
    """Reads `.json` files with a resource each, also packed (`.json.gz`).

    `language` is that of names without one, where the resource does not say it. `prefixes` adds to
    the known prefixes of code systems in the xrefs that concept maps give; an unknown system is
    written out, as in `https://example.org|A1`. Maps come after what they map. `equivalences` are
    the ones that make an xref. Inactive codes are counted and left out.
    """

    files: tuple[Path, ...]
    language: str = "en"
    id_prefix: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    equivalences: tuple[str, ...] = _SAME
    on_error: OnError = "raise"

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the codes of code systems and expansions, and the xrefs of concept maps.

        Raises:
            DataError: a file is missing, is not JSON, or holds another kind of resource.
        """
        known: set[str] = set()
        for path in self.files:
            for resource in self._resources([json_document(path)], path, tally):
                language = resource.language or self.language
                if resource.resource_type == "ConceptMap":
                    yield from self._mapped(resource, path, known, tally)
                else:
                    codes = resource.concept
                    if resource.expansion is not None:
                        codes += resource.expansion.contains
                    yield from self._codes(codes, language, path, known, tally)

    def _resources(
        self, documents: Iterable[object], path: Path, tally: Tally, *, bundled: bool = False
    ) -> Iterator[_Resource]:
        for each in self._checked(_Resource, documents, "resource", path, tally):
            if each.resource_type == "Bundle" and not bundled:
                inner = [entry.resource for entry in each.entry]
                yield from self._resources(inner, path, tally, bundled=True)
                continue
            problem = _fault(each)
            if problem is None:
                yield each
            else:
                tolerated(_unfit(path, problem), "resource", self.on_error, tally)

    def _codes(
        self, items: Iterable[object], language: str, path: Path, known: set[str], tally: Tally
    ) -> Iterator[Concept]:
        """Yield `items` and all below them, without recursion: they may lie deep."""
        waiting = [("", self._checked(_Code, items, "concept", path, tally))]
        while waiting:
            parent, level = waiting[-1]
            code = next(level, None)
            if code is None:
                waiting.pop()
                continue
            concept = self._concept(code, parent, language, tally)
            # What lies below a heading without a code, or below a code out of use, moves up.
            below = self._checked(_Code, code.concept + code.contains, "concept", path, tally)
            waiting.append((parent if concept is None else concept.id, below))
            if concept is not None:
                known.add(concept.id)
                yield concept

    def _checked(
        self, model: type[R], items: Iterable[object], what: str, path: Path, tally: Tally
    ) -> Iterator[R]:
        return checked(model, items, path=path, what=what, on_error=self.on_error, tally=tally)

    def _concept(self, code: _Code, parent: str, language: str, tally: Tally) -> Concept | None:
        id_ = self._id(code.code)
        if not id_:
            return None
        if _is_inactive(code):
            tally.add("code skipped: it is inactive", code.code)
            return None
        aliases = [Alias(tidy(code.display), language, "preferred")] if tidy(code.display) else []
        aliases += [_alias(each, language) for each in code.designation if tidy(each.value)]
        if not aliases:
            tally.add("code skipped: it has no display or designation", code.code)
            return None
        above = (*filter(None, [parent]), *map(self._id, code.values("parent")))
        return Concept(
            id=id_,
            name=aliases[0].text,
            aliases=tuple(aliases),
            types=tuple(value for name in _TYPE_PROPERTIES for value in code.values(name)),
            definition=tidy(code.definition) or None,
            parents=tuple(dict.fromkeys(above)),
        )

    def _mapped(
        self, resource: _Resource, path: Path, known: set[str], tally: Tally
    ) -> Iterator[Concept]:
        for group in self._checked(_Group, resource.group, "group", path, tally):
            for element in self._checked(_Element, group.element, "element", path, tally):
                id_ = self._id(element.code)
                if id_ not in known:
                    tally.add("mapping skipped: no concept has this code", element.code)
                    continue
                xrefs = tuple(
                    self._prefix(group.target) + tidy(target.code)
                    for target in element.target
                    if target.code and target.equivalence in self.equivalences
                )
                yield Concept(id_, "", xrefs=xrefs)

    def _id(self, code: str) -> str:
        return self.id_prefix + tidy(code) if tidy(code) else ""

    def _prefix(self, system: str) -> str:
        known = {**_PREFIXES, **self.prefixes}
        return known.get(system, f"{system}|" if system else "")


def _fault(resource: _Resource) -> str | None:
    """Say why a resource can't be read as a terminology, if it can't."""
    match resource.resource_type:
        case "CodeSystem":
            return None if resource.concept else "a CodeSystem without concepts"
        case "ValueSet":
            return None if resource.expansion is not None else "a ValueSet that is not expanded"
        case "ConceptMap":
            return None if resource.group else "a ConceptMap without groups"
        case other:
            return f"a resource of the type {other!r}"


def _unfit(path: Path, problem: str) -> DataError:
    """Return the error for a resource that has no names to give."""
    return DataError(
        problem,
        path=path,
        remedy="Name a CodeSystem, a ConceptMap or what $expand returns for a ValueSet.",
    )


def _is_inactive(code: _Code) -> bool:
    return code.inactive or any(
        (each.code == "inactive" and each.value_boolean)
        or (each.code == "status" and each.text in ("retired", "inactive"))
        for each in code.property
    )


def _alias(designation: _Designation, language: str) -> Alias:
    use = designation.use.code.lower()
    kind: AliasKind = "abbreviation" if use in _ABBREVIATION_USES else "synonym"
    if use in ("display", "preferred", "preferredforlanguage"):
        kind = "preferred"
    return Alias(tidy(designation.value), designation.language or language, kind)
