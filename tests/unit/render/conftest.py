from __future__ import annotations

from pathlib import Path

import pytest

from xlink.evaluation import (
    FACETS,
    Comparison,
    DocumentLinks,
    Evaluation,
    Run,
    RunHeader,
    compare,
    evaluate,
)
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Candidate, Concept, Document, Link, Mention

ATTACK = '<script>alert("x")</script>\'"><img src=x onerror=alert(1)>\x07'
NAMES = ("fever", "cough", f"rash {ATTACK}", "chest pain at rest", "سعال", "pneumonia")
N_KNOWN = 5
"""The last name is of a concept that the terminology lacks."""


def document(number: int) -> Document:
    mentions: list[Mention] = []
    text = f"Seen {ATTACK}: "
    for place in range(4):
        concept = (number + place) % len(NAMES)
        name = NAMES[concept]
        gold: frozenset[str] | None = frozenset({f"C{concept}"})
        if (number, place) in {(0, 0), (1, 1), (2, 2)}:
            gold = {0: frozenset[str](), 1: None, 2: frozenset({"C0", "C1"})}[number]
        span = (len(text), len(text) + len(name))
        label = "sign" if place % 2 else f"finding {ATTACK}"
        composite = (number, place) == (2, 2)
        mentions.append(Mention(f"T{place}", (span,), name, label, gold, composite))
        text += f"{name}, then "
    return Document(f"note {number} {ATTACK}", text, "en" if number % 2 else "de", tuple(mentions))


def links(number: int, skill: int) -> DocumentLinks:
    """Answer most mentions of a document; a skilled run ranks the gold first more often."""
    asked = document(number)
    found = []
    for place, mention in enumerate(asked.mentions):
        if (number + place) % 9 == 8:
            continue
        first = (number + place + ((number * 5 + place) % skill == 0)) % N_KNOWN
        order = [(first + step) % N_KNOWN for step in range(3)]
        candidates = tuple(
            Candidate(f"C{each}", 1.0 / (1 + rank), Alias(NAMES[each], "en"), "lookup")
            for rank, each in enumerate(order)
        )
        confidence = (number * 7 + place * 3) % 20 / 20
        concept_id = None if confidence < 0.1 else candidates[0].concept_id
        label = "sign" if place < 2 else mention.label
        named = Mention(mention.id, mention.spans, mention.text, label)
        found.append(Link(named, concept_id, confidence, candidates))
    elsewhere = Mention("T9", ((0, 4),), f"Seen {ATTACK}", "sign")
    return DocumentLinks(asked.id, (*found, Link(elsewhere, "C0", 0.3, ())))


def run(skill: int, n_documents: int) -> Run:
    header = RunHeader(f"system {ATTACK}", "demo")
    return Run(header, [links(number, skill) for number in range(n_documents)])


@pytest.fixture(scope="package")
def report_terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    concepts = [
        Concept(
            f"C{number}",
            name,
            (Alias(name, "en", "preferred"),),
            types=(("symptom",), ("disease",), (f"type {ATTACK}",))[number % 3],
            parents=("C0",) if number else (),
        )
        for number, name in enumerate(NAMES[:N_KNOWN])
    ]
    folder: Path = tmp_path_factory.mktemp("terminology") / "demo"
    return build_terminology(concepts, folder, name="demo").terminology


@pytest.fixture(scope="package")
def report_documents() -> list[Document]:
    return [document(number) for number in range(12)]


@pytest.fixture(scope="package")
def full_evaluation(
    report_terminology: Terminology, report_documents: list[Document]
) -> Evaluation:
    return evaluate(
        run(4, 12),
        report_documents,
        terminology=report_terminology,
        by=list(FACETS),
        training=report_documents[:3],
        hierarchy=True,
    )


@pytest.fixture(scope="package")
def report_comparison(report_documents: list[Document]) -> Comparison:
    runs = {f"first {ATTACK}": run(4, 12), "second": run(2, 12), "third": run(3, 12)}
    return compare(runs, report_documents, n_permutations=200)


@pytest.fixture(scope="package")
def lone_evaluation(report_documents: list[Document]) -> Evaluation:
    """A single document, without a terminology: no intervals, no covered gold."""
    return evaluate(run(4, 1), report_documents[:1])


@pytest.fixture(scope="package")
def empty_evaluation() -> Evaluation:
    """A document in which nobody marked anything, and nothing was found."""
    return evaluate(Run(RunHeader(""), []), [Document("note", "")])
