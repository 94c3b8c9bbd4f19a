"""What is asked several times is searched once, and the answers are those of a plain search."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet, segment_offsets
from xlink.candidates.answers import Answers
from xlink.candidates.fusion import WeightedFusion
from xlink.candidates.joint_search import JointSearch, fields_read
from xlink.candidates.lookup import AliasLookup
from xlink.candidates.tfidf import TfidfNgrams
from xlink.terminology import Terminology
from xlink.testing.generator_laws import same
from xlink.types import NO_FILTER, Filter, Query


class Counting(AliasLookup):
    """Counts what it is asked."""

    asked: list[str]

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        self.asked += [query.text for query in queries]
        return super().generate(queries, k, where)


@pytest.fixture
def lookup(small: Terminology) -> Counting:
    made = Counting.build(small)
    made.asked = []
    return made


def answer(numbers: list[int]) -> CandidateSet:
    """Give query number n the candidates 10 n, 10 n + 1, … as many as n modulo 3."""
    lists = [[10 * n + place for place in range(n % 3)] for n in numbers]
    rows = np.array([row for some in lists for row in some], dtype=np.int32)
    counts = np.array([len(some) for some in lists], dtype=np.int64)
    return CandidateSet.single(
        "made", segment_offsets(counts), rows, rows, -rows.astype(np.float32)
    )


@pytest.mark.parametrize("size", [0, 1, 3, 100])
def test_answers_are_those_of_a_plain_search(size: int) -> None:
    draw = random.Random(size)
    answers = Answers(size)
    for n_keys in (0, 1, 5, 40, 40, 7):
        keys = [draw.randrange(12) for _ in range(n_keys)]

        def search(numbers: list[int], keys: list[int] = keys) -> CandidateSet:
            return answer([keys[number] for number in numbers])

        assert same(answers.of(keys, search), answer(keys))
        assert len(answers) <= size


def test_what_was_asked_last_is_kept() -> None:
    searched: list[int] = []

    def ask(answers: Answers, keys: list[int]) -> None:
        def search(numbers: list[int]) -> CandidateSet:
            searched.extend(keys[number] for number in numbers)
            return answer([keys[number] for number in numbers])

        answers.of(keys, search)

    answers = Answers(3)
    for keys in ([1, 2, 1], [3], [1], [4], [2], [1, 3, 4]):
        ask(answers, keys)
    assert searched == [1, 2, 3, 4, 2, 3]


def test_queries_that_differ_in_what_is_not_read_are_searched_once(lookup: Counting) -> None:
    queries = [
        Query("1", "oedema", left="left", language="en"),
        Query("2", "fever", language="en", label="Finding"),
        Query("3", "oedema", right="right", language="en"),
        Query("4", "oedema", language="es"),
    ]
    search = JointSearch([lookup], WeightedFusion(), 4)
    found = search.candidates(queries)
    assert lookup.asked == ["oedema", "fever", "oedema"]
    plain = [search.candidates([query]) for query in queries]
    assert same(found, CandidateSet.concatenate(plain))


def test_filters_and_long_forms_are_told_apart(lookup: Counting) -> None:
    queries = [
        Query("1", "DM"),
        Query("2", "DM", label="Finding"),
        Query("3", "DM", long_form="dermatomyositis"),
        Query("4", "DM", long_form="diabetes mellitus"),
    ]
    finding = {"Finding": Filter(types=frozenset({"finding"}))}
    search = JointSearch([lookup], WeightedFusion(), 4, where_by_label=finding).remembering()
    for _ in range(2):
        found = search.candidates(queries)
        for number, query in enumerate(queries):
            alone = JointSearch([lookup], WeightedFusion(), 4, where_by_label=finding)
            assert same(found.part(number, number + 1), alone.candidates([query]))


def test_a_generator_that_does_not_say_what_it_reads_is_asked_everything(
    small: Terminology,
) -> None:
    class Mute:
        """Says nothing of what it reads."""

        name, terminology = "mute", small
        asked = 0

        def generate(
            self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER
        ) -> CandidateSet:
            self.asked += len(queries)
            return TfidfNgrams.build(small).generate(queries, k, where)

    mute = Mute()
    assert fields_read(mute) >= {"left", "mention_id", "text"}  # type: ignore[arg-type]
    search = JointSearch([mute], WeightedFusion(), 4)  # type: ignore[list-item]
    search.candidates([Query("1", "fever"), Query("2", "fever")])
    assert mute.asked == 2
