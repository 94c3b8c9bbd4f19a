"""Long forms of abbreviations: recall@1 with and without them, on short forms and others.

python benchmarks/abbreviations.py TERMINOLOGY READER PATH... [OPTION=VALUE...]

Gold mentions are linked as they stand. A short form is a mention that its document defines
("chronic kidney disease (CKD)"), or that is written as abbreviations are: at most ten characters,
no space, two capitals.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from xlink import Linker
from xlink.corpora.reading import make_reader
from xlink.tally import Tally
from xlink.types import Mention

_MAX_CHARS = 10


def looks_short(text: str) -> bool:
    return " " not in text and len(text) <= _MAX_CHARS and sum(map(str.isupper, text)) > 1


def is_first(found: str | None, mention: Mention, linker: Linker) -> bool:
    gold = {linker.terminology.current_id(each) for each in mention.gold or ()}
    return found is not None and found in gold and (len(gold) == 1 or not mention.composite)


def main() -> None:
    terminology, reader, *rest = sys.argv[1:]
    options = dict(each.split("=", 1) for each in rest if "=" in each)
    paths = [Path(each) for each in rest if "=" not in each]
    documents = list(make_reader(reader, dict(options)).read(paths, Tally()))
    linker = Linker.open(terminology, detector=None, threshold=0.0)
    defined = {
        (document.id, query.mention_id)
        for document in documents
        for query in linker.queries(document)
        if query.long_form is not None
    }
    groups = {"defined": [0, 0, 0], "other short forms": [0, 0, 0], "other mentions": [0, 0, 0]}
    for column, long_forms in enumerate((False, True), start=1):
        linker.long_forms = long_forms
        began = time.process_time()
        for linked in linker.link(documents, detect=False):
            for link in linked.links:
                if not link.mention.gold:
                    continue
                short = looks_short(link.mention.text)
                name = "other short forms" if short else "other mentions"
                if (linked.document.id, link.mention.id) in defined:
                    name = "defined"
                first = link.candidates[0].concept_id if link.candidates else None
                groups[name][0] += column == 1
                groups[name][column] += is_first(first, link.mention, linker)
        print(f"long forms {long_forms}: {time.process_time() - began:.1f} CPU-seconds")
    print("| mentions | n | recall@1 without | with |")
    print("| --- | --- | --- | --- |")
    for name, (n, without, with_them) in groups.items():
        share = max(1, n)
        print(f"| {name} | {n:,} | {without / share:.3f} | {with_them / share:.3f} |")


if __name__ == "__main__":
    main()
