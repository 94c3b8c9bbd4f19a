"""Exact n-gram search against scikit-learn with sparse_dot_topn, on the same names and queries.

Usage: python benchmarks/ngrams.py [small mid large] [--k 64] [--check]

`$XLINK_BENCH` is a folder of dictionaries `NAME.jsonl.xz` (a concept a line: `concept_id`,
`canonical_name`, `aliases`) with `queries.jsonl.xz` (`mention`, `gold`). Each figure is of one
thread and of processor time; the two systems take turns, for machines drift. `--check` compares
concepts and scores of all queries with whole products of matrices (`brute_force.py`).
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from brute_force import count_differences

from xlink.candidate_set import CandidateSet
from xlink.candidates.tfidf import TfidfNgrams
from xlink.terminology import Terminology, build_terminology
from xlink.text.folding import fold_many
from xlink.types import Alias, Concept, Query

ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dictionaries", nargs="*", default=["small", "mid", "large"])
    parser.add_argument("--k", type=int, default=64)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    bench = Path(os.environ["XLINK_BENCH"])
    rows = list(read(bench / "queries.jsonl.xz"))
    for name in options.dictionaries:
        with tempfile.TemporaryDirectory() as folder:
            concepts = map(concept, read(bench / f"{name}.jsonl.xz"))
            terminology = build_terminology(concepts, Path(folder) / name, name=name).terminology
            compare(terminology, rows, options.k, check=options.check)


def read(path: Path) -> Iterator[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def concept(row: dict[str, str]) -> Concept:
    names = [row["canonical_name"], *row["aliases"]]
    return Concept(row["concept_id"], names[0], tuple(Alias(name, "en") for name in names))


def compare(terminology: Terminology, rows: list[dict[str, str]], k: int, *, check: bool) -> None:
    mentions = [row["mention"] for row in rows]
    queries = [Query("", mention, language="en") for mention in mentions]
    print(f"\n{terminology.name}: {terminology.n_aliases:,} names, {len(rows):,} queries, k = {k}")
    began = time.process_time()
    index = TfidfNgrams.build(terminology)
    print(f"  built in {time.process_time() - began:.2f} s (substitutes included)")
    paraphraser, index.paraphraser = index.paraphraser, None
    searches = {
        "xlink": lambda: index.generate(queries, k),
        "sparse_dot_topn": peer(terminology, mentions, k),
    }
    seconds: dict[str, list[float]] = {name: [] for name in searches}
    for search in searches.values():
        search()
    for _ in range(ROUNDS):
        for name, search in searches.items():
            seconds[name].append(duration(search))
    for name, measured in seconds.items():
        print(f"  {name:<16} {len(rows) / min(measured):8.0f} queries a CPU-second")
    ratios = [b / a for a, b in zip(*seconds.values(), strict=True)]
    print(f"  ratio {statistics.median(ratios):.2f} (median of {ROUNDS} turns)")
    report("plain", terminology, rows, index.generate(queries, k))
    if check:
        n_wrong = count_differences(terminology, mentions, index.generate(queries, k), k)
        print(f"  {n_wrong} of {len(rows):,} queries differ from brute force")
    index.paraphraser = paraphraser
    print(f"  with paraphrases {len(rows) / duration(lambda: index.generate(queries, k)):8.0f}")
    report("with paraphrases", terminology, rows, index.generate(queries, k))


def peer(terminology: Terminology, mentions: list[str], k: int) -> Callable[[], object]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    began = time.process_time()
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    matrix = vectoriser.fit_transform(fold_many(terminology.alias_texts())).T.tocsr()
    print(f"  sparse_dot_topn built in {time.process_time() - began:.2f} s")
    return lambda: sp_matmul_topn(
        vectoriser.transform(fold_many(mentions)), matrix, top_n=k, sort=True, n_threads=1
    )


def duration(search: Callable[[], object]) -> float:
    began = time.process_time()
    search()
    return time.process_time() - began


def report(
    label: str, terminology: Terminology, rows: list[dict[str, str]], found: CandidateSet
) -> None:
    ids = np.array(terminology.concept_ids(np.arange(terminology.n_concepts)))
    gold = np.array([row["gold"] for row in rows])
    ranks = found.ranks()[ids[found.concept_rows] == gold[found.query_numbers()]]
    recalls = [f"@{k} {(ranks < k).sum() / len(rows):.3f}" for k in (1, 5, 64)]
    print(f"  {label}: recall {' '.join(recalls)}")


if __name__ == "__main__":
    main()
