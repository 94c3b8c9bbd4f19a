from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from xlink.errors import DataError, UnknownNameError
from xlink.evaluation import (
    Counts,
    DocumentLinks,
    Evaluation,
    Run,
    RunHeader,
    evaluate,
    evaluation_report,
)
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Candidate, Concept, Document, Link, Mention

SYSTEM = RunHeader("system")


def mention(place: int, gold: str | None, *, composite: bool = False) -> Mention:
    ids = None if gold is None else frozenset(gold.split())
    return Mention(f"T{place}", ((place, place + 1),), "x", gold=ids, composite=composite)


def link(place: int, candidates: str, concept_id: str | None) -> Link:
    ranked = tuple(Candidate(each, 1.0, Alias(each), "test") for each in candidates.split())
    return Link(mention(place, None), concept_id, 1.0, ranked)


DOCUMENTS = [
    Document(
        "one",
        "x" * 9,
        mentions=(
            mention(0, "A"),
            mention(1, "old-B"),
            mention(2, "A B", composite=True),
            mention(3, "A Z"),
        ),
    ),
    Document("two", "x" * 9, mentions=(mention(0, "Z"), mention(1, ""), mention(2, None))),
    Document("three", "x", mentions=(mention(0, "C"),)),
]
RUN = Run(
    SYSTEM,
    [
        DocumentLinks(
            "one",
            (
                link(0, "A B", "A"),
                link(1, "A B", "A"),
                link(2, "A C B", "A"),
                link(3, "C B A", None),
            ),
        ),
        DocumentLinks("two", (link(0, "A", "A"), link(1, "A", None), link(8, "A", "A"))),
        DocumentLinks("stranger", (link(0, "A", "A"),)),
    ],
)


@pytest.fixture
def terminology(tmp_path: Path) -> Terminology:
    concepts = [Concept("A", "a"), Concept("B", "b", former_ids=("old-B",)), Concept("C", "c")]
    return build_terminology(concepts, tmp_path / "abc", name="abc").terminology


@pytest.fixture
def evaluation(terminology: Terminology) -> Evaluation:
    return evaluate(RUN, DOCUMENTS, terminology=terminology, ks=(1, 2, 64))


def printed(evaluation: Evaluation) -> str:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(evaluation_report(evaluation))
    return console.export_text()


def value(evaluation: Evaluation, name: str, *, covered: bool = False) -> object:
    measure = evaluation.measure(name)
    return measure.covered and measure.covered.value if covered else measure.all.value


def test_given_mentions(evaluation: Evaluation) -> None:
    # Ranks: A 0, B 1, A and B 2, A or Z 2, Z none, C none. All but Z are covered.
    assert value(evaluation, "recall@1") == pytest.approx(1 / 6)
    assert value(evaluation, "recall@1", covered=True) == pytest.approx(1 / 5)
    assert value(evaluation, "recall@2") == pytest.approx(2 / 6)
    assert value(evaluation, "recall@64") == pytest.approx(4 / 6)
    assert value(evaluation, "recall@64", covered=True) == pytest.approx(4 / 5)
    assert value(evaluation, "mrr") == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 3) / 6)
    # Only the first is right; four of the six are linked, three of the five covered.
    assert value(evaluation, "accuracy") == pytest.approx(1 / 6)
    assert value(evaluation, "accuracy_of_linked") == pytest.approx(1 / 4)
    assert value(evaluation, "accuracy_of_linked", covered=True) == pytest.approx(1 / 3)
    # NIL included: the first, and the NIL one that was left unlinked.
    assert value(evaluation, "accuracy@1") == pytest.approx(2 / 7)
    # Linked with the gold among the first two: A, B; with NIL they are three of seven.
    assert value(evaluation, "accuracy@2") == pytest.approx(3 / 7)
    # Of the two parts of the composite, A stands first and B third.
    assert value(evaluation, "part_recall@1") == pytest.approx(1 / 2)
    assert value(evaluation, "part_recall@64") == pytest.approx(2 / 2)
    assert evaluation.measure("part_recall@1").all.n == 2


