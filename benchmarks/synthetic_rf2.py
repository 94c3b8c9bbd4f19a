"""SNOMED CT release files of the size of the international edition: written, read, built, asked.

Usage: python benchmarks/synthetic_rf2.py FOLDER [--concepts 500000] [--descriptions 1600000]
       python benchmarks/synthetic_rf2.py FOLDER --only read

The release in FOLDER is made up, in the layout of RF2, and written once. Each step runs in a
process of its own, so that its peak of memory is its own; times are of the wall clock.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_array

from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.assembly import Part, assembled
from xlink.terminology.builder import build_terminology
from xlink.terminology.ecl import evaluate_ecl
from xlink.terminology.sources.snomed import SnomedSource
from xlink.testing.synthetic_rf2 import concept_ids, write_release
from xlink.types import NO_FILTER

T = TypeVar("T")
STEPS = ("write", "read", "build", "ask")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--concepts", type=int, default=500_000)
    parser.add_argument("--descriptions", type=int, default=1_600_000)
    parser.add_argument("--release", choices=("Snapshot", "Full"), default="Snapshot")
    parser.add_argument("--only", choices=STEPS)
    options = parser.parse_args()
    if options.only is None:
        for step in STEPS:
            subprocess.run([sys.executable, *sys.argv, "--only", step], check=True)
        return
    {"write": write, "read": read, "build": build, "ask": ask}[options.only](options)


def write(options: argparse.Namespace) -> None:
    if (options.folder / "rf2" / options.release).exists():
        return
    timed("write the release", lambda: write_release(
        options.folder / "rf2",
        n_concepts=options.concepts,
        n_descriptions=options.descriptions,
        release=options.release,
    ))  # fmt: skip


def source(options: argparse.Namespace) -> SnomedSource:
    return SnomedSource(files=(options.folder / "rf2",), release=options.release.lower())


def read(options: argparse.Namespace) -> None:
    n_names = timed("read the source", lambda: sum(
        len(concept.aliases) for concept in source(options).concepts(Tally())
    ))  # fmt: skip
    print(f"  {n_names:,} names")


def build(options: argparse.Namespace) -> None:
    tally = Tally()
    concepts = assembled([Part(source(options), "snomed")], NO_FILTER, tally)
    report = timed("build the terminology", lambda: build_terminology(
        concepts, options.folder / "built", name="snomed", tally=tally
    ))  # fmt: skip
    print(f"  {report.terminology.n_concepts:,} concepts, {report.terminology.n_aliases:,} names")
    for sentence in tally.sentences():
        print(f"  {sentence}")


def ask(options: argparse.Namespace) -> None:
    terminology = timed("open it", lambda: Terminology.open(options.folder / "built"))
    timed("first use of the hierarchy", lambda: terminology.hierarchy)
    root, refset, *_ = concept_ids(2)
    some = concept_ids(400)[101:400:20]
    timed("show one concept", lambda: terminology.concept(str(some[0])))
    for expression in (
        f"<<{root}",
        f"<{some[0]}",
        f">{some[-1]}",
        f"^{refset}",
        f"(<<{some[0]} OR <<{some[1]}) MINUS ^{refset}",
        f"^{refset}",
    ):
        mask = timed(expression, lambda text=expression: evaluate_ecl(terminology, text))
        print(f"  {np.count_nonzero(mask):,} concepts")
    timed("ancestors of every concept", lambda: closure(terminology))


def closure(terminology: Terminology) -> None:
    """Make the transitive closure: who is above whom, as a sparse matrix of concepts."""
    table, n_concepts = terminology.relation_table, terminology.n_concepts
    pairs = (table["child"].to_numpy(), table["parent"].to_numpy())
    shape = (n_concepts, n_concepts)
    step = csr_array((np.ones(len(pairs[0]), dtype=bool), pairs), shape=shape)
    reached, front = step, step
    while front.nnz:
        front = front @ step
        n_before = reached.nnz
        reached = reached + front
        if reached.nnz == n_before:
            break
    print(f"  {reached.nnz:,} pairs")


def timed(label: str, work: Callable[[], T]) -> T:
    began = time.perf_counter()
    done = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{label:<40} {time.perf_counter() - began:8.3f} s   peak {peak:6.0f} MiB")
    return done


if __name__ == "__main__":
    main()
