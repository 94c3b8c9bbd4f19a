"""A stream of short texts through `linker.link`: its speed, and how memory grows.

Usage: python benchmarks/streaming.py TERMINOLOGY [--texts 200000] [--detect]

TERMINOLOGY is the folder of a built terminology. The texts are made of its own names, so that few
are the same; with `--detect`, mentions are detected, else each text is one mention. Memory is
what is resident, from `/proc`, so on Linux alone; what is mapped from indexes counts once touched.
The slope is that of a line through the second half, by least squares.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xlink import Document, Linker

_SEED = 7
_N_POINTS = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology", type=Path)
    parser.add_argument("--texts", type=int, default=200_000)
    parser.add_argument("--detect", action="store_true")
    options = parser.parse_args()
    linker = Linker.open(options.terminology, **({} if options.detect else {"detector": None}))
    names = linker.terminology.alias_texts()
    print(f"{len(names):,} names")
    points = measured(linker, texts(names, options.texts, options.detect), options)
    half = np.array(points[len(points) // 2 :])
    slope, _ = np.polyfit(half[:, 0] / 1e6, half[:, 1], 1)
    print(f"slope of the second half: {slope:+.1f} MB a million texts")


def measured(
    linker: Linker, stream: Iterator[Document], options: argparse.Namespace
) -> list[tuple[int, float]]:
    """Link all and return the resident memory at even steps."""
    points, n_links, began = [], 0, time.process_time()
    every = max(1, options.texts // _N_POINTS)
    for number, linked in enumerate(linker.link(stream, detect=options.detect), start=1):
        n_links += len(linked.links)
        if number % every == 0:
            gc.collect()
            points.append((number, resident_mb()))
            if number % (10 * every) == 0:
                print(f"{number:>10,} texts  {points[-1][1]:6.0f} MB", flush=True)
    taken = time.process_time() - began
    print(
        f"{n_links:,} links in {taken:.1f} CPU-s: {options.texts / taken:,.0f} texts a CPU-second"
    )
    return points


def texts(names: list[str], n: int, whole: bool) -> Iterator[Document]:
    """Yield `n` short texts of one or two names each."""
    draw = random.Random(_SEED)
    for number in range(n):
        text = draw.choice(names)[:60]
        if whole:
            text = f"Known {text}, no {draw.choice(names)[:40]}."
            yield Document(str(number), text, "en")
        else:
            yield Document.from_spans(text, [(0, len(text))], id=str(number), language="en")


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    main()
