"""From raw text to concepts, strictly scored: xlink, exact names alone, and what other tools found.

    python benchmarks/end_to_end.py TERMINOLOGY READER PATH... [OPTION=VALUE...]
        [--within ID] [--detector NAME]... [--texts FILE] [--peer NAME=FILE]... [--every N --from M]

OPTION=VALUE are options of the reader. `--texts` writes the texts as JSON, `{"id": "text"}`, and
stops; a peer reads that in an environment of its own (`fasthpocr_run.py`) and writes
`{"id": [[start, end, "concept"], ...]}`, which `--peer` scores beside xlink. `--within` keeps gold,
names and answers of one branch. `--every 2 --from 1` takes the second half of the documents.

Where no gold mention has gaps, none that is found has: *palmar pits* in *palmar and plantar pits*
is compared as the whole of that.

MAP is the mean over documents of the average precision of their concepts, best confidence first.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from xlink import Filter, Linker, Terminology
from xlink.corpora.reading import make_reader
from xlink.evaluation import Run, RunHeader, evaluate
from xlink.linker import DEFAULT_GENERATORS
from xlink.tally import Tally
from xlink.types import NO_FILTER, Document, Link, LinkedDocument, Mention

EXACT_DETECTOR = "dictionary?short_forms=false&coordinated=false"


def main() -> None:
    arguments = read_arguments()
    options = dict(each.split("=", 1) for each in arguments.paths if "=" in each)
    paths = [Path(each) for each in arguments.paths if "=" not in each]
    documents = list(make_reader(arguments.reader, dict(options)).read(paths, Tally()))
    documents = documents[arguments.start :: arguments.every]
    if arguments.texts is not None:
        texts = {document.id: document.text for document in documents}
        arguments.texts.write_text(json.dumps(texts), encoding="utf-8")
        return
    terminology = Terminology.open(arguments.terminology)
    where = NO_FILTER
    if arguments.within is not None:
        where = Filter(within=frozenset({arguments.within}))
        documents = [gold_within(each, terminology, where) for each in documents]
    n_mb = sum(len(document.text.encode()) for document in documents) / 1e6
    print(f"{len(documents):,} documents, {n_mb:.2f} MB")
    print("| system | P | R | F1 | span F1 | covered F1 | document F1 | MAP | CPU-s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for given in arguments.peer:
        name, _, file = given.partition("=")
        found = json.loads(Path(file).read_text(encoding="utf-8"))
        linked = [answered(each, found[each.id], terminology, where) for each in documents]
        print_scores(name, linked, documents, terminology)
    has_gaps = any(len(each.spans) > 1 for document in documents for each in document.mentions)
    names = arguments.detector or ["dictionary"]
    systems: list[tuple[str, str, tuple[str, ...]]] = [("exact names", EXACT_DETECTOR, ("exact",))]
    systems += [(f"xlink, {name}", name, DEFAULT_GENERATORS) for name in names]
    for name, detector, generators in systems:
        linker = Linker.open(terminology, detector=detector, where=where, generators=generators)
        linker.long_forms = name != "exact names"
        list(linker.link(documents[:2]))
        began = time.process_time()
        linked = list(linker.link(documents))
        seconds = time.process_time() - began
        if not has_gaps:
            linked = [without_gaps(each) for each in linked]
        print_scores(name, linked, documents, terminology, seconds)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology", type=Path)
    parser.add_argument("reader")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--within")
    parser.add_argument("--detector", action="append")
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--peer", action="append", default=[])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", dest="start", type=int, default=0)
    return parser.parse_args()


def admitted(terminology: Terminology, where: Filter) -> Callable[[str], bool]:
    concepts = terminology.select(where).concepts

    def is_admitted(concept_id: str) -> bool:
        row = terminology.row(concept_id)
        return row is not None and bool(concepts[row])

    return is_admitted


def gold_within(document: Document, terminology: Terminology, where: Filter) -> Document:
    """Return `document` with the mentions alone that have gold in the branch."""
    is_admitted = admitted(terminology, where)
    kept = tuple(each for each in document.mentions if any(map(is_admitted, each.gold or ())))
    return replace(document, mentions=kept)


def without_gaps(linked: LinkedDocument) -> LinkedDocument:
    """Return links whose mentions reach from their first to their last code point."""
    mentions = [
        replace(link.mention, spans=((link.mention.start, link.mention.end),))
        for link in linked.links
    ]
    links = tuple(
        replace(link, mention=mention) for link, mention in zip(linked.links, mentions, strict=True)
    )
    return LinkedDocument(replace(linked.document, mentions=tuple(mentions)), links)


def answered(
    document: Document,
    found: list[tuple[int, int, str]],
    terminology: Terminology,
    where: Filter,
) -> LinkedDocument:
    """Return what a peer found as links."""
    is_admitted = admitted(terminology, where) if where else lambda _: True
    links = [
        Link(Mention(f"T{n}", ((start, end),), document.text[start:end]), concept_id, 1.0, ())
        for n, (start, end, concept_id) in enumerate(found)
        if is_admitted(concept_id)
    ]
    mentions = tuple(link.mention for link in links)
    return LinkedDocument(replace(document, mentions=mentions), tuple(links))


def print_scores(
    name: str,
    linked: list[LinkedDocument],
    documents: list[Document],
    terminology: Terminology,
    seconds: float | None = None,
) -> None:
    run = Run.of(linked, RunHeader(name, terminology.fingerprint))
    scores = evaluate(run, documents, terminology=terminology)
    figures = [scores.measure(each).all.value for each in ("precision", "recall", "f1", "span_f1")]
    covered = scores.measure("f1").covered
    figures.append(math.nan if covered is None else covered.value)
    figures.append(scores.measure("loose_f1").all.value)
    figures.append(mean_average_precision(linked, documents, terminology))
    cells = [f"{figure:.3f}" for figure in figures]
    print("|", name, "|", " | ".join(cells), "|", "-" if seconds is None else f"{seconds:.1f}", "|")


def mean_average_precision(
    linked: list[LinkedDocument], documents: list[Document], terminology: Terminology
) -> float:
    total = n_documents = 0.0
    for answer, document in zip(linked, documents, strict=True):
        gold = {
            terminology.current_id(each) or each
            for mention in document.mentions
            for each in mention.gold or ()
        }
        if not gold:
            continue
        best: dict[str, float] = {}
        for link in answer.links:
            if link.concept_id is not None:
                best[link.concept_id] = max(best.get(link.concept_id, 0.0), link.confidence)
        ranked = sorted(best, key=lambda each: (-best[each], each))
        n_right = precision = 0.0
        for rank, concept_id in enumerate(ranked, start=1):
            if concept_id in gold:
                n_right += 1
                precision += n_right / rank
        total += precision / len(gold)
        n_documents += 1
    return total / max(1.0, n_documents)


if __name__ == "__main__":
    main()
