"""The figures against neleval, whose measures xMEN uses, and where the two part.

neleval's ends are inclusive: a mention that ends before 5 is given to it as ending at 4. xMEN does
not do so; `test_where_they_part` pins that and the other differences that docs/evaluation.md names.
"""

from __future__ import annotations

import collections
import collections.abc
import math
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.evaluation import DocumentLinks, Run, RunHeader, evaluate
from xlink.evaluation.answers import Answers
from xlink.evaluation.gold import Gold
from xlink.types import Alias, Candidate, Document, Link, Mention

pytest.importorskip("neleval", reason="needs neleval")

MEASURES = {
    "": "sets:None:span+kbid",
    "partial_": "overlap-maxmax:None:span+kbid",
    "loose_": "sets:None:docid+kbid",
    "nil_": "sets:is_nil:span",
    "span_": "sets:None:span",
    "partial_span_": "overlap-maxmax:None:span",
    "typed_span_": "sets:None:span+type",
}
TEXT = "x" * 100


class Place(NamedTuple):
    """An annotation: where, which concepts (none: NIL), of which type."""

    start: int
    end: int
    ids: str
    label: str = "t"


Corpus = list[tuple[list[Place], list[Place]]]
"""Gold and predicted places of each document."""


class Neleval(NamedTuple):
    annotation: ModuleType
    document: ModuleType
    evaluate: ModuleType
    prepare: ModuleType


@pytest.fixture(scope="module")
def neleval() -> Neleval:
    with pytest.MonkeyPatch.context() as patch:
        # It imports what Python 3.10 has moved.
        patch.setattr(collections, "Sequence", collections.abc.Sequence, raising=False)
        from neleval import annotation, document, evaluate, prepare
    return Neleval(annotation, document, evaluate, prepare)


def theirs(
    neleval: Neleval,
    corpus: Corpus,
    kind: str,
    *,
    select: bool = False,
    inclusive: bool = True,
) -> tuple[float, float, float]:
    """Return precision, recall and F1 as neleval gives them for the inputs xMEN makes."""
    spans_only = "span_" in kind
    sides: list[list[Any]] = [[], []]
    for number, places in enumerate(corpus):
        for side, several in zip(sides, places, strict=True):
            annotations = [
                neleval.annotation.Annotation(
                    f"d{number}", each.start, each.end - inclusive, candidates
                )
                for each in several
                for candidates in _candidates(
                    neleval, each, kind, spans_only, select and side is sides[0]
                )
            ]
            side.append(neleval.document.Document(f"d{number}", annotations))
    gold, system = sides
    if select:
        neleval.prepare.SelectAlternatives(system, gold)()
    measure = MEASURES[kind]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neleval.evaluate.warnings, "warn", lambda *_: None)
        found = neleval.evaluate.Evaluate(system=system, gold=gold, measures=[measure])()[measure]
    return found["precision"], found["recall"], found["fscore"]


def _candidates(
    neleval: Neleval, place: Place, kind: str, spans_only: bool, together: bool
) -> list[list[Any]]:
    ids = [f"NIL{place.start}"] if kind == "nil_" and not place.ids else list(place.ids)
    made = [neleval.annotation.Candidate(each, 1.0, place.label) for each in ids]
    if spans_only:
        return [[neleval.annotation.Candidate("any", 1.0, place.label)]]
    return [made] if together and made else [[each] for each in made]


def ours(corpus: Corpus, kind: str, *, composite: bool = True) -> tuple[float, ...]:
    documents, entries = [], []
    for number, (gold, predicted) in enumerate(corpus):
        mentions = [_mention(f"G{n}", place, composite) for n, place in enumerate(gold)]
        documents.append(Document(f"d{number}", TEXT, mentions=tuple(mentions)))
        links = [
            Link(_mention(f"P{n}", place, False), each or None, 1.0)
            for n, place in enumerate(predicted)
            for each in place.ids or [""]
        ]
        entries.append(DocumentLinks(f"d{number}", tuple(links)))
    answers = Answers.of(Run(RunHeader("x"), entries), Gold.of(documents, None), None)
    names = [f"{kind}{each}" for each in ("precision", "recall", "f1")]
    values = [each.all.value for each in answers.chosen(names, (1,), None)]
    return tuple(0.0 if math.isnan(value) else value for value in values)


def _mention(name: str, place: Place, composite: bool) -> Mention:
    spans = ((place.start, place.end),)
    gold = frozenset(place.ids)
    return Mention(name, spans, "x", place.label, gold=gold, composite=composite)


