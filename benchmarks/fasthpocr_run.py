"""What fasthpocr finds in texts, for `end_to_end.py`. It runs in an environment of its own:

pip install fasthpocr
python benchmarks/fasthpocr_run.py HP.OBO TEXTS.json FOUND.json [--longest]

The index is made once and kept beside HP.OBO; that takes minutes.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from FastHPOCR.HPOAnnotator import HPOAnnotator
from FastHPOCR.IndexHPO import IndexHPO


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("obo", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("found", type=Path)
    parser.add_argument("--longest", action="store_true")
    arguments = parser.parse_args()
    index = arguments.obo.with_name("hp.index")
    if not index.exists():
        IndexHPO(str(arguments.obo), str(index.parent), indexConfig={}).index()
    annotator = HPOAnnotator(str(index))
    texts = json.loads(arguments.texts.read_text(encoding="utf-8"))
    began = time.process_time()
    found = {
        name: [
            (each.startOffset, each.endOffset, each.hpoUri)
            for each in annotator.annotate(text, longestMatch=arguments.longest)
        ]
        for name, text in texts.items()
    }
    print(f"{time.process_time() - began:.2f} CPU-seconds")
    arguments.found.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
