"""Exact n-gram search against scikit-learn with sparse_dot_topn, on the same names and queries.

Usage: python benchmarks/ngrams.py [small mid large] [--k 64] [--check]

`$XLINK_BENCH` is a folder of dictionaries `NAME.jsonl.xz` (a concept a line: `concept_id`,
`canonical_name`, `aliases`) with `queries.jsonl.xz` (`mention`, `gold`). Each figure is of one
thread and of processor time; the two systems take turns, for machines drift. `--check` compares
every score with a brute-force product of matrices over the same vectors.
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
import numpy.typing as npt
from scipy.sparse import csr_array

from xlink.candidate_set import CandidateSet
from xlink.candidates.tfidf import TfidfNgrams
from xlink.terminology import Terminology, build_terminology
from xlink.text.cognates import shared_spelling
from xlink.text.folding import fold_many
from xlink.text.tokens import based_text
from xlink.types import Alias, Concept, Query

ROUNDS = 3
TOLERANCE = 1e-6


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
        verify(index, queries, k)
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


def verify(index: TfidfNgrams, queries: list[Query], k: int) -> None:
    """Compare scores and concepts with those of the whole product of matrices."""
    found, n_concepts = index.generate(queries, k), index.terminology.n_concepts
    texts = [fold_many([query.text])[0] for query in queries]
    texts = [shared_spelling(based_text(text, "en")) for text in texts]
    offsets, terms, masses, norms = index._weigh(texts)
    arrays = index._arrays
    shape = (len(arrays.norms), len(arrays.vocabulary))
    ones = np.ones(len(arrays.text_terms))
    names = csr_array((ones, arrays.text_terms, arrays.term_offsets), shape=shape)
    asked = csr_array((masses, terms, offsets), shape=(len(queries), shape[1]))
    texts_of = np.repeat(np.arange(shape[0]), np.diff(arrays.alias_offsets))
    owners = index.terminology.alias_concepts[arrays.text_aliases]
    n_wrong = 0
    for number in range(len(queries)):
        cosines = (names @ asked[[number]].toarray()[0]) / (arrays.norms * norms[number])
        best = np.zeros(n_concepts)
        np.maximum.at(best, owners, cosines[texts_of])
        n_wrong += not is_best(best, found, number, k)
    print(f"  {n_wrong} of {len(queries):,} queries differ from brute force")


def is_best(best: npt.NDArray[np.float64], found: CandidateSet, number: int, k: int) -> bool:
    """Tell whether the `k` best are those found; near-ties may stand in either order."""
    start, end = found.query_offsets[number : number + 2]
    rounded = np.minimum(best, 1).astype(np.float32)
    order = np.lexsort((np.arange(len(best)), -rounded))[:k]
    order = order[rounded[order] > 0]
    scores, rows = found.scores[start:end], found.concept_rows[start:end]
    return (
        len(rows) == len(order)
        and np.allclose(scores, rounded[order], rtol=0, atol=TOLERANCE)
        and np.allclose(scores, rounded[rows], rtol=0, atol=TOLERANCE)
    )


if __name__ == "__main__":
    main()
