"""Ontologies as OBO graphs JSON: what `robot` and `fastobo-graphs` write of OBO and OWL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from pydantic import Field

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.documents import OnError, Record, checked, json_document
from xlink.terminology.sources.obo import ABBREVIATION_TYPES, Scope, local_name
from xlink.terminology.sources.retired import Retired
from xlink.types import Alias, Concept

__all__ = ["ObographsSource"]

_IS_A = ("is_a", "http://www.w3.org/2000/01/rdf-schema#subClassOf")
_ALTERNATIVE_ID = "hasAlternativeId"
_NAMESPACE = "hasOBONamespace"
_REPLACED_BY = "IAO:0100001"


class _Value(Record):
    val: str


class _Property(Record):
    pred: str
    val: str


class _Synonym(Record):
    pred: str
    val: str
    type: str = Field(default="", alias="synonymType")


class _Meta(Record):
    definition: _Value | None = None
    synonyms: tuple[_Synonym, ...] = ()
    xrefs: tuple[_Value, ...] = ()
    subsets: tuple[str, ...] = ()
    properties: tuple[_Property, ...] = Field(default=(), alias="basicPropertyValues")
    deprecated: bool = False


class _Node(Record):
    id: str = Field(min_length=1)
    name: str = Field(default="", alias="lbl")
    type: str = "CLASS"
    meta: _Meta = _Meta()

    def values(self, predicate: str) -> tuple[str, ...]:
        """Return the values of a property, named as `compact_id` writes it."""
        found = (each.val for each in self.meta.properties if compact_id(each.pred) == predicate)
        return tuple(tidy(value) for value in found)


class _Edge(Record):
    sub: str
    pred: str
    obj: str


class _Graph(Record):
    nodes: tuple[object, ...] = ()
    edges: tuple[object, ...] = ()


class _Document(Record):
    graphs: tuple[object, ...]


@dataclass(slots=True)
class _Ids:
    """Ids of the concepts so far, and those given up."""

    current: set[str] = field(default_factory=set)
    retired: Retired = field(default_factory=Retired)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObographsSource:
    """Reads `.json` files, also packed (`.json.gz`, `.json.zst`).

    `prefixes` keeps the terms whose ids begin with one of them, such as `["DOID"]`, and so leaves
    out what an ontology imports. `scopes` says which synonyms count as names. Namespaces and
    subsets become types. Without line numbers in JSON, messages name the number and id of a node.
    """

    files: tuple[Path, ...]
    language: str = "en"
    prefixes: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = get_args(Scope)
    on_error: OnError = "raise"

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the terms in use, then their parents, at the end the ids that terms had.

        Raises:
            DataError: a file is missing, is not JSON, or not an OBO graph.
        """
        ids = _Ids()
        for path in self.files:
            graphs = list(self._graphs(path, tally))
            for graph in graphs:
                yield from self._terms(graph, path, ids, tally)
            for graph in graphs:
                yield from self._parents(graph, path, ids, tally)
        yield from ids.retired.concepts(ids.current, tally)

    def _graphs(self, path: Path, tally: Tally) -> Iterator[_Graph]:
        document = checked(
            _Document,
            [json_document(path)],
            path=path,
            what="document",
            on_error="raise",
            tally=tally,
        )
        for each in document:
            if not each.graphs:
                raise DataError("it has no graphs", path=path, remedy="Name an OBO graph.")
            yield from checked(
                _Graph, each.graphs, path=path, what="graph", on_error=self.on_error, tally=tally
            )

    def _terms(self, graph: _Graph, path: Path, ids: _Ids, tally: Tally) -> Iterator[Concept]:
        for node in checked(
            _Node, graph.nodes, path=path, what="node", on_error=self.on_error, tally=tally
        ):
            id_ = compact_id(node.id)
            if node.type != "CLASS" or not self._is_wanted(id_):
                continue
            if node.meta.deprecated:
                ids.retired.add(id_, tuple(map(compact_id, node.values(_REPLACED_BY))))
            elif not node.name:
                tally.add("node skipped: it has no label", id_)
            else:
                if id_ in ids.current:
                    tally.add("node merged with an earlier one of the same id", id_)
                ids.current.add(id_)
                yield self._concept(id_, node)

    def _concept(self, id_: str, node: _Node) -> Concept:
        meta, name = node.meta, tidy(node.name)
        subsets = tuple(subset.rsplit("#", 1)[-1].rsplit("/", 1)[-1] for subset in meta.subsets)
        return Concept(
            id=id_,
            name=name,
            aliases=(Alias(name, self.language, "preferred"), *self._synonyms(meta)),
            types=node.values(_NAMESPACE) + subsets,
            definition=None if meta.definition is None else tidy(meta.definition.val),
            xrefs=tuple(xref.val for xref in meta.xrefs),
            former_ids=tuple(map(compact_id, node.values(_ALTERNATIVE_ID))),
        )

    def _synonyms(self, meta: _Meta) -> Iterator[Alias]:
        for each in meta.synonyms:
            scope = each.pred.removeprefix("has").removesuffix("Synonym").lower()
            if scope in self.scopes:
                abbreviated = local_name(each.type) in ABBREVIATION_TYPES
                yield Alias(
                    tidy(each.val), self.language, "abbreviation" if abbreviated else "synonym"
                )

    def _parents(self, graph: _Graph, path: Path, ids: _Ids, tally: Tally) -> Iterator[Concept]:
        for edge in checked(
            _Edge, graph.edges, path=path, what="edge", on_error=self.on_error, tally=tally
        ):
            child, parent = compact_id(edge.sub), compact_id(edge.obj)
            if edge.pred in _IS_A and child in ids.current and self._is_wanted(parent):
                yield Concept(child, "", parents=(parent,))

    def _is_wanted(self, id_: str) -> bool:
        return not self.prefixes or id_.partition(":")[0] in self.prefixes


def compact_id(iri: str) -> str:
    """Return the id that stands for an IRI of an ontology.

    >>> compact_id("http://purl.obolibrary.org/obo/DOID_4")
    'DOID:4'
    """
    if "://" not in iri:
        return iri
    local = iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    prefix, mark, number = local.rpartition("_")
    return f"{prefix}:{number}" if mark and prefix and number else local or iri
