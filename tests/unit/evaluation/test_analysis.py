"""Breakdowns, error analysis, nearness, ambiguity and comparisons on one small made-up run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from pyarrow import parquet
from rich.console import Console

from xlink.errors import SpecError, UnknownNameError
from xlink.evaluation import (
    FACETS,
    DocumentLinks,
    Evaluation,
    Run,
    RunHeader,
    compare,
    comparison_report,
    evaluate,
    evaluation_report,
    write_table,
)
from xlink.evaluation.breakdown import Breakdown
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Candidate, Concept, Document, Link, Mention


def at(start: int, text: str, gold: str | None = None, label: str = "disorder") -> Mention:
    ids = None if gold is None else frozenset(gold.split())
    return Mention(f"m{start}", ((start, start + len(text)),), text, label, ids)


def link(mention: Mention, concept_id: str | None, candidates: str, by: str = "tfidf") -> Link:
    listed = tuple(Candidate(each, 0.5, Alias(each), by) for each in candidates.split())
    return Link(mention, concept_id, 0.8, listed)


ONE = (
    at(0, "heart failure", "T:02"),
    at(20, "DM", "T:03"),
    at(30, "weak pump", "T:02"),
    at(50, "thing", ""),
)
TWO = (
    at(0, "neumonía", "T:05"),
    at(20, "rare", "Z:99"),
    at(40, "edema", "T:09", "finding"),
    at(60, "finding", "T:08", "finding"),
    at(80, "unsure"),
)
DOCUMENTS = [Document("one", "x" * 99, "en", ONE), Document("two", "x" * 99, "es", TWO)]
WIDE, FAR = at(38, "le edema", label="disorder"), at(90, "far")
LINKS = {
    "one": (
        link(ONE[0], "T:02", "T:02 T:01", "lookup+tfidf"),
        link(ONE[1], "T:07", "T:07 T:03"),
        link(ONE[2], "T:01", "T:01"),
        link(ONE[3], "T:05", "T:05"),
    ),
    "two": (
        link(TWO[0], None, "T:05", "lookup"),
        link(TWO[1], "T:00", "T:00"),
        link(WIDE, "T:09", "T:09"),
        link(TWO[4], "T:00", "T:00"),
        link(FAR, "T:00", "T:00"),
    ),
}
RUN = Run(RunHeader("made up"), [DocumentLinks(name, links) for name, links in LINKS.items()])
NOTHING = Run(RunHeader("silent"), [])


@pytest.fixture(scope="module")
def evaluation(small: Terminology) -> Evaluation:
    training = [Document("t", "x" * 9, mentions=(at(0, "Heart  Failure", "T:03"),))]
    return evaluate(
        RUN, DOCUMENTS, terminology=small, by=list(FACETS), training=training, hierarchy=True
    )


def broken(evaluation: Evaluation, by: str) -> Breakdown:
    return next(each for each in evaluation.breakdowns if each.by == by)


def value(breakdown: Breakdown, group: str, name: str) -> float | None:
    measures = breakdown.measures[breakdown.groups.index(group)]
    return next(each for each in measures if each.name == name).all.value


@pytest.mark.parametrize(
    ("by", "groups", "n"),
    [
        ("language", ("en", "es"), (4, 4)),
        ("label", ("disorder", "finding"), (6, 2)),
        # NIL and what the terminology lacks have no type; neither has a prediction of NIL.
        ("type", ("(none)", "disorder", "finding"), (2, 4, 2)),
        ("seen", ("seen", "unseen"), (1, 7)),
        ("seen-concept", ("(none)", "seen", "unseen"), (1, 1, 6)),
        ("words", ("1", "2"), (6, 2)),
        ("ambiguity", ("0", "1", "2"), (3, 4, 1)),
        # The link to DM names what is not its name; no gold mention is such.
        ("exact", ("another's name", "its name", "no name"), (0, 5, 3)),
        ("generator", ("(none)", "lookup", "lookup+tfidf", "tfidf"), (5, 1, 1, 1)),
    ],
)
def test_groups(evaluation: Evaluation, by: str, groups: tuple[str, ...], n: tuple[int]) -> None:
    found = broken(evaluation, by)
    assert dict(zip(found.groups, found.n, strict=True)) == dict(zip(groups, n, strict=True))


def test_measures_within_groups(evaluation: Evaluation) -> None:
    language = broken(evaluation, "language")
    assert value(language, "en", "accuracy") == pytest.approx(1 / 3)
    assert value(language, "es", "recall@5") == pytest.approx(1 / 4)
    # In English four are linked, and one is right of three gold ones.
    assert value(language, "en", "precision") == pytest.approx(1 / 4)
    assert value(language, "en", "recall") == pytest.approx(1 / 3)
    assert value(broken(evaluation, "ambiguity"), "2", "recall@5") == 1.0
    # The overlapping link calls itself a disorder: no finding is predicted.
    assert value(broken(evaluation, "label"), "finding", "span_precision") is None
    assert value(broken(evaluation, "label"), "finding", "span_recall") == 0.0
    assert value(broken(evaluation, "generator"), "lookup+tfidf", "precision") == 1.0


def test_facets_say_what_they_need(small: Terminology) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'words'"):
        evaluate(RUN, DOCUMENTS, by=["word"])
    with pytest.raises(SpecError, match="needs training documents"):
        evaluate(RUN, DOCUMENTS, terminology=small, by=["seen"])
    for facet in ("type", "ambiguity", "exact"):
        with pytest.raises(SpecError, match="need a terminology"):
            evaluate(RUN, DOCUMENTS, by=[facet])


def test_nearness_in_the_hierarchy(evaluation: Evaluation, tmp_path: Path) -> None:
    found = {each.name.removeprefix("hierarchy_"): each for each in evaluation.hierarchy}
    # Of seven: T:02 itself; T:07 for T:03, siblings; T:01 for T:02, its parent. The rest are near
    # nothing: one is not linked, one not in the terminology, two have no link of their own.
    expected = {"exact": 1, "broader": 1, "narrower": 0, "within_1": 2, "within_2": 3}
    assert {name: found[name].all.value for name in expected} == pytest.approx(
        {name: n / 7 for name, n in expected.items()}
    )
    assert found["exact"].covered is not None
    assert found["exact"].covered.value == pytest.approx(1 / 6)
    assert found["distance"].all.value == pytest.approx((0 + 2 + 1) / 3)
    flat = build_terminology([Concept("A", "a")], tmp_path / "flat", name="flat").terminology
    for terminology, problem in ((None, "no terminology"), (flat, "no hierarchy in flat")):
        with pytest.raises(SpecError, match=problem):
            evaluate(RUN, DOCUMENTS, terminology=terminology, hierarchy=True)


def test_the_nearest_of_alternatives_counts(small: Terminology) -> None:
    mention = at(0, "x", "T:05 T:02")
    run = Run(RunHeader("x"), [DocumentLinks("d", (link(mention, "T:01", ""),))])
    documents = [Document("d", "x", mentions=(mention,))]
    found = evaluate(run, documents, terminology=small, hierarchy=True)
    assert found.measure("hierarchy_distance").all.value == 1.0
    assert found.measure("hierarchy_broader").all.value == 1.0


def test_the_error_table(evaluation: Evaluation) -> None:
    assert evaluation.errors is not None
    rows = evaluation.errors.to_pylist()
    assert [row["outcome"] for row in rows] == [
        "right",
        "lost_in_ranking",
        "missed_at_candidates",
        "nil_missed",
        "rejected",
        "not_in_terminology",
        "span_error",
        "missed",
        "not_annotated",
        "overlapping",
        "spurious",
    ]
    codes = ["tp"] * 6 + ["lbe", "fn", "tp", None, "fp"]
    assert [row["span"] for row in rows] == codes
    assert [row["rank"] for row in rows[:5]] == [1, 2, None, None, 1]
    assert rows[1]["gold_name"] == "diabetes mellitus"
    assert rows[1]["predicted_name"] == "dermatomyositis"
    assert rows[6]["predicted_spans"] == "38-46"
    assert rows[8]["gold"] is None
    counts = evaluation.error_counts
    assert sum(counts.outcomes.values()) == len(rows)
    assert counts.spans == {"tp": 7, "be": 0, "le": 0, "lbe": 1, "fn": 1, "fp": 1}


def test_the_way_from_gold_to_link(evaluation: Evaluation) -> None:
    assert dict(zip(evaluation.waterfall.steps, evaluation.waterfall.n, strict=True)) == {
        "gold": 7,
        "in the terminology": 6,
        "mention found": 4,
        "among the candidates": 3,
        "a single concept": 3,
        "ranked first": 2,
        "linked": 1,
    }


def test_ambiguous_names_are_accounted_for(evaluation: Evaluation) -> None:
    found = evaluation.ambiguity
    assert found is not None
    assert (found.ambiguous, found.with_gold) == (1, 1)
    assert found.accuracy.value == 0.0
    assert found.by_chance.value == 1 / 2
    assert found.accuracy_of_others.value == pytest.approx(1 / 6)


def test_curves_and_confusions_are_columns(evaluation: Evaluation) -> None:
    assert evaluation.recall_curve.ks == (1, 2)
    recall = [each.value for each in evaluation.recall_curve.all]
    assert recall == pytest.approx([2 / 7, 3 / 7])
    labels = evaluation.label_confusion
    pairs = zip(labels.gold, labels.predicted, labels.n, strict=True)
    assert list(pairs) == [("disorder", "disorder", 7), ("finding", "disorder", 1)]
    types = evaluation.type_confusion
    assert types is not None
    assert (types.gold, types.predicted, types.n) == (("disorder",), ("disorder",), (3,))


def test_tables_are_written(evaluation: Evaluation, tmp_path: Path) -> None:
    table = evaluation.errors
    write_table(table, tmp_path / "errors.parquet")
    assert parquet.read_table(tmp_path / "errors.parquet").equals(table)
    write_table(table, tmp_path / "errors.tsv")
    with (tmp_path / "errors.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    assert [row["text"] for row in rows[:2]] == ["heart failure", "DM"]
    assert rows[2]["rank"] == ""
    with pytest.raises(SpecError, match=r"not as 'errors\.xlsx'"):
        write_table(table, tmp_path / "errors.xlsx")


def test_two_runs_side_by_side() -> None:
    found = compare({"made up": RUN, "silent": NOTHING}, DOCUMENTS, measures=["recall@5", "f1"])
    assert found.runs == ("made up", "silent")
    assert [[each.all.value for each in several] for several in found.measures] == [
        [pytest.approx(3 / 7), pytest.approx(2 * 1 / (7 + 7))],
        [0.0, 0.0],
    ]
    recall, f1 = found.differences
    assert (recall.measure, recall.other) == ("recall@5", "silent")
    assert recall.difference.value == pytest.approx(3 / 7)
    # Two documents swap in four ways. Recall is as far apart in two of them, with none and
    # with both; F1 in all, for the hit alone makes 2 / (4 + 7).
    assert (recall.p, f1.p) == (2 / 4, 4 / 4)
    assert (recall.p_holm, f1.p_holm) == (2 * 2 / 4, 1)
    json.dumps(found.to_dict())
    with pytest.raises(SpecError, match="two runs or more, not 1"):
        compare({"made up": RUN}, DOCUMENTS)
    with pytest.raises(UnknownNameError, match="recall@64"):
        compare({"a": RUN, "b": RUN}, DOCUMENTS, measures=["recall@7"])


def test_a_run_does_not_differ_from_itself() -> None:
    for each in compare({"a": RUN, "b": RUN}, DOCUMENTS).differences:
        assert each.difference.value == 0.0
        assert each.p == each.p_holm == 1.0


def test_people_are_shown_all_of_it(evaluation: Evaluation) -> None:
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(evaluation_report(evaluation))
    console.print(comparison_report(compare({"a": RUN, "b": NOTHING}, DOCUMENTS)))
    text = console.export_text()
    for expected in ("By seen-concept", "Nearness", "lost in ranking", "ECE", "by chance 0.500"):
        assert expected in text
    for expected in ("a minus another", "+0.286", "Holm"):
        assert expected in text
    json.dumps(evaluation.to_dict())
