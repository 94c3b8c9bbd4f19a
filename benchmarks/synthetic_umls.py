"""Write a made-up UMLS release, and measure how fast the source reads it.

Usage: python benchmarks/synthetic_umls.py FOLDER [--concepts 4000000] [--read]

The default is of the size of a real release: 4 million concepts, 10 million rows of MRCONSO in 20
languages. `--read` reads FOLDER instead of writing it, filtered to four languages and disorders;
`--all` reads everything. Nothing is built: the figures are those of the source alone.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

from xlink.tally import Tally
from xlink.terminology.sources.umls import UmlsSource
from xlink.testing.synthetic_umls import SyntheticUmls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--concepts", type=int, default=4_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--read", action="store_true")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    began = time.perf_counter()
    if not options.read:
        SyntheticUmls(n_concepts=options.concepts, seed=options.seed).write(options.folder)
        print(f"written in {time.perf_counter() - began:.1f} s")
        return
    chosen = UmlsSource(
        files=(options.folder,),
        languages=() if options.all else ("ENG", "SPA", "FRE", "GER"),
        groups=() if options.all else ("DISO",),
    )
    tally = Tally()
    n_records = sum(1 for _ in chosen.concepts(tally))
    seconds, busy = time.perf_counter() - began, time.process_time()
    with (options.folder / "MRFILES.RRF").open(encoding="utf-8") as lines:
        n_rows = sum(int(line.split("|")[4]) for line in lines)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{n_records:,} records of {n_rows:,} rows in {seconds:.1f} s, {busy:.1f} s busy")
    print(f"{n_rows / busy:,.0f} rows/s of processor time, over all tables")
    print(f"peak {peak_mb:,.0f} MB resident")
    for sentence in tally.sentences():
        print(sentence)


if __name__ == "__main__":
    main()
