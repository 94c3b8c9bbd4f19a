"""Ontologies in OBO format: HPO, MONDO, DOID and their kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import fastobo
from fastobo.term import (
    AltIdClause,
    DefClause,
    IsAClause,
    IsObsoleteClause,
    NameClause,
    NamespaceClause,
    ReplacedByClause,
    SubsetClause,
    SynonymClause,
    TermFrame,
    XrefClause,
)

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.retired import Retired
from xlink.types import Alias, Concept

__all__ = ["ABBREVIATION_TYPES", "OboSource", "Scope", "local_name"]

Scope = Literal["exact", "related", "narrow", "broad"]

ABBREVIATION_TYPES = ("abbreviation", "acronym", "omo:0003000", "omo:0003012")


@dataclass(slots=True)
class _Term:
    """What the clauses of a term frame say."""

    id: str
    name: str = ""
    synonyms: list[Alias] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    definition: str | None = None
    parents: list[str] = field(default_factory=list)
    xrefs: list[str] = field(default_factory=list)
    former_ids: list[str] = field(default_factory=list)
    obsolete: bool = False
    replaced_by: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class OboSource:
    """Reads `.obo` files; `scopes` says which synonyms count as names.

    An id that a term once had, or that was replaced by one term, becomes a former id. Namespaces
    and subsets become types.
    """

    files: tuple[Path, ...]
    language: str = "en"
    scopes: tuple[Scope, ...] = get_args(Scope)

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the terms in use, and at the end the ids that replaced terms had.

        Raises:
            DataError: a file is missing, or breaks the syntax of OBO; names the line.
        """
        current: set[str] = set()
        retired = Retired()
        for path in self.files:
            for frame in _frames(path):
                term = self._term(frame)
                if term.obsolete:
                    retired.add(term.id, tuple(term.replaced_by))
                    continue
                current.add(term.id)
                yield self._concept(term)
        yield from retired.concepts(current, tally)

    def _concept(self, term: _Term) -> Concept:
        name = (Alias(term.name, self.language, "preferred"),) if term.name else ()
        return Concept(
            id=term.id,
            name=term.name,
            aliases=name + tuple(term.synonyms),
            types=tuple(term.types),
            definition=term.definition,
            parents=tuple(term.parents),
            xrefs=tuple(term.xrefs),
            former_ids=tuple(term.former_ids),
        )

    def _term(self, frame: TermFrame) -> _Term:
        term = _Term(str(frame.id))
        for clause in frame:
            match clause:
                case NameClause():
                    term.name = tidy(clause.name)
                case SynonymClause():
                    synonym = clause.synonym
                    if synonym.scope.lower() in self.scopes:
                        abbreviated = local_name(synonym.type) in ABBREVIATION_TYPES
                        kind: Literal["abbreviation", "synonym"] = (
                            "abbreviation" if abbreviated else "synonym"
                        )
                        term.synonyms.append(Alias(tidy(synonym.desc), self.language, kind))
                case DefClause():
                    term.definition = str(clause.definition)
                case IsAClause():
                    term.parents.append(str(clause.term))
                case XrefClause():
                    term.xrefs.append(str(clause.xref.id))
                case AltIdClause():
                    term.former_ids.append(str(clause.alt_id))
                case NamespaceClause():
                    term.types.append(str(clause.namespace))
                case SubsetClause():
                    term.types.append(str(clause.subset))
                case IsObsoleteClause():
                    term.obsolete = clause.obsolete
                case ReplacedByClause():
                    term.replaced_by.append(str(clause.term))
        return term


def local_name(synonym_type: object) -> str:
    """Return the type of a synonym in lower case, whether written short or as an IRI."""
    return str(synonym_type).rsplit("#", 1)[-1].rsplit("/", 1)[-1].replace("_", ":").lower()


def _frames(path: Path) -> Iterator[TermFrame]:
    last = "the header"
    try:
        for frame in fastobo.iter(str(path)):
            if isinstance(frame, TermFrame):
                last = str(frame.id)
                yield frame
    except SyntaxError as error:
        raise DataError(
            f"it is not OBO: {error.msg}, got {(error.text or '').strip()!r}",
            path=path,
            line=error.lineno,
            remedy="Mend this line, or fetch the file again.",
        ) from None
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}",
            path=path,
            remedy="Name an OBO file in UTF-8.",
        ) from None
    except BaseException as error:
        # A few broken files make the parser itself fail, with a class that can't be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise DataError(
            "it is not OBO: the parser gave up",
            path=path,
            remedy=f"Look at what stands after {last}, or fetch the file again.",
        ) from None
