"""What holds of every figure, whatever run and gold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.evaluation import DocumentLinks, Evaluation, Run, RunHeader, evaluate
from xlink.types import Alias, Candidate, Document, Link, Mention

IDS = "ABCD"
concepts = st.frozensets(st.sampled_from(IDS), max_size=2)


@st.composite
def mentions(draw: st.DrawFn, number: int) -> Mention:
    start, length = draw(st.integers(0, 15)), draw(st.integers(1, 5))
    first, second = (start, start + length), (start + length + 1, start + length + 2)
    spans = (first, second) if draw(st.booleans()) else (first,)
    gold = draw(st.none() | concepts)
    return Mention(f"T{number}", spans, "x", draw(st.sampled_from("st")), gold, draw(st.booleans()))


@st.composite
def links(draw: st.DrawFn, mention: Mention) -> Link:
    ranked = draw(st.lists(st.sampled_from(IDS), unique=True))
    listed = tuple(Candidate(each, 0.5, Alias(each), "g") for each in ranked)
    concept = draw(st.none() | st.sampled_from(IDS))
    return Link(mention, concept, draw(st.sampled_from([0.0, 0.3, 0.5, 1.0])), listed)


@st.composite
def cases(draw: st.DrawFn) -> list[tuple[Document, DocumentLinks]]:
    made = []
    for number in range(draw(st.integers(1, 4))):
        gold = [draw(mentions(place)) for place in range(draw(st.integers(0, 4)))]
        others = [draw(mentions(9 + place)) for place in range(draw(st.integers(0, 2)))]
        kept = [each for each in gold if draw(st.booleans())]
        answers = tuple(draw(links(each)) for each in (*kept, *others))
        document = Document(f"d{number}", "x" * 40, mentions=tuple(gold))
        made.append((document, DocumentLinks(document.id, answers)))
    return made


def scored(made: list[tuple[Document, DocumentLinks]]) -> Evaluation:
    return evaluate(Run(RunHeader("x"), [each for _, each in made]), [each for each, _ in made])


@settings(max_examples=25)
@given(cases())
def test_the_order_of_documents_does_not_matter(made: list[tuple[Document, DocumentLinks]]) -> None:
    one, other = scored(made), scored(made[::-1])
    for first, second in zip(one.measures, other.measures, strict=True):
        assert first.all.value == pytest.approx(second.all.value), first.name
    assert one.calibration.risk_coverage.aurc.value == pytest.approx(
        other.calibration.risk_coverage.aurc.value
    )
    assert one.calibration.equal_mass.ece.value == pytest.approx(
        other.calibration.equal_mass.ece.value
    )
    assert one.counts == other.counts
    assert one.error_counts == other.error_counts
    assert one.waterfall == other.waterfall


@settings(max_examples=25)
@given(cases())
def test_bounds(made: list[tuple[Document, DocumentLinks]]) -> None:
    found = scored(made)
    for measure in found.measures:
        figure = measure.all
        if figure.value is None:
            assert figure.n == 0 or measure.name.endswith("precision"), measure
        else:
            assert 0 <= figure.value <= 1, measure
            for bound in (figure.low, figure.high):
                assert bound is None or 0 <= bound <= 1 + 1e-12
    by_name = {each.name: each.all.value or 0.0 for each in found.measures}
    assert by_name["recall@1"] <= by_name["recall@5"] <= by_name["recall@64"]
    assert by_name["recall@1"] <= by_name["mrr"] + 1e-12
    assert by_name["precision"] <= by_name["partial_precision"] + 1e-12
    assert by_name["span_f1"] <= by_name["partial_span_f1"] + 1e-12
    counts = found.counts
    assert sum(found.error_counts.outcomes.values()) == counts.mentions + counts.links_elsewhere
    assert list(found.waterfall.n) == sorted(found.waterfall.n, reverse=True)
    assert found.waterfall.n[-1] == found.error_counts.outcomes["right"]
