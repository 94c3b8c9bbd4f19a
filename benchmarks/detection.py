"""Speed of mention detection: how long the names take to prepare and open, and MB of text a second.

Usage: python benchmarks/detection.py TERMINOLOGY TEXTS [--language en] [--repeat 1]

TERMINOLOGY is the folder of a built terminology, TEXTS a text file or a folder of them in UTF-8,
one document a file. Processor times of one thread, in one run; 1 MB is a million bytes.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from xlink.detect.dictionary import DictionaryDetector
from xlink.terminology import Terminology
from xlink.types import Document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--repeat", type=int, default=1, help="read every text so many times")
    options = parser.parse_args()
    folder = options.texts.is_dir()
    paths = sorted(options.texts.iterdir()) if folder else [options.texts]
    texts = [path.read_text(encoding="utf-8") for path in paths] * options.repeat
    documents = [Document(str(n), text, options.language) for n, text in enumerate(texts)]
    terminology = Terminology.open(options.terminology)
    n_mb = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{terminology.n_aliases:,} names; {len(documents):,} documents, {n_mb:.2f} MB")
    with tempfile.TemporaryDirectory() as place:
        detector = prepare(terminology, Path(place) / "detector")
    began = time.process_time()
    detector.detect([Document("", "x", options.language)])
    print(f"first use  {time.process_time() - began:8.2f} s")
    began = time.process_time()
    found = detector.detect(documents)
    taken = time.process_time() - began
    n_mentions = sum(len(document.mentions) for document in found)
    print(f"detect     {taken:8.2f} s  {n_mb / taken:8.2f} MB/s  {n_mentions:,} mentions")
    print(
        f"memory     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:8.0f} MiB at most"
    )


def prepare(terminology: Terminology, place: Path) -> DictionaryDetector:
    began = time.process_time()
    detector = DictionaryDetector.build(terminology)
    print(f"build      {time.process_time() - began:8.2f} s")
    for reason, count in detector.left_out.items():
        print(f"           {count:8,} x {reason}")
    detector.save(place)
    size = sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
    print(f"on disk    {size / 2**20:8.1f} MiB")
    began = time.process_time()
    detector = DictionaryDetector.load(place, terminology)
    print(f"open       {time.process_time() - began:8.2f} s")
    return detector


if __name__ == "__main__":
    main()
