"""Protocols of measurement: what is asked for, what is left out, and how ranks are counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from xlink.errors import DataError
from xlink.terminology import Terminology
from xlink.testing.terminologies import small_terminology
from xlink.training.encoder.held_out.protocols import (
    NameSearch,
    held_out_synonyms,
    names_across_languages,
    recall,
    unseen_subtrees,
)


class PlacedEncoder:
    """Places texts on a circle, at the angles that it is told."""

    name = "placed"
    dimension = 2

    def __init__(self, **degrees: float) -> None:
        self.degrees = degrees

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        angles = np.radians([self.degrees[text] for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return small_terminology(tmp_path_factory.mktemp("small") / "small")


def test_withheld_synonyms_are_not_in_the_gallery(small: Terminology) -> None:
    search = held_out_synonyms(small, n=5, n_gallery=None)
    assert len(set(search.gold.tolist())) == 5
    assert not set(search.queries) & set(search.gallery)
    assert search.without_texts == frozenset(search.queries)
    assert set(search.gold.tolist()) <= set(search.concepts.tolist())
    # DM is a name of two concepts: asking for it would have two answers.
    assert "DM" not in search.queries


def test_the_gallery_has_every_preferred_name_and_is_filled_up(small: Terminology) -> None:
    search = held_out_synonyms(small, n=5, n_gallery=14)
    assert len(search.gallery) == 14
    assert set(search.concepts.tolist()) == set(range(small.n_concepts))
    assert (np.diff(search.concepts) >= 0).all()


def test_a_seed_fixes_the_draw(small: Terminology) -> None:
    one, same = (held_out_synonyms(small, n=3, n_gallery=14, seed=5) for _ in range(2))
    assert one.queries == same.queries
    assert one.gallery == same.gallery


def test_too_few_synonyms_are_refused(small: Terminology) -> None:
    with pytest.raises(DataError, match="1,000 concepts"):
        held_out_synonyms(small)


def test_names_that_are_the_same_are_not_asked_for(small: Terminology) -> None:
    search = names_across_languages(small, "es", n=5)
    assert "diabetes mellitus" not in search.queries
    assert "neumonía" in search.queries
    assert "pneumonia" in search.gallery
    assert "neumonía" not in search.gallery


def test_whole_subtrees_are_unseen(small: Terminology) -> None:
    unseen, seen = unseen_subtrees(small, share=0.3, seed=2)
    assert unseen.gallery == seen.gallery
    assert 1 <= len(unseen.without_concepts) <= 0.3 * small.n_concepts
    ids = small.concept_ids(unseen.gold)
    assert set(ids) <= unseen.without_concepts
    assert not set(small.concept_ids(seen.gold)) & seen.without_concepts
    below = {
        small.concept_id(int(row))
        for each in unseen.without_concepts
        for row in small.hierarchy.children(int(small.row(each) or 0))
    }
    assert below <= unseen.without_concepts


def test_recall_counts_concepts_by_their_nearest_name() -> None:
    # From the query at 0 degrees: concept 1 at 10, concept 0 at 20 and 90, concept 2 at 30.
    encoder = PlacedEncoder(q=0, a=20, b=90, c=10, d=30)
    for gold, rank in ((1, 1), (0, 2), (2, 3)):
        search = NameSearch("", ["q"], np.array([gold]), list("abcd"), np.array([0, 0, 1, 2]))
        found = recall(encoder, search, ks=(1, 2, 3))
        assert found == {k: float(rank <= k) for k in (1, 2, 3)}


def test_ties_go_by_concept_and_missing_gold_is_a_miss() -> None:
    encoder = PlacedEncoder(q=0, a=10, b=10)
    search = NameSearch("", ["q"] * 3, np.array([0, 1, 9]), ["a", "b"], np.array([0, 1]))
    assert recall(encoder, search, ks=(1, 2)) == {1: 1 / 3, 2: 2 / 3}
