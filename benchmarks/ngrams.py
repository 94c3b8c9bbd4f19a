"""Exact n-gram search against scikit-learn with sparse_dot_topn, on the same names and queries.

Usage: python benchmarks/ngrams.py TERMINOLOGY QUERIES [--k 64]

TERMINOLOGY is the folder of a built terminology, QUERIES a JSON lines file (`.jsonl`, or `.xz` of
it) with a `mention` a line. Each figure is of one thread and of processor time, in one run.
"""

from __future__ import annotations

import argparse
import json
import lzma
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from xlink.candidates.tfidf import TfidfNgrams
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.types import Query


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--k", type=int, default=64)
    parser.add_argument("--language", default="en")
    parser.add_argument("--without-peer", action="store_true")
    options = parser.parse_args()
    opener = lzma.open if options.queries.suffix == ".xz" else open
    with opener(options.queries, "rt", encoding="utf-8") as lines:
        mentions = [json.loads(line)["mention"] for line in lines]
    queries = [Query("", mention, language=options.language) for mention in mentions]
    terminology = Terminology.open(options.terminology)
    print(f"{terminology.n_aliases:,} names, {len(queries):,} queries, k = {options.k}")
    ours(terminology, queries, options.k)
    if not options.without_peer:
        peer(terminology, mentions, options.k)


def ours(terminology: Terminology, queries: list[Query], k: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "index"
        began = time.process_time()
        TfidfNgrams.build(terminology).save(place)
        print(f"xlink            build    {time.process_time() - began:8.2f} s")
        began = time.perf_counter()
        index = TfidfNgrams.load(place, terminology)
        print(f"xlink            open     {time.perf_counter() - began:8.3f} s")
        size = sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
        print(f"xlink            on disk  {size / 2**20:8.1f} MiB")
        index.generate(queries[:10], k)
        rate("xlink paraphrase", lambda: index.generate(queries, k), len(queries))
        index.paraphraser = None
        rate("xlink", lambda: index.generate(queries, k), len(queries))


def peer(terminology: Terminology, mentions: list[str], k: int) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    names = fold_many(terminology.alias_texts())
    began = time.process_time()
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    matrix = vectoriser.fit_transform(names).T.tocsr()
    print(f"sparse_dot_topn  build    {time.process_time() - began:8.2f} s")
    rate(
        "sparse_dot_topn",
        lambda: sp_matmul_topn(
            vectoriser.transform(fold_many(mentions)), matrix, top_n=k, sort=True, n_threads=1
        ),
        len(mentions),
    )


def rate(name: str, search: Callable[[], object], n_queries: int) -> None:
    best = min(_seconds(search) for _ in range(3))
    print(f"{name:<16} search   {n_queries / best:8.0f} queries a CPU-second (best of 3)")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<16} peak so far {peak:5.0f} MiB")


def _seconds(search: Callable[[], object]) -> float:
    began = time.process_time()
    search()
    return time.process_time() - began


if __name__ == "__main__":
    main()
