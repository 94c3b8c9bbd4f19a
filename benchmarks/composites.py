"""Composite mentions linked as wholes and in parts: ids found first, and what it costs elsewhere.

python benchmarks/composites.py TERMINOLOGY READER PATH... [OPTION=VALUE...]
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from xlink import Linker
from xlink.corpora.reading import make_reader
from xlink.tally import Tally
from xlink.types import Document, LinkedDocument


@dataclass
class Counts:
    """Mentions and gold ids, those found, mentions with all ids found, and mentions split."""

    mentions: int = 0
    ids: int = 0
    found: int = 0
    whole: int = 0
    split: int = 0


def measure(
    documents: list[Document], linked: list[LinkedDocument], linker: Linker
) -> dict[str, Counts]:
    """Count over mentions whose gold ids the terminology has, all of them."""
    counts = {"composite": Counts(), "single": Counts()}
    current = linker.terminology.current_id
    for document, answer in zip(documents, linked, strict=True):
        made: dict[str, list[str | None]] = {}
        for link in answer.links:
            made.setdefault(link.mention.part_of or link.mention.id, []).append(link.concept_id)
        for mention in document.mentions:
            ids = {current(each) for each in mention.gold or ()}
            if not ids or None in ids:
                continue
            several = mention.composite and len(ids) > 1
            own = counts["composite" if several else "single"]
            answers = made[mention.id]
            found = len(ids.intersection(answers))
            own.mentions += 1
            own.ids += len(ids) if several else 1
            own.found += found if several else bool(found)
            own.whole += found == len(ids) if several else len(answers) == 1 and bool(found)
            own.split += len(answers) > 1
    return counts


def main() -> None:
    terminology, reader, *rest = sys.argv[1:]
    options = dict(each.split("=", 1) for each in rest if "=" in each)
    paths = [Path(each) for each in rest if "=" not in each]
    documents = list(make_reader(reader, dict(options)).read(paths, Tally()))
    for steps in ((), ("composites",)):
        linker = Linker.open(terminology, detector=None, steps=steps)
        list(linker.link(documents[:2], detect=False))
        start = time.process_time()
        linked = list(linker.link(documents, detect=False))
        seconds = time.process_time() - start
        print(f"steps: {', '.join(steps) or 'none'}, {seconds:.1f} CPU-seconds")
        for name, own in measure(documents, linked, linker).items():
            print(
                f"  {name}: {own.mentions:,} mentions with {own.ids:,} ids, found {own.found:,}; "
                f"right as a whole {own.whole:,}; split {own.split:,}"
            )


if __name__ == "__main__":
    main()
