"""SKOS thesauri and OWL ontologies as RDF, through rdflib."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from xml.sax import SAXException, SAXParseException

from xlink.errors import DataError, MissingExtraError, SpecError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.obographs import compact_id
from xlink.terminology.sources.retired import Retired
from xlink.types import Alias, AliasKind, Concept

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

__all__ = ["SkosSource"]

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_OIO = "http://www.geneontology.org/formats/oboInOwl#"
_IAO = "http://purl.obolibrary.org/obo/IAO_"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

_CLASSES = (f"{_SKOS}Concept", f"{_OWL}Class")
_NAMES: dict[str, AliasKind] = {
    f"{_SKOS}prefLabel": "preferred",
    f"{_RDFS}label": "preferred",
    f"{_SKOS}altLabel": "synonym",
    f"{_SKOS}hiddenLabel": "synonym",
    f"{_OIO}hasExactSynonym": "synonym",
    f"{_OIO}hasRelatedSynonym": "synonym",
    f"{_OIO}hasNarrowSynonym": "synonym",
    f"{_OIO}hasBroadSynonym": "synonym",
}
_PARENTS = (f"{_SKOS}broader", f"{_SKOS}broaderGeneric", f"{_RDFS}subClassOf")
_CHILDREN = (f"{_SKOS}narrower", f"{_SKOS}narrowerGeneric")
_DEFINITIONS = (f"{_SKOS}definition", f"{_IAO}0000115")
_XREFS = (f"{_SKOS}exactMatch", f"{_OIO}hasDbXref")
_FORMATS = {
    ".ttl": "turtle",
    ".nt": "nt",
    ".rdf": "xml",
    ".owl": "xml",
    ".xml": "xml",
    ".skos": "xml",
}
# rdflib and its parsers say in many ways that a file is not what it should be.
_FAULTS = (
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    SAXException,
)


@dataclass(slots=True)
class _Names:
    """Ids by node, as far as nodes were met."""

    graph: Graph
    notation: bool
    ids: dict[Node, str] = field(default_factory=dict)

    def id(self, node: Node) -> str:
        if node not in self.ids:
            notations = sorted(self.texts(node, f"{_SKOS}notation")) if self.notation else []
            self.ids[node] = notations[0] if notations else compact_id(str(node))
        return self.ids[node]

    def objects(self, node: Node, *predicates: str) -> Iterator[Node]:
        """Yield what `predicates` say of a node, in an order that does not change."""
        from rdflib import URIRef

        for predicate in predicates:
            found = self.graph.objects(node, URIRef(predicate))
            yield from sorted(found, key=_order)

    def texts(self, node: Node, *predicates: str) -> list[str]:
        texts = (tidy(str(value)) for value in self.objects(node, *predicates))
        return [text for text in texts if text]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkosSource:
    """Reads `.ttl`, `.nt`, `.rdf`, `.owl` and `.xml`; the whole file is held in memory.

    Names keep the language of their labels, and else have `language`. The id of a concept is its
    notation where it has one, unless `ids` is `"iri"`; else the last part of its IRI
    (`…/DOID_4` gives `DOID:4`). Concepts of SKOS and classes of OWL are read; of the axioms of OWL
    only the named superclasses are.
    """

    files: tuple[Path, ...]
    language: str = "en"
    ids: Literal["notation", "iri"] = "notation"

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the concepts of each file, in the order of their IRIs.

        Raises:
            MissingExtraError: rdflib is not installed.
            DataError: a file can't be read, is not RDF, or has no concepts.
            SpecError: the name of a file has an ending that is not known.
        """
        current: set[str] = set()
        retired = Retired()
        for path in self.files:
            graph = _graph(path)
            names = _Names(graph, self.ids == "notation")
            nodes = _concept_nodes(graph)
            if not nodes:
                raise DataError(
                    "it has no concepts of SKOS and no classes of OWL",
                    path=path,
                    remedy="SKOS-XL and other schemes are not read.",
                )
            for node in nodes:
                id_ = names.id(node)
                if "true" in (text.lower() for text in names.texts(node, f"{_OWL}deprecated")):
                    by = names.objects(node, f"{_IAO}0100001")
                    retired.add(id_, tuple(compact_id(str(each)) for each in by))
                    continue
                if id_ in current:
                    tally.add("concept merged with an earlier one of the same id", id_)
                current.add(id_)
                yield from self._concepts(node, names, tally)
        yield from retired.concepts(current, tally)

    def _concepts(self, node: Node, names: _Names, tally: Tally) -> Iterator[Concept]:
        """Yield a concept, then what it says of its children."""
        from rdflib import URIRef

        id_ = names.id(node)
        aliases = tuple(self._aliases(node, names))
        if not aliases:
            tally.add("concept skipped: it has no label", id_)
            return
        definitions = names.texts(node, *_DEFINITIONS)
        above = names.objects(node, *_PARENTS)
        yield Concept(
            id=id_,
            name=self._name(aliases),
            aliases=aliases,
            definition=definitions[0] if definitions else None,
            parents=tuple(names.id(each) for each in above if isinstance(each, URIRef)),
            xrefs=tuple(map(compact_id, names.texts(node, *_XREFS))),
        )
        for child in names.objects(node, *_CHILDREN):
            if names.texts(child, *_NAMES):
                yield Concept(names.id(child), "", parents=(id_,))

    def _aliases(self, node: Node, names: _Names) -> Iterator[Alias]:
        for predicate, kind in _NAMES.items():
            for label in names.objects(node, predicate):
                language = getattr(label, "language", None)
                text = tidy(str(label))
                if text:
                    yield Alias(text, language or self.language, kind)

    def _name(self, aliases: tuple[Alias, ...]) -> str:
        """Return the preferred label in the language asked for, or else the first label."""
        preferred = [each for each in aliases if each.kind == "preferred"] or list(aliases)
        own = [each for each in preferred if each.language == self.language]
        return (own or preferred)[0].text


def _order(node: Node) -> tuple[str, str, str]:
    """Order nodes by language, then by text; `repr` tells apart what else may differ."""
    return getattr(node, "language", None) or "", str(node), repr(node)


def _concept_nodes(graph: Graph) -> list[Node]:
    from rdflib import URIRef

    found: set[Node] = {
        node
        for name in _CLASSES
        for node in graph.subjects(URIRef(_TYPE), URIRef(name))
        if isinstance(node, URIRef)
    }
    return sorted(found, key=repr)


def _graph(path: Path) -> Graph:
    try:
        from rdflib import Graph
        from rdflib.exceptions import Error, ParserError
    except ImportError:
        raise MissingExtraError("Reading SKOS and OWL", "skos") from None
    if path.suffix.lower() not in _FORMATS:
        raise SpecError(f"{path}: RDF with this ending is not known. Known: {', '.join(_FORMATS)}.")
    graph = Graph()
    try:
        with path.open("rb") as stream:
            graph.parse(stream, format=_FORMATS[path.suffix.lower()])
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
        ) from None
    except (*_FAULTS, Error, ParserError) as error:
        raise DataError(
            f"it is not RDF: {' '.join(str(error).split())[:200]}",
            path=path,
            line=_line(error),
            remedy="Fetch the file again.",
        ) from None
    return graph


def _line(error: BaseException) -> int | None:
    """Return the line of a fault where the parser says it: that of XML does."""
    line = error.getLineNumber() if isinstance(error, SAXParseException) else None
    return line if isinstance(line, int) else None