def test_detected_mentions(evaluation: Evaluation) -> None:
    # Predicted: four at mentions with gold and one elsewhere. Gold: the composite has two parts.
    assert value(evaluation, "precision") == pytest.approx(2 / 5)
    assert value(evaluation, "recall") == pytest.approx(2 / 7)
    assert value(evaluation, "f1") == pytest.approx(2 * 2 / (5 + 7))
    # Without Z, the link at its place is neither right nor wrong.
    assert value(evaluation, "precision", covered=True) == pytest.approx(2 / 4)
    assert value(evaluation, "recall", covered=True) == pytest.approx(2 / 6)
    assert value(evaluation, "span_recall") == pytest.approx(6 / 8)
    assert value(evaluation, "span_precision") == pytest.approx(6 / 7)
    assert value(evaluation, "span_f1", covered=True) is None
    # In "one", A is predicted, of A, B, and A or Z; in "two", A, where Z is gold.
    assert value(evaluation, "loose_precision") == pytest.approx(1 / 2)
    # Unlinked: an A or Z, and the NIL; the latter is the only one of its kind.
    assert value(evaluation, "nil_precision") == pytest.approx(1 / 2)
    assert value(evaluation, "nil_recall") == pytest.approx(1 / 1)
    assert value(evaluation, "nil_f1") == pytest.approx(2 * 1 / (2 + 1))


def test_what_is_left_out_is_counted(evaluation: Evaluation) -> None:
    assert evaluation.counts == Counts(
        documents=3,
        documents_not_in_run=1,
        mentions=8,
        with_concept=6,
        alternatives=1,
        composite=1,
        not_covered=1,
        nil=1,
        unannotated=1,
        without_link=2,
        max_candidates=3,
        former_ids=1,
        links_elsewhere=1,
        run_documents_without_gold=1,
    )


def test_without_a_terminology_coverage_is_unknown_and_former_ids_are_misses() -> None:
    evaluation = evaluate(RUN, DOCUMENTS)
    assert evaluation.measure("recall@64").covered is None
    assert evaluation.counts.not_covered is None
    assert value(evaluation, "recall@64") == pytest.approx(3 / 6)


def test_it_ends_as_json_and_as_a_table(evaluation: Evaluation) -> None:
    record = json.loads(json.dumps(evaluation.to_dict()))
    assert record["given"][0]["name"] == "recall@1"
    assert record["counts"]["nil"] == 1
    text = printed(evaluation)
    for expected in ("system", "covered gold", "Detected", "left out", "lacks: 1.", "1.000"):
        assert expected in text


def test_given_gold_mentions_need_no_table_of_detection() -> None:
    documents = [Document("one", "x", mentions=(mention(0, "A"),))]
    run = Run(SYSTEM, [DocumentLinks("one", (link(0, "A", "A"),))])
    text = printed(evaluate(run, documents))
    assert "recall@64" in text
    assert "Detected" not in text
    assert "covered" not in text


def test_what_does_not_fit_together_is_refused(terminology: Terminology) -> None:
    with pytest.raises(DataError, match="no gold documents"):
        evaluate(RUN, [])
    with pytest.raises(DataError, match="Two gold documents have the id 'one'"):
        evaluate(RUN, [DOCUMENTS[0], DOCUMENTS[0]])
    twice = Run(SYSTEM, [DocumentLinks("one", ()), DocumentLinks("one", ())])
    with pytest.raises(DataError, match="has document 'one' twice"):
        evaluate(twice, DOCUMENTS)
    other = Run(RunHeader("system", "icd10", "0123456789abcdef"), [])
    with pytest.raises(DataError, match="made with icd10 of fingerprint 0123456789ab, and abc"):
        evaluate(other, DOCUMENTS, terminology=terminology)


def test_an_unknown_measure_names_the_known(evaluation: Evaluation) -> None:
    with pytest.raises(UnknownNameError, match=r"recall@5.*recall@64"):
        evaluation.measure("recall@5")
