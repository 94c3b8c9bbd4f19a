"""What a filter by semantic group is worth: recall with and without it, on the same candidates.

    XLINK_DATA=… python benchmarks/type_filter.py [--mentions 2000]

Disorders of QUAERO and Mantra are searched among the open view of the UMLS and the MeSH descriptors
that share no name with it, most of which are no disorders. Recall is that of covered gold; the
filter acts before the 64 best are taken.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlink.candidates.fusion import WeightedFusion
from xlink.candidates.joint_search import JointSearch
from xlink.evaluation.gold import Gold
from xlink.evaluation.retrieval import gold_ranks, mention_ranks, rows_of
from xlink.home import terminology_path
from xlink.indexes import open_generator
from xlink.linker import DEFAULT_GENERATORS
from xlink.recipes.finding import find_recipes
from xlink.recipes.materials import Materials
from xlink.terminology import Terminology, build_terminology
from xlink.types import NO_FILTER, Concept, Document, Filter

PARTS = (
    ("quaero/cui-view", "medline"),
    ("quaero/cui-view", "emea"),
    ("mantra/cui-view", "fr"),
    ("mantra/cui-view", "de"),
)
DISORDER = Filter(types=frozenset({"disorder"}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=2_000, help="at most, of each part")
    given = parser.parse_args()
    mesh, view = opened("mesh-lite"), opened("cui-view")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "view-and-mesh"
        terminology = build_terminology(joined(view, mesh), place, name=place.name).terminology
        for name, part in PARTS:
            recipe = find_recipes([name])[0]
            documents = Materials(recipe.path.parent).documents(recipe.tasks[part].corpus)
            compare(f"{name} {part}", terminology, documents, given.mentions)


def opened(name: str) -> Terminology:
    return Terminology.open(terminology_path(name))


def joined(view: Terminology, mesh: Terminology) -> Iterator[Concept]:
    """Yield the view, all disorders, and the MeSH concepts none of whose names it has."""
    known = {text.casefold() for text in view.alias_texts()}
    for concept in view.concepts():
        yield replace(concept, types=("disorder",), parents=(), former_ids=())
    for concept in mesh.concepts():
        if not known.intersection(alias.text.casefold() for alias in concept.aliases):
            yield replace(concept, id=f"M{concept.id}", types=("other",), parents=())


def compare(
    title: str, terminology: Terminology, documents: tuple[Document, ...], most: int
) -> None:
    """Print recall@1 and @64 of each generator and of their fusion, without and with the filter."""
    kept: list[Document] = []
    for document in documents:
        if sum(len(each.mentions) for each in kept) >= most:
            break
        kept.append(document)
    gold = Gold.of(kept, terminology)
    asked, ids = gold.pairs()
    rows = rows_of(terminology, ids)
    covered = np.zeros(len(gold), dtype=bool)
    covered[asked[rows >= 0]] = True
    queries = [query for document in kept for query in document.queries()]
    n_admitted = int(terminology.select(DISORDER).concepts.sum())
    print(
        f"{title}: {covered.sum():,} covered mentions; disorders are {n_admitted:,} of "
        f"{terminology.n_concepts:,} concepts"
    )
    generators = [open_generator(terminology, name) for name in DEFAULT_GENERATORS]
    systems = {**{each.name: [each] for each in generators}, "fusion": generators}
    for name, some in systems.items():
        told = []
        for where in (NO_FILTER, DISORDER):
            found = JointSearch(some, WeightedFusion(), 64, where).candidates(queries)
            ranks = mention_ranks(gold_ranks(found, asked, rows), asked, gold.composite)[covered]
            told.append(f"{(ranks < 1).mean():.3f} / {(ranks < 64).mean():.3f}")
        print(f"  {name:8} recall@1/@64 {told[0]}, with the filter {told[1]}", flush=True)


if __name__ == "__main__":
    main()
