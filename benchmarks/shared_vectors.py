"""What of a dense index two querying processes share, and what each has for itself (Linux).

    python benchmarks/shared_vectors.py TERMINOLOGY [--search flat ivf-sq8] [--dimension 512]

Names are given vectors drawn at random, so that no encoder is in the way: what is measured is the
memory of the index. From `/proc/self/smaps`, while both processes have answered and are alive.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import zlib
from collections import Counter
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlink import Query, Terminology
from xlink.candidates.dense import DenseGenerator

WAIT_S = 600
PROCESSES = 2


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
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology", type=Path)
    parser.add_argument("--search", nargs="+", default=["flat", "ivf-sq8"])
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--queries", type=int, default=200)
    given = parser.parse_args()
    terminology = Terminology.open(given.terminology)
    print(f"{terminology.n_aliases:,} names; MB of the index's files in each of two processes")
    for search in given.search:
        with tempfile.TemporaryDirectory() as aside:
            place = Path(aside) / "index"
            encoder = Drawn(given.dimension)
            DenseGenerator.build(terminology, encoder=encoder, search=search).save(place)
            size = sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
            context = multiprocessing.get_context("spawn")
            barrier = context.Barrier(PROCESSES)
            queue = context.Queue()
            running = [
                context.Process(
                    target=measured,
                    args=(given.terminology, place, given.dimension, given.queries, barrier, queue),
                )
                for _ in range(PROCESSES)
            ]
            for process in running:
                process.start()
            found = [queue.get(timeout=WAIT_S) for _ in running]
            for process in running:
                process.join(WAIT_S)
            print(f"{search}: {size / 1e6:.0f} MB on disk")
            for figures in found:
                print("   " + ", ".join(f"{name} {mb:.1f}" for name, mb in figures.items()))


def measured(
    terminology: Path,
    index: Path,
    dimension: int,
    n_queries: int,
    barrier: Barrier,
    queue: multiprocessing.Queue[dict[str, float]],
) -> None:
    opened = Terminology.open(terminology)
    generator = DenseGenerator.load(index, opened, encoder=Drawn(dimension))
    texts = opened.alias_texts(0, n_queries)
    generator.generate([Query(str(n), text) for n, text in enumerate(texts)], 64)
    barrier.wait(WAIT_S)
    queue.put(mapped_from(index))
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
