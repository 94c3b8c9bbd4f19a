"""The spaCy component against the bare API: speed, memory of workers, and a stream of a million.

Usage: python benchmarks/spacy_component.py TERMINOLOGY CORPUS [--reader gsc] [--stream 1000000]

TERMINOLOGY is the folder of a built terminology; CORPUS is read by the reader named and cut into
sentences, whose mentions are the entities. The speeds are processor times of one thread, of runs
taken in turn; the other times are by the clock. Memory of a worker is what is private to it, from
`/proc`, so on Linux alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy
from spacy.tokens import Doc, Span

from xlink import Document, Linker, Mention
from xlink.corpora.reading import make_reader
from xlink.tally import Tally

_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]?\s*")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--reader", default="gsc")
    parser.add_argument("--sentences", type=int, default=2_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument(
        "--stream", type=int, default=0, help="short texts to stream, such as 1000000"
    )
    options = parser.parse_args()
    reader = make_reader(options.reader, {}, language="en")
    documents = list(sentences(reader.read([options.corpus], Tally())))[: options.sentences]
    nlp = pipeline(options.terminology)
    tokenised = [nlp.make_doc(document.text) for document in documents]
    documents = [aligned(doc, document) for doc, document in zip(tokenised, documents, strict=True)]
    n_mentions = sum(len(document.mentions) for document in documents)
    linker = Linker.open(options.terminology, detector=None)
    print(f"{linker.terminology.n_aliases:,} names")
    print(f"{len(documents):,} sentences, {n_mentions:,} mentions")
    compare_speed(options.terminology, documents, options.repeat)
    links = compare_processes(nlp, documents)
    compare_reloaded(nlp, documents, links)
    if options.stream:
        stream(linker, [document.text for document in documents if document.text], options.stream)


def sentences(documents: Iterable[Document]) -> Iterator[Document]:
    """Cut documents at full stops and line ends; mentions that a cut goes through are left out."""
    for document in documents:
        for number, found in enumerate(_SENTENCE.finditer(document.text)):
            start, end = found.span()
            mentions = tuple(
                Mention(each.id, ((each.start - start, each.end - start),), each.text, each.label)
                for each in document.mentions
                if len(each.spans) == 1 and start <= each.start and each.end <= end
            )
            if mentions:
                yield Document(f"{document.id}.{number}", found[0], document.language, mentions)


def aligned(doc: Doc, document: Document) -> Document:
    """Return a document with the mentions alone that spaCy can have as entities, and label them."""
    tokens = [doc.char_span(each.start, each.end, label="X") for each in document.mentions]
    entities = spacy.util.filter_spans([each for each in tokens if each is not None])
    mentions = tuple(
        Mention(f"T{n}", ((each.start_char, each.end_char),), each.text, "X")
        for n, each in enumerate(entities, start=1)
    )
    return replace(document, mentions=mentions)


def docs(nlp: spacy.Language, documents: Iterable[Document]) -> list[Doc]:
    made = []
    for document in documents:
        doc = nlp.make_doc(document.text)
        spans = [doc.char_span(each.start, each.end, label="X") for each in document.mentions]
        doc.ents = [each for each in spans if isinstance(each, Span)]
        made.append(doc)
    return made


def pipeline(terminology: Path) -> spacy.Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("xlink", config={"terminology": str(terminology)})
    return nlp


def compare_speed(terminology: Path, documents: list[Document], repeat: int) -> None:
    bare, piped = zip(*(turn(terminology, documents) for _ in range(repeat)), strict=True)
    nlp = spacy.blank("en")
    texts = [document.text for document in documents]
    tokenising = min(seconds(lambda: list(map(nlp.make_doc, texts))) for _ in range(repeat))
    print(f"linker.link    {min(bare):7.2f} s")
    print(f"nlp.pipe       {min(piped):7.2f} s   speed {min(bare) / min(piped):.2f} of linker.link")
    print(f"tokenising     {tokenising:7.2f} s   (not in the above)")


def turn(terminology: Path, documents: list[Document]) -> tuple[float, float]:
    """Time both, with linkers that remember nothing yet."""
    linker, nlp = Linker.open(terminology, detector=None), pipeline(terminology)
    given = docs(nlp, documents)
    return (
        seconds(lambda: list(linker.link(documents, detect=False))),
        seconds(lambda: list(nlp.pipe(given))),
    )


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def codes(linked: Iterable[Doc]) -> list[list[tuple[str, float]]]:
    return [[(entity.kb_id_, entity._.xlink.confidence) for entity in doc.ents] for doc in linked]


def compare_processes(
    nlp: spacy.Language, documents: list[Document]
) -> list[list[tuple[str, float]]]:
    links = codes(nlp.pipe(docs(nlp, documents)))
    given = docs(nlp, documents)
    found, private = [], dict[int, float]()
    began = time.perf_counter()
    for number, doc in enumerate(nlp.pipe(given, n_process=2, batch_size=100)):
        found.append(doc)
        if number % 100 == 99:
            for child in multiprocessing.active_children():
                private[child.pid or 0] = max(private.get(child.pid or 0, 0), private_mb(child.pid))
    taken = time.perf_counter() - began
    mb = ", ".join(f"{each:.0f} MB" for each in private.values())
    print(f"n_process=2    {taken:7.2f} s   private memory of the workers: {mb}")
    print(f"               same links: {codes(found) == links}")
    return links


def private_mb(pid: int | None) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    sizes = [line.split()[1] for line in lines if line.startswith("Private_")]
    return sum(map(int, sizes)) * 1024 / 1e6


def compare_reloaded(
    nlp: spacy.Language, documents: list[Document], links: list[list[tuple[str, float]]]
) -> None:
    with TemporaryDirectory() as folder:
        nlp.to_disk(Path(folder) / "model")
        began = time.perf_counter()
        reloaded = spacy.load(Path(folder) / "model")
        taken = time.perf_counter() - began
        same = codes(reloaded.pipe(docs(reloaded, documents))) == links
    print(f"spacy.load     {taken:7.2f} s   same links: {same}")


def stream(linker: Linker, texts: list[str], n: int) -> None:
    """Link `n` short documents from a generator, and say how memory grows over the second half."""

    def documents() -> Iterator[Document]:
        for number in range(n):
            text = texts[number % len(texts)][:60]
            yield Document.from_spans(text, [(0, len(text))], id=str(number), language="en")

    began, points = time.perf_counter(), []
    for number, _ in enumerate(linker.link(documents(), detect=False), start=1):
        if number % (n // 20) == 0:
            points.append((number, rss_mb()))
            print(f"               {number:>9,} texts {points[-1][1]:6.0f} MB", flush=True)
    half = points[len(points) // 2 :]
    slope = (half[-1][1] - half[0][1]) / ((half[-1][0] - half[0][0]) / 1e6)
    taken = time.perf_counter() - began
    print(f"stream         {taken:7.1f} s   slope {slope:+.1f} MB a million texts, second half")


def rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    main()
