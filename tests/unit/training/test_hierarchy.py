"""Relatives in a batch, and vectors of nodes, on a hierarchy that can be checked by eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.errors import SpecError
from xlink.terminology import Terminology, build_terminology
from xlink.training.encoder.names.hierarchy import Kin, Kinship, parents_of
from xlink.training.encoder.names.pairs import TrainingNames
from xlink.training.encoder.network.nodes import NodeTarget, node_vectors
from xlink.types import Alias, Concept

#            R
#        A       B
#     A1   A2   B1
PARENTS = {"R": (), "A": ("R",), "B": ("R",), "A1": ("A",), "A2": ("A",), "B1": ("B",)}


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    concepts = [
        Concept(
            name,
            f"name of {name}",
            tuple(Alias(f"{word} of {name}", "en") for word in ("name", "alias", "title")),
            parents=parents,
        )
        for name, parents in PARENTS.items()
    ]
    place = tmp_path_factory.mktemp("family") / "family"
    return build_terminology(concepts, place, name="family", version="1").terminology


@pytest.fixture(scope="module")
def names(terminology: Terminology) -> TrainingNames:
    return TrainingNames.of([terminology])


def kin(names: TrainingNames, terminology: Terminology, **options: float) -> Kin:
    none = {"siblings": 0.0}
    return Kin(names, parents_of(names, [terminology]), Kinship(**(none | options)))


def joining(of: Kin, names: TrainingNames, concept: str) -> set[str]:
    number = np.full(40, names.concept_ids.index(concept))
    rows = of.joining(number, np.random.default_rng(0))
    assert len(set(rows.tolist())) == len(rows)
    return {names.concept_ids[each] for each in names.concepts[rows].tolist()}


def test_parents_are_those_of_the_terminology(
    names: TrainingNames, terminology: Terminology
) -> None:
    children, parents = parents_of(names, [terminology, terminology]).nonzero()
    found = {
        (names.concept_ids[child], names.concept_ids[parent])
        for child, parent in zip(children, parents, strict=True)
    }
    assert found == {(child, up) for child, above in PARENTS.items() for up in above}


def test_concepts_without_names_are_left_out(terminology: Terminology) -> None:
    names = TrainingNames.of([terminology], without_concepts={"A"})
    assert parents_of(names, [terminology]).sum() == 2  # B below R, B1 below B


def test_who_joins(names: TrainingNames, terminology: Terminology) -> None:
    siblings = kin(names, terminology, siblings=1.0)
    assert joining(siblings, names, "A1") == {"A2"}
    assert joining(siblings, names, "R") == set()
    assert joining(kin(names, terminology, parents=1.0), names, "A1") == {"A"}
    assert joining(kin(names, terminology, grandparents=1.0), names, "A1") == {"R"}
    assert joining(kin(names, terminology), names, "A1") == set()


def test_all_names_of_a_relative_come_in_turn(
    names: TrainingNames, terminology: Terminology
) -> None:
    of = kin(names, terminology, parents=1.0)
    number = np.array([names.concept_ids.index("A1")])
    generator = np.random.default_rng(0)
    seen = {names.texts[int(of.joining(number, generator)[0])] for _ in range(40)}
    assert seen == {"name of A", "alias of A", "title of A"}


def test_grades(names: TrainingNames, terminology: Terminology) -> None:
    of = kin(names, terminology, parent_grade=0.5, grandparent_grade=0.25)
    asked = ["A1", "A", "R", "A2", "B", "A1"]
    found = of.grades(np.array([names.concept_ids.index(each) for each in asked]))
    assert found.tolist() == [
        [1, 0.5, 0.25, 0, 0, 1],
        [0.5, 1, 0.5, 0.5, 0, 0.5],
        [0.25, 0.5, 1, 0.25, 0.5, 0.25],
        [0, 0.5, 0.25, 1, 0, 0],
        [0, 0, 0.5, 0, 1, 0],
        [1, 0.5, 0.25, 0, 0, 1],
    ]
    negatives = kin(names, terminology, parents=1.0).grades(np.array([0, 1, 2]))
    assert negatives.tolist() == np.eye(3).tolist()


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(SpecError, match=r"parent_grade lies in 0 to 1, not 1\.5"):
        Kinship(parent_grade=1.5)


def test_near_nodes_have_near_vectors(names: TrainingNames, terminology: Terminology) -> None:
    graph = parents_of(names, [terminology])
    vectors = node_vectors(graph, dimension=512)
    assert np.array_equal(vectors, node_vectors(graph, dimension=512))
    cosines = vectors @ vectors.T
    a1, a2, b1 = (names.concept_ids.index(each) for each in ("A1", "A2", "B1"))
    assert cosines[a1, a2] > cosines[a1, b1] + 0.2
    np.testing.assert_allclose(np.diag(cosines), 1, atol=1e-5)
    alone = node_vectors(0 * graph, dimension=4)
    assert not alone.any()


def test_the_target_of_nodes_teaches_the_map() -> None:
    torch = pytest.importorskip("torch")
    nodes = np.eye(4, dtype=np.float32)
    target = NodeTarget(nodes, 6)
    vectors = torch.nn.functional.normalize(torch.eye(4, 6) + 0.1, dim=1)
    concepts = np.arange(4)
    optimiser = torch.optim.Adam(target.head.parameters(), lr=0.1)
    first = target(vectors, concepts).item()
    for _ in range(50):
        optimiser.zero_grad()
        target(vectors, concepts).backward()
        optimiser.step()
    assert target(vectors, concepts).item() < 0.05 < first


def test_a_seed_fixes_the_head(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    nodes = np.eye(4, dtype=np.float32)
    one, same, other = (NodeTarget(nodes, 6, seed=seed).head.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
