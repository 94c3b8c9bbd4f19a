"""What every candidate generator promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet
from xlink.candidates.joint_search import fields_read
from xlink.errors import ArtifactError, StaleIndexError
from xlink.protocols import CandidateGenerator
from xlink.terminology import Terminology, build_terminology
from xlink.testing.terminologies import small_concepts, small_terminology
from xlink.types import Concept, Filter, Query

__all__ = ["GeneratorLaws"]


class GeneratorLaws:
    """Tests of the contract; a subclass adds the fixture `generator`, built on `terminology`."""

    @pytest.fixture
    def terminology(self, tmp_path: Path) -> Terminology:
        """Return the terminology that the generator is built on."""
        return small_terminology(tmp_path / "terminology")

    @pytest.fixture
    def queries(self, terminology: Terminology) -> list[Query]:
        """Return mentions: the terminology's own names, mangled ones, and hopeless ones."""
        texts = terminology.alias_texts(0, 40)
        texts += [text[1:] for text in texts] + ["zzz", "", " ", "-", "肺", "\u0301", "DM " * 400]
        return [Query(str(n), text, language=("en", "es")[n % 2]) for n, text in enumerate(texts)]

    def test_one_list_a_query(self, generator: CandidateGenerator, queries: list[Query]) -> None:
        assert len(generator.generate(queries, 5)) == len(queries)
        assert len(generator.generate([], 5)) == 0

    def test_at_most_k(self, generator: CandidateGenerator, queries: list[Query]) -> None:
        for k in (1, 3):
            assert np.diff(generator.generate(queries, k).query_offsets).max() <= k

    def test_no_concept_twice(self, generator: CandidateGenerator, queries: list[Query]) -> None:
        found = generator.generate(queries, 64)
        for number in range(len(found)):
            rows = found.rows_of(number).tolist()
            assert len(rows) == len(set(rows))

    def test_descending_finite_scores_with_ties_by_id(
        self, generator: CandidateGenerator, queries: list[Query]
    ) -> None:
        found = generator.generate(queries, 64)
        assert np.isfinite(found.scores).all()
        for number in range(len(found)):
            start, end = found.query_offsets[number : number + 2]
            pairs = list(zip(-found.scores[start:end], found.concept_rows[start:end], strict=True))
            assert pairs == sorted(pairs)

    def test_alias_belongs_to_its_concept(
        self, generator: CandidateGenerator, queries: list[Query]
    ) -> None:
        found = generator.generate(queries, 64)
        owners = generator.terminology.alias_concepts[found.alias_rows]
        assert (owners == found.concept_rows).all()

    def test_k_beyond_the_terminology_clips(
        self, generator: CandidateGenerator, queries: list[Query]
    ) -> None:
        n_concepts = generator.terminology.n_concepts
        everything = generator.generate(queries, n_concepts)
        assert same(everything, generator.generate(queries, 10 * n_concepts))

    def test_smaller_k_is_a_prefix(
        self, generator: CandidateGenerator, queries: list[Query]
    ) -> None:
        assert same(generator.generate(queries, 64).top(2), generator.generate(queries, 2))

    @pytest.mark.parametrize("text", ["", " ", "\t\n", "-", "…"])
    def test_empty_text_gives_nothing(self, generator: CandidateGenerator, text: str) -> None:
        assert generator.generate([Query("1", text)], 5).n_candidates == 0

    def test_batch_and_order_do_not_matter(
        self, generator: CandidateGenerator, queries: list[Query]
    ) -> None:
        whole = generator.generate(queries, 8)
        singles = [generator.generate([query], 8) for query in queries]
        assert same(whole, CandidateSet.concatenate(singles))
        backwards = [generator.generate(queries[::-1], 8).rows_of(n) for n in range(len(queries))]
        for number, rows in enumerate(backwards[::-1]):
            assert rows.tolist() == whole.rows_of(number).tolist()

    def test_reads_no_more_than_it_says(
        self, generator: CandidateGenerator, queries: list[Query]
    ) -> None:
        unlike = {"label": "Other", "language": "tlh", "left": "no", "mention_id": "other"}
        unread = {key: value for key, value in unlike.items() if key not in fields_read(generator)}
        others = [replace(query, **unread) for query in queries]
        assert same(generator.generate(others, 8), generator.generate(queries, 8))

    def test_saved_and_loaded_gives_the_same(
        self, generator: CandidateGenerator, queries: list[Query], tmp_path: Path
    ) -> None:
        generator.save(tmp_path / "index")
        loaded = type(generator).load(tmp_path / "index", generator.terminology)
        assert same(generator.generate(queries, 8), loaded.generate(queries, 8))

    def test_filter_acts_before_the_cut(
        self, generator: CandidateGenerator, queries: list[Query]
    ) -> None:
        terminology = generator.terminology
        filters = [Filter(languages=frozenset({language})) for language in terminology.languages]
        filters += [Filter(types=frozenset({"finding"})), Filter(within=frozenset({"T:01"}))]
        everything = terminology.n_concepts
        for where in filters:
            allowed = terminology.select(where)
            found = generator.generate(queries, 1, where)
            assert allowed.aliases[found.alias_rows].all()
            assert same(found, generator.generate(queries, everything, where).top(1))

    def test_an_index_of_another_terminology_is_refused(
        self, generator: CandidateGenerator, tmp_path: Path
    ) -> None:
        other = build_terminology([Concept("X", "x")], tmp_path / "other", name="other")
        generator.save(tmp_path / "index")
        with pytest.raises(StaleIndexError, match="xlink index"):
            type(generator).load(tmp_path / "index", other.terminology)

    def test_a_cut_index_is_refused(self, generator: CandidateGenerator, tmp_path: Path) -> None:
        generator.save(tmp_path / "index")
        victim = max((tmp_path / "index").rglob("*.*"), key=lambda place: place.stat().st_size)
        victim.write_bytes(victim.read_bytes()[:-1])
        with pytest.raises(ArtifactError, match="xlink index"):
            type(generator).load(tmp_path / "index", generator.terminology)

    def test_a_rebuilt_terminology_makes_the_index_stale(
        self, generator: CandidateGenerator, tmp_path: Path
    ) -> None:
        renamed = [replace(concept, name=f"{concept.name}!") for concept in small_concepts()]
        newer = build_terminology(renamed, tmp_path / "small", name="small").terminology
        generator.save(tmp_path / "index")
        with pytest.raises(StaleIndexError):
            type(generator).load(tmp_path / "index", newer)


def same(one: CandidateSet, other: CandidateSet) -> bool:
    """Tell whether two sets hold the same candidates in the same order with the same scores."""
    return (
        np.array_equal(one.query_offsets, other.query_offsets)
        and np.array_equal(one.concept_rows, other.concept_rows)
        and np.array_equal(one.alias_rows, other.alias_rows)
        and np.array_equal(one.scores, other.scores)
    )
