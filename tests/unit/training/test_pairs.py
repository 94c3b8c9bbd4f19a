"""Pairs of names: what is drawn, how often, and that a seed fixes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.errors import DataError
from xlink.terminology import Terminology, build_terminology
from xlink.testing.terminologies import small_terminology
from xlink.training.encoder.names.pairs import PairSampler, TrainingNames
from xlink.types import Alias, Concept


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return small_terminology(tmp_path_factory.mktemp("small") / "small")


def test_names_are_ordered_by_concept_and_fold_apart(small: Terminology) -> None:
    names = TrainingNames.of([small])
    assert (np.diff(names.concepts) >= 0).all()
    diabetes = [
        text
        for text, concept in zip(names.texts, names.concepts, strict=True)
        if names.concept_ids[concept] == "T:03"
    ]
    assert diabetes == ["diabetes mellitus", "diabetes", "DM"]  # Spanish is the same: no pair


def test_languages_texts_and_concepts_are_left_out(small: Terminology) -> None:
    names = TrainingNames.of(
        [small],
        languages={"en"},
        without_texts=["LUNG infection"],
        without_concepts=["T:02"],
    )
    assert names.language_labels == ("en",)
    assert "lung infection" not in names.texts
    assert "pneumonia" in names.texts
    assert "T:02" not in names.concept_ids


def test_equal_ids_are_one_concept(small: Terminology, tmp_path: Path) -> None:
    concepts = [Concept("T:02", "Herzschwäche", (Alias("Herzschwäche", "de"),))]
    other = build_terminology(concepts, tmp_path / "o", name="o", version="1").terminology
    names = TrainingNames.of([small, other])
    assert names.n_concepts == small.n_concepts
    place = names.texts.index("Herzschwäche")
    assert names.concept_ids[names.concepts[place]] == "T:02"
    assert (names.sources[place], names.alias_rows[place]) == (1, 0)


def test_a_pair_is_two_names_of_one_concept(small: Terminology) -> None:
    names = TrainingNames.of([small])
    first, second = PairSampler(names, seed=1).draw(2_000, step=0)
    assert (names.concepts[first] == names.concepts[second]).all()
    assert (first != second).all()
    sizes = np.bincount(names.concepts)
    assert set(names.concepts[first]) == set(np.flatnonzero(sizes > 1))


def test_seed_and_step_fix_a_batch(small: Terminology) -> None:
    pairs = PairSampler(TrainingNames.of([small]), seed=1)
    again = PairSampler(TrainingNames.of([small]), seed=1)
    again.draw(10, step=3)
    np.testing.assert_array_equal(pairs.draw(50, step=7), again.draw(50, step=7))
    assert (pairs.draw(50, step=7)[0] != pairs.draw(50, step=8)[0]).any()
    other = PairSampler(TrainingNames.of([small]), seed=2)
    assert (pairs.draw(50, step=7)[0] != other.draw(50, step=7)[0]).any()


@pytest.mark.parametrize(("smoothing", "share"), [(1.0, 0.1), (0.5, 0.25), (0.0, 0.5)])
def test_rare_languages_get_their_share(tmp_path: Path, smoothing: float, share: float) -> None:
    # 9 English names for each Japanese one: 1 / 10, sqrt(1) / (sqrt(9) + sqrt(1)), 1 / 2
    concepts = [
        Concept(f"C:{n:02}", f"name {n}", tuple(Alias(f"{m} of {n}", "en") for m in range(9)))
        for n in range(40)
    ]
    concepts += [Concept(f"J:{n:02}", f"j{n}", (Alias(f"j{n}", "ja"),)) for n in range(20)]
    concepts += [Concept(f"J:{n:02}", f"j{n}", (Alias(f"k{n}", "ja"),)) for n in range(20)]
    built = build_terminology(concepts, tmp_path / "t", name="t", version="1").terminology
    names = TrainingNames.of([built])
    first, _ = PairSampler(names, seed=1, smoothing=smoothing).draw(20_000, step=0)
    japanese = names.languages[first] == names.language_labels.index("ja")
    assert japanese.mean() == pytest.approx(share, abs=0.01)


def test_a_terminology_without_synonyms_makes_no_pairs(tmp_path: Path) -> None:
    concepts = [Concept("A", "one", (Alias("one"), Alias("One")))]
    built = build_terminology(concepts, tmp_path / "t", name="t", version="1").terminology
    with pytest.raises(DataError, match="No concept has two names"):
        PairSampler(TrainingNames.of([built]), seed=1)
