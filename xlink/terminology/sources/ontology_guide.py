"""Ontologies as the package `cellxgene-ontology-guide` holds them: MONDO, HPO and others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.documents import OnError, Record, checked, json_document
from xlink.terminology.sources.retired import Retired
from xlink.types import Alias, Concept

__all__ = ["OntologyGuideSource"]


class _Term(Record):
    id: str = Field(min_length=1)
    label: str
    ancestors: Mapping[str, int] = {}
    synonyms: tuple[str, ...] = ()
    description: str = ""
    deprecated: bool = False
    replaced_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OntologyGuideSource:
    """Reads JSON objects of terms by id, plain or packed (`.json.zst`).

    The ancestors of a term have their distance; those at distance 1 are its parents.
    """

    files: tuple[Path, ...]
    language: str = "en"
    on_error: OnError = "raise"

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the terms in use, and at the end the ids that replaced terms had.

        Raises:
            DataError: a file is missing, is not JSON, or holds something else.
        """
        current: set[str] = set()
        retired = Retired()
        for path in self.files:
            for term in self._terms(path, tally):
                if term.deprecated:
                    retired.add(term.id, (term.replaced_by,) if term.replaced_by else ())
                elif not tidy(term.label):
                    tally.add("term skipped: it has no label", term.id)
                else:
                    current.add(term.id)
                    yield self._concept(term)
        yield from retired.concepts(current, tally)

    def _terms(self, path: Path, tally: Tally) -> Iterator[_Term]:
        document = json_document(path)
        if not isinstance(document, dict) or not document:
            raise DataError(
                "it is not an object of terms by id",
                path=path,
                remedy="Name an ontology of cellxgene-ontology-guide.",
            )
        items = (
            {**term, "id": id_} if isinstance(term, dict) else term
            for id_, term in document.items()
        )
        return checked(_Term, items, path=path, what="term", on_error=self.on_error, tally=tally)

    def _concept(self, term: _Term) -> Concept:
        name = tidy(term.label)
        # The synonyms repeat the label.
        synonyms = dict.fromkeys(tidy(each) for each in term.synonyms)
        return Concept(
            id=term.id,
            name=name,
            aliases=(
                Alias(name, self.language, "preferred"),
                *(Alias(text, self.language) for text in synonyms if text != name),
            ),
            definition=tidy(term.description) or None,
            parents=tuple(id_ for id_, distance in term.ancestors.items() if distance == 1),
        )
