"""Recall of fused candidates by the weight of dense search, on the given mentions of a corpus.

python benchmarks/fusion_weights.py TERMINOLOGY CORPUS --reader gsc --set annotations=raw_ann
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlink import Linker
from xlink.candidate_set import CandidateSet
from xlink.candidates.fusion import WeightedFusion
from xlink.cli.arguments import reader_of
from xlink.tally import Tally
from xlink.types import Document, Mention

WEIGHTS = (0.5, 1, 2, 3, 5, 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--reader", required=True)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--label", help="only mentions with this label")
    parser.add_argument("--mentions", type=int, default=1500)
    told = parser.parse_args()
    documents = [
        replace(each, mentions=tuple(m for m in each.mentions if asked(m, told.label)))
        for each in reader_of(told.reader, told.set).read([told.corpus], Tally())
    ]
    np.random.default_rng(0).shuffle(documents)  # type: ignore[arg-type]
    kept: list[Document] = []
    while documents and sum(len(each.mentions) for each in kept) < told.mentions:
        kept.append(documents.pop())
    linker = Linker.open(told.terminology, detector=None)
    queries = [query for each in kept for query in linker.queries(each)]
    gold = [
        {row for each in mention.gold or () if (row := linker.terminology.row(each)) is not None}
        for document in kept
        for mention in document.mentions
    ]
    generators = linker.generators
    for generator in generators:
        show(generator.name, generator.generate(queries, 64), gold)
    for weight in (0, *WEIGHTS):
        chosen = generators if weight else generators[:-1]
        fusion = WeightedFusion({"dense": float(weight)} if weight else {})
        fused = Linker(linker.terminology, generators=chosen, fusion=fusion)
        show(f"fused, dense with weight {weight}", fused.candidates(queries), gold)


def asked(mention: Mention, label: str | None) -> bool:
    return bool(mention.gold) and (label is None or mention.label == label)


def show(name: str, found: CandidateSet, gold: list[set[int]]) -> None:
    """Print recall@1 and @64 over the mentions of which any gold is in the terminology."""
    rows = [(found.rows_of(i).tolist(), each) for i, each in enumerate(gold) if each]
    hits = [sum(bool(each.intersection(ids[:k])) for ids, each in rows) for k in (1, 64)]
    print(f"{name:32} {hits[0] / len(rows):.3f} {hits[1] / len(rows):.3f}", flush=True)


if __name__ == "__main__":
    main()
