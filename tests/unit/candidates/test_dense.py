"""The dense generator on the real encoder, and what it says when the encoder is another one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from xlink.candidates.dense import DenseGenerator
from xlink.candidates.hubness import Csls
from xlink.candidates.vectors.names import DistinctNames
from xlink.errors import SpecError, StaleIndexError
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept, Filter, Query


class SeededEncoder:
    """Gives every text a vector drawn at random, always the same for one seed."""

    name = "seeded"
    dimension = 8

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        drawn = [
            np.random.default_rng([self.seed, *map(ord, text)]).normal(size=8) for text in texts
        ]
        return np.array(drawn, dtype=np.float32).reshape(-1, 8)


@pytest.fixture(scope="module")
def real(small: Terminology) -> DenseGenerator:
    return DenseGenerator.build(small)


@pytest.mark.parametrize(
    ("mention", "language", "concept"),
    [
        ("inflammation of the lungs", "en", "T:05"),
        ("insuficiencia cardíaca", "es", "T:02"),
        ("insuffisance cardiaque", "fr", "T:02"),
        ("肺水腫", "ja", "T:10"),
        ("bluthochdruck", "de", "T:06"),
    ],
)
def test_meaning_is_found_across_languages(
    real: DenseGenerator, mention: str, language: str, concept: str
) -> None:
    found = real.generate([Query("1", mention, language=language)], 1)
    assert found.candidates(0, real.terminology)[0].concept_id == concept


def test_a_name_itself_has_cosine_one(real: DenseGenerator) -> None:
    found = real.generate([Query("1", " heart failure ")], 2)
    assert found.scores[0] == pytest.approx(1, abs=1e-6)


def test_equal_mentions_share_one_search(real: DenseGenerator) -> None:
    queries = [Query(str(n), text) for n, text in enumerate(["fever", "-", "oedema", "fever"])]
    found = real.generate(queries, 3)
    assert np.diff(found.query_offsets).tolist() == [3, 0, 3, 3]
    assert found.rows_of(0).tolist() == found.rows_of(3).tolist()


def test_another_encoder_than_the_one_that_made_the_index_is_refused(
    small: Terminology, tmp_path: Path
) -> None:
    DenseGenerator.build(small, encoder=SeededEncoder(1)).save(tmp_path / "index")
    same = DenseGenerator.load(tmp_path / "index", small, encoder=SeededEncoder(1))
    assert same.generate([Query("1", "heart failure")], 1).scores[0] == pytest.approx(1)
    other = DenseGenerator.load(tmp_path / "index", small, encoder=SeededEncoder(2))
    with pytest.raises(StaleIndexError, match="gives other vectors"):
        other.generate([Query("1", "heart failure")], 1)


def test_k_concepts_are_found_behind_many_names_of_one(tmp_path: Path) -> None:
    # All vectors are alike, so that the names of the first concept fill the first search.
    class Constant(SeededEncoder):
        def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            vectors = np.ones((len(texts), 8), dtype=np.float32)
            vectors[:, 0] += [0.0 if text.startswith("a") else 0.1 for text in texts]
            return vectors

    many = Concept("A", "a", tuple(Alias(f"a{n}") for n in range(400)))
    others = [Concept(f"B{n}", "b", (Alias(f"b{n}"),)) for n in range(5)]
    terminology = build_terminology([many, *others], tmp_path / "t", name="t").terminology
    generator = DenseGenerator.build(terminology, encoder=Constant(0))
    found = generator.generate([Query("1", "a7")], 4)
    assert terminology.concept_ids(found.concept_rows) == ["A", "B0", "B1", "B2"]


def test_names_without_letters_and_spaces_around_them(tmp_path: Path) -> None:
    names_of_b = (Alias(" pain "), Alias("ache"), Alias("--"))
    concepts = [Concept("A", "pain", (Alias("pain"),)), Concept("B", "-", names_of_b)]
    terminology = build_terminology(concepts, tmp_path / "t", name="t").terminology
    names = DistinctNames.of(terminology)
    assert sorted(names.texts) == ["ache", "pain"]
    generator = DenseGenerator.build(terminology, encoder=SeededEncoder(0))
    found = generator.generate([Query("1", "pain")], 5)
    assert terminology.concept_ids(found.concept_rows) == ["A", "B"]
    assert found.scores.tolist() == pytest.approx([1, 1])


@pytest.mark.parametrize("centre", [False, True])
def test_an_update_is_a_build(small: Terminology, tmp_path: Path, centre: bool) -> None:
    concepts = [*small.concepts()][1:]
    concepts.append(Concept("T:99", "fever", (Alias("fever", "en"), Alias("Fieber", "de"))))
    later = build_terminology(concepts, tmp_path / "later", name="small").terminology
    encoder = SeededEncoder(3)
    updated = DenseGenerator.build(small, encoder=encoder, centre=centre).updated(later)
    built = DenseGenerator.build(later, encoder=encoder, centre=centre)
    queries = [Query("1", text) for text in ("Fieber", "heart failure", "disease")]
    one, other = updated.generate(queries, 20), built.generate(queries, 20)
    assert one.concept_rows.tolist() == other.concept_rows.tolist()
    assert one.scores.tolist() == other.scores.tolist()
    hubs = DenseGenerator.build(small, encoder=encoder, hubness=Csls())
    with pytest.raises(SpecError, match="hubness"):
        hubs.updated(later)


def test_a_killed_build_is_gone_on_with(small: Terminology, tmp_path: Path) -> None:
    spooled = DenseGenerator.build(small, encoder=SeededEncoder(3), spool=tmp_path / "spool")
    again = DenseGenerator.build(small, encoder=SeededEncoder(4), spool=tmp_path / "spool")
    queries = [Query("1", "heart failure")]
    assert spooled.generate(queries, 1).scores[0] == pytest.approx(1)
    assert again.generate(queries, 1).scores[0] < 1  # names are those of the first: all was done


def test_a_filter_that_admits_nothing(small: Terminology) -> None:
    generator = DenseGenerator.build(small, encoder=SeededEncoder(0))
    where = Filter(languages=frozenset({"ja"}), types=frozenset({"finding"}))
    assert generator.generate([Query("1", "fever")], 5, where).n_candidates == 0


def test_a_terminology_without_names(tmp_path: Path) -> None:
    empty = build_terminology(
        [Concept("A", "-", (Alias("-"),))], tmp_path / "t", name="t"
    ).terminology
    generator = DenseGenerator.build(empty, encoder=SeededEncoder(0))
    assert generator.generate([Query("1", "fever")], 5).n_candidates == 0
    generator.save(tmp_path / "index")
