"""What every re-ranker promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet
from xlink.linker import Linker
from xlink.protocols import Reranker
from xlink.terminology import Terminology
from xlink.testing.terminologies import small_terminology
from xlink.types import Query

__all__ = ["RerankerLaws"]


class RerankerLaws:
    """Tests of the contract; a subclass adds the fixture `reranker`, for `terminology`."""

    @pytest.fixture
    def terminology(self, tmp_path: Path) -> Terminology:
        """Return the terminology that the candidates are of."""
        return small_terminology(tmp_path / "terminology")

    @pytest.fixture
    def queries(self) -> list[Query]:
        """Return mentions with and without context, long forms, and candidates."""
        return [
            Query("1", "edema", "lung with ", " and fever", "en", "DISO"),
            Query("2", "HTA", language="es", long_form="hipertension arterial"),
            Query("3", "zzz", language="en"),
            Query("4", "diabetes", "known ", "", "es"),
            Query("5", "肺炎", language="ja"),
            Query("6", ""),
        ]

    @pytest.fixture
    def found(self, terminology: Terminology, queries: list[Query]) -> CandidateSet:
        """Return what is to be put into a new order."""
        return Linker.open(terminology, detector=None).fused(queries)

    def test_permutes(self, reranker: Reranker, queries: list[Query], found: CandidateSet) -> None:
        after = reranker.rerank(queries, found)
        assert after.query_offsets.tolist() == found.query_offsets.tolist()
        for number in range(len(found)):
            pairs = [set(_pairs(each, number)) for each in (found, after)]
            assert pairs[0] == pairs[1]

    def test_descending_finite_scores_with_ties_by_id(
        self, reranker: Reranker, queries: list[Query], found: CandidateSet
    ) -> None:
        after = reranker.rerank(queries, found)
        assert np.isfinite(after.scores).all()
        for start, end in zip(after.query_offsets[:-1], after.query_offsets[1:], strict=True):
            order = list(zip(-after.scores[start:end], after.concept_rows[start:end], strict=True))
            assert order == sorted(order)

    def test_batches_do_not_matter(
        self, reranker: Reranker, queries: list[Query], found: CandidateSet
    ) -> None:
        whole = reranker.rerank(queries, found)
        singles = [
            reranker.rerank([query], found.part(number, number + 1))
            for number, query in enumerate(queries)
        ]
        joined = CandidateSet.concatenate(singles)
        np.testing.assert_array_equal(joined.concept_rows, whole.concept_rows)
        np.testing.assert_array_equal(joined.scores, whole.scores)

    def test_nothing_in_nothing_out(self, reranker: Reranker, found: CandidateSet) -> None:
        assert len(reranker.rerank([], found.part(0, 0))) == 0

    def test_as_many_lists_as_queries(
        self, reranker: Reranker, queries: list[Query], found: CandidateSet
    ) -> None:
        with pytest.raises(ValueError, match="candidate lists"):
            reranker.rerank(queries[:1], found)


def _pairs(candidates: CandidateSet, number: int) -> list[tuple[int, int]]:
    start, end = candidates.query_offsets[number : number + 2]
    rows, aliases = candidates.concept_rows[start:end], candidates.alias_rows[start:end]
    return list(zip(rows.tolist(), aliases.tolist(), strict=True))
