"""Assertions: right on the test sentences, agreement with negspacy in English, and speed.

python benchmarks/assertion.py [CORPUS.pubtator]
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

import spacy
from negspacy.negation import Negex  # noqa: F401 - it registers the component
from negspacy.termsets import termset
from spacy.tokens import Span
from spacy.util import filter_spans

from xlink.context.assertion import AssertionStep
from xlink.corpora.reading import make_reader
from xlink.tally import Tally
from xlink.types import Document

SENTENCES = Path(__file__).parents[1] / "tests" / "data" / "assertion"
_BRACKETED = re.compile(r"\[([^\]]*)\]")


def rows(path: Path) -> list[tuple[Document, list[set[str]]]]:
    """Read the sentences of a language, each with what is to be said of its mentions."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        raw, expected = line.replace("\\n", "\n").split("\t")
        spans = [
            (match.start() - 2 * number, match.end() - 2 * (number + 1))
            for number, match in enumerate(_BRACKETED.finditer(raw))
        ]
        document = Document.from_spans(_BRACKETED.sub(r"\1", raw), spans, language=path.stem)
        found.append((document, [set(each.split(", ")) - {"-"} for each in expected.split("; ")]))
    return found


def print_right(folder: Path) -> None:
    for path in sorted(folder.glob("*.tsv")):
        counts: Counter[tuple[bool, bool]] = Counter()
        for number, (document, wanted) in enumerate(rows(path), start=1):
            (made,) = AssertionStep().annotate([document])
            for mention, each in zip(made.mentions, wanted, strict=True):
                counts[number % 3 == 0, set(mention.assertion) == each] += 1
        for held_out in (False, True):
            n = counts[held_out, True] + counts[held_out, False]
            kind = "held out" if held_out else "tuned on"
            print(f"{folder.name:10} {path.stem} {kind}  {counts[held_out, True]:3} of {n:3}")


def negated_by_negspacy(documents: list[Document]) -> list[list[bool | None]]:
    """Return for each mention whether negspacy negates it; None where no entity can stand."""
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("negex", config={"neg_termset": termset("en_clinical").get_patterns()})
    answers: list[list[bool | None]] = []
    for document in documents:
        doc = pipeline.make_doc(document.text)
        spans = [
            doc.char_span(each.start, each.end, label="x", alignment_mode="expand")
            for each in document.mentions
        ]
        doc.ents = filter_spans([span for span in spans if span is not None])
        for _, pipe in pipeline.pipeline:
            doc = pipe(doc)
        negated = {(each.start, each.end): bool(each._.negex) for each in doc.ents}
        answers.append([negated.get(_place(span)) for span in spans])
    return answers


def _place(span: Span | None) -> tuple[int, int]:
    return (-1, -1) if span is None else (span.start, span.end)


def print_agreement(name: str, documents: list[Document], examples: int = 0) -> None:
    start = time.process_time()
    made = AssertionStep().annotate(documents)
    own_s = time.process_time() - start
    start = time.process_time()
    theirs = negated_by_negspacy(documents)
    their_s = time.process_time() - start
    table: Counter[tuple[bool, bool]] = Counter()
    for document, answers in zip(made, theirs, strict=True):
        for mention, other in zip(document.mentions, answers, strict=True):
            if other is None:
                continue
            own = "negated" in mention.assertion
            table[own, other] += 1
            if own != other and examples:
                examples -= 1
                around = document.text[max(0, mention.start - 70) : mention.end + 40]
                print("  ", "xlink" if own else "negspacy", repr(mention.text), "|", repr(around))
    n = sum(table.values())
    both, neither = table[True, True], table[False, False]
    chance = ((both + table[True, False]) * (both + table[False, True])) / n**2
    chance += ((neither + table[True, False]) * (neither + table[False, True])) / n**2
    agree = (both + neither) / n
    kappa = (agree - chance) / (1 - chance)
    print(
        f"{name}: {n:,} mentions, agreement {agree:.3f}, kappa {kappa:.2f}; both {both}, "
        f"xlink alone {table[True, False]}, negspacy alone {table[False, True]}"
    )
    megabytes = sum(len(each.text.encode()) for each in documents) / 1e6
    print(f"  {megabytes / own_s:.2f} MB a CPU-second, negspacy {megabytes / their_s:.2f}")


def print_against_gold() -> None:
    found = rows(SENTENCES / "en.tsv") + rows(SENTENCES / "letters" / "en.tsv")
    wanted = [["negated" in each for each in answers] for _, answers in found]
    made = AssertionStep().annotate([document for document, _ in found])
    own = [["negated" in each.assertion for each in document.mentions] for document in made]
    theirs = negated_by_negspacy([document for document, _ in found])
    for name, answers in (("xlink", own), ("negspacy", theirs)):
        pairs = [
            (a, b)
            for one, other in zip(wanted, answers, strict=True)
            for a, b in zip(one, other, strict=True)
        ]
        print(
            f"{name}: negated or not is right for {sum(a == b for a, b in pairs)} of {len(pairs)}"
        )


def main() -> None:
    print_right(SENTENCES)
    print_right(SENTENCES / "letters")
    print_against_gold()
    sentences = [document for document, _ in rows(SENTENCES / "en.tsv")]
    print_agreement("test sentences in English", sentences)
    for given in sys.argv[1:]:
        reader = make_reader("pubtator", {"language": "en"})
        print_agreement(given, list(reader.read([Path(given)], Tally())), examples=40)


if __name__ == "__main__":
    main()