CASES: dict[str, Corpus] = {
    "nothing": [([], [])],
    "equal": [([Place(3, 9, "A")], [Place(3, 9, "A")])],
    "spurious": [([], [Place(3, 9, "A")])],
    "missed": [([Place(3, 9, "A")], [])],
    "overlap": [([Place(11, 20, "A")], [Place(1, 20, "A")])],
    "overlap of another concept": [([Place(11, 20, "A")], [Place(1, 20, "B")])],
    "touching": [([Place(5, 9, "A")], [Place(2, 5, "A")])],
    "several gold ids, each to be found": [([Place(1, 8, "AB")], [Place(1, 8, "A")])],
    "several predicted": [([Place(1, 8, "A")], [Place(1, 8, "AB")])],
    "nested": [([Place(1, 20, "A")], [Place(4, 9, "A"), Place(1, 20, "B")])],
    "one over two": [([Place(0, 6, "A"), Place(8, 20, "A")], [Place(2, 12, "A")])],
    "NIL": [
        ([Place(0, 5, ""), Place(6, 9, ""), Place(10, 12, "A")],
         [Place(0, 5, ""), Place(6, 9, "A"), Place(10, 12, "")]),
    ],
    "another type": [([Place(0, 5, "A", "drug")], [Place(0, 5, "A", "disease")])],
    "elsewhere in the document": [([Place(0, 5, "A")], [Place(60, 65, "A")])],
    "in another document": [([Place(0, 5, "A")], []), ([], [Place(0, 5, "A")])],
    "repeated in a document": [
        ([Place(0, 5, "A"), Place(9, 12, "A")], [Place(0, 5, "A"), Place(20, 25, "B")]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", MEASURES)
@pytest.mark.parametrize("case", CASES)
def test_cases(neleval: Neleval, case: str, kind: str) -> None:
    assert ours(CASES[case], kind) == pytest.approx(theirs(neleval, CASES[case], kind), abs=1e-9)


def any_places() -> st.SearchStrategy[list[Place]]:
    place = st.builds(
        lambda start, length, ids, label: Place(start, start + length, "".join(sorted(ids)), label),
        st.integers(0, 12),
        st.integers(1, 6),
        st.frozensets(st.sampled_from("ABC"), max_size=2),
        st.sampled_from(["s", "t"]),
    )
    return st.lists(place, max_size=5)


def apart(places: Sequence[Place]) -> list[Place]:
    """Keep what does not overlap what was kept before."""
    kept: list[Place] = []
    for place in sorted(places):
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept


def corpora(clean: Callable[[list[Place]], list[Place]] = list) -> st.SearchStrategy[Corpus]:
    side = any_places().map(clean)
    return st.lists(st.tuples(side, side), min_size=1, max_size=4)


@settings(max_examples=60)
@given(corpus=corpora())
def test_sets_are_equal_whatever_overlaps_or_repeats(neleval: Neleval, corpus: Corpus) -> None:
    for kind in ("", "loose_", "span_", "typed_span_"):
        assert ours(corpus, kind) == pytest.approx(theirs(neleval, corpus, kind), abs=1e-9), kind


@settings(max_examples=60)
@given(corpus=corpora(apart))
def test_all_are_equal_where_no_side_overlaps_itself(neleval: Neleval, corpus: Corpus) -> None:
    for kind in MEASURES:
        assert ours(corpus, kind) == pytest.approx(theirs(neleval, corpus, kind), abs=1e-9), kind


def test_recall_at_k_is_the_recall_of_k_predictions(neleval: Neleval) -> None:
    golds, lists = "ABCD", ["ABC", "CDB", "ABD", "DAB"]  # ranks 0, 2, none, 0
    places = [Place(9 * n, 9 * n + 5, each) for n, each in enumerate(golds)]
    mentions = tuple(_mention(f"T{n}", place, False) for n, place in enumerate(places))
    links = tuple(
        Link(mention, ids[0], 1.0, tuple(Candidate(i, 1.0, Alias(i), "g") for i in ids))
        for mention, ids in zip(mentions, lists, strict=True)
    )
    run = Run(RunHeader("x"), [DocumentLinks("d0", links)])
    found = evaluate(run, [Document("d0", TEXT, mentions=mentions)], ks=(1, 2, 3))
    for k in (1, 2, 3):
        offered = [place._replace(ids=ids[:k]) for place, ids in zip(places, lists, strict=True)]
        _, recall, _ = theirs(neleval, [(places, offered)], "")
        assert found.measure(f"recall@{k}").all.value == pytest.approx(recall, abs=1e-9)


def test_alternatives_are_equal_where_a_concept_comes_once(neleval: Neleval) -> None:
    corpus: Corpus = [
        ([Place(0, 5, "AB"), Place(9, 12, "CD")], [Place(0, 5, "B"), Place(9, 12, "X")])
    ]
    for kind in ("", "partial_", "loose_"):
        expected = theirs(neleval, corpus, kind, select=True)
        assert ours(corpus, kind, composite=False) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("corpus", "kind", "options", "mine", "neleval_says"),
    [
        # 9 of 10 code points are covered; with ends taken to be inclusive, 10 of 11.
        ([([Place(0, 9, "A")], [Place(0, 10, "A")])],
         "partial_", {"inclusive": False}, 9 / 10, 10 / 11),
        # Mentions that touch share nothing; with ends taken to be inclusive, one of 4.
        ([([Place(5, 9, "A")], [Place(2, 5, "A")])], "partial_", {"inclusive": False}, 0, 1 / 4),
        # The sweep gives up the inner prediction's outer neighbour before it sees the gold.
        ([([Place(6, 9, "A")], [Place(0, 10, "A"), Place(12, 14, "A"), Place(2, 4, "A")])],
         "partial_", {}, (3 / 10) / 3, 0),
        # Alternatives should be chosen by span, but the first that is in the document wins.
        ([([Place(0, 5, "AB"), Place(9, 12, "A")], [Place(0, 5, "B"), Place(9, 12, "A")])],
         "", {"select": True}, 2 / 2, 1 / 2),
    ],
    ids=["exclusive ends", "touching", "nested", "alternatives"],
)  # fmt: skip
def test_where_they_part(
    neleval: Neleval,
    corpus: Corpus,
    kind: str,
    options: dict[str, bool],
    mine: float,
    neleval_says: float,
) -> None:
    composite = "select" not in options
    assert ours(corpus, kind, composite=composite)[0] == pytest.approx(mine)
    found = theirs(
        neleval,
        corpus,
        kind,
        select=options.get("select", False),
        inclusive=options.get("inclusive", True),
    )
    assert found[0] == pytest.approx(neleval_says)
