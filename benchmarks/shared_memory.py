"""What of an index two querying processes share, and what each has for itself (Linux).

    python benchmarks/shared_memory.py TERMINOLOGY [--index lookup tfidf flat ivf-sq8] [--beside]

`flat` and `ivf-sq8` are dense indexes of vectors drawn at random, so that no encoder is in the way:
what is measured is the memory of the index. With `--beside`, the indexes are those that lie beside
the terminology (`xlink index`); else they are built aside. From `/proc/self/smaps`, while both
processes have answered and are alive.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlink import Query, Terminology
from xlink.candidates.dense import DenseGenerator
from xlink.candidates.lookup import AliasLookup
from xlink.candidates.tfidf import TfidfNgrams
from xlink.home import index_path
from xlink.protocols import CandidateGenerator

WAIT_S = 600
PROCESSES = 2
PLAIN: dict[str, type[CandidateGenerator]] = {"lookup": AliasLookup, "tfidf": TfidfNgrams}


class Drawn:
    """A vector for each text, from its checksum."""

    name = "drawn"

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [
            np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dimension)
            for text in texts
        ]
        vectors = np.array(rows, dtype=np.float32).reshape(-1, self.dimension)
        found: npt.NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology", type=Path)
    parser.add_argument("--index", nargs="+", default=["lookup", "tfidf", "flat", "ivf-sq8"])
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--beside", action="store_true", help="lookup and tfidf as they lie there")
    given = parser.parse_args()
    terminology = Terminology.open(given.terminology)
    print(f"{terminology.n_aliases:,} names; MB of the index's files and seconds in each of two")
    for kind in given.index:
        if given.beside:
            report(kind, given.terminology, index_path(given.terminology, kind), given.queries)
            continue
        with tempfile.TemporaryDirectory() as aside:
            built = build(kind, terminology, given.dimension)
            built.save(Path(aside) / "index")
            del built
            report(kind, given.terminology, Path(aside) / "index", given.queries)


def report(kind: str, terminology: Path, place: Path, n_queries: int) -> None:
    size = sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    queue = context.Queue()
    told = (kind, terminology, place, n_queries, barrier, queue)
    running = [context.Process(target=measured, args=told) for _ in range(PROCESSES)]
    for process in running:
        process.start()
    found = [queue.get(timeout=WAIT_S) for _ in running]
    for process in running:
        process.join(WAIT_S)
    print(f"{kind}: {size / 1e6:.0f} MB on disk")
    for figures in found:
        print("   " + ", ".join(f"{name} {mb:.1f}" for name, mb in figures.items()), flush=True)


def build(kind: str, terminology: Terminology, dimension: int) -> CandidateGenerator:
    if kind in PLAIN:
        return PLAIN[kind].build(terminology)
    return DenseGenerator.build(terminology, encoder=Drawn(dimension), search=kind)


def load(kind: str, place: Path, terminology: Terminology) -> CandidateGenerator:
    if kind in PLAIN:
        return PLAIN[kind].load(place, terminology)
    dimension = np.load(place / "probes.npy", mmap_mode="r").shape[1]
    return DenseGenerator.load(place, terminology, encoder=Drawn(dimension))


def measured(
    kind: str,
    terminology: Path,
    index: Path,
    n_queries: int,
    barrier: Barrier,
    queue: multiprocessing.Queue[dict[str, float]],
) -> None:
    opened = Terminology.open(terminology)
    began, busy = time.perf_counter(), time.process_time()
    generator = load(kind, index, opened)
    texts = [f"{text}s" for text in opened.alias_texts(0, n_queries)]
    generator.generate([Query(str(n), text) for n, text in enumerate(texts)], 64)
    barrier.wait(WAIT_S)
    seconds = {"seconds to the last answer": time.perf_counter() - began}
    seconds["of processor time"] = time.process_time() - busy
    queue.put(mapped_from(index) | seconds)
    barrier.wait(WAIT_S)


def mapped_from(folder: Path) -> dict[str, float]:
    """Return megabytes of this process: of files in `folder`, and private to it without any."""
    totals: Counter[str] = Counter()
    ours = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        field, *rest = line.split()
        if not field.endswith(":"):
            ours = str(folder) in line
        elif ours and field in ("Rss:", "Pss:", "Private_Clean:", "Private_Dirty:"):
            totals[f"mapped {field[:-1]}"] += int(rest[0]) * 1024
        elif field == "Private_Dirty:":
            totals["private of the whole process"] += int(rest[0]) * 1024
    return {name: count / 1e6 for name, count in totals.items()}


if __name__ == "__main__":
    main()
