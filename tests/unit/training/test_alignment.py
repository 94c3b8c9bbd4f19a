"""The names of a batch, and what they are to one another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xlink.protocols import Encoder
from xlink.terminology import Terminology, build_terminology
from xlink.training.encoder.names.hierarchy import Kin, Kinship, parents_of
from xlink.training.encoder.names.pairs import PairSampler, TrainingNames
from xlink.training.encoder.network.alignment import Alignment
from xlink.training.encoder.network.nodes import NodeTarget, node_vectors
from xlink.types import Alias, Concept

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch")


class Student:
    """Remembers what it is shown."""

    name, dimension = "student", 3

    def __init__(self) -> None:
        self.network: Any = torch.nn.Linear(1, 1)
        self.shown: list[list[str]] = []

    def forward(self, texts: Sequence[str]) -> Tensor:
        self.shown.append(list(texts))
        lengths = torch.tensor([[float(len(text)), 1.0, 2.0] for text in texts])
        return torch.nn.functional.normalize(lengths, dim=1).requires_grad_()

    def pace(self, parameter: str) -> float:
        return 1.0

    def encoder(self) -> Encoder:
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        raise NotImplementedError


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    concepts = [
        Concept("A", "disease", (Alias("disease", "en"), Alias("illness", "en"))),
        Concept("B", "cold", (Alias("cold", "en"), Alias("catarrh", "en")), parents=("A",)),
        Concept("C", "chill", (Alias("chill", "en"), Alias("Cold", "en")), parents=("A",)),
    ]
    place = tmp_path_factory.mktemp("colds") / "colds"
    return build_terminology(concepts, place, name="colds", version="1").terminology


def aligned(terminology: Terminology, **options: Any) -> tuple[Student, list[Tensor], Alignment]:
    names = TrainingNames.of([terminology])
    student, grades = Student(), list[Any]()

    def loss(vectors: Tensor, given: Tensor) -> Tensor:
        grades.append(given)
        return vectors.sum()

    parents = parents_of(names, [terminology])
    if "kinship" in options:
        options["kin"] = Kin(names, parents, options.pop("kinship"))
    if "node_weight" in options:
        options["nodes"] = NodeTarget(node_vectors(parents, dimension=8), 3)
    return student, grades, Alignment(student, PairSampler(names, seed=1), loss, **options)


def test_a_batch_has_each_name_once_and_what_reads_alike_is_alike(
    terminology: Terminology,
) -> None:
    student, grades, alignment = aligned(terminology, n_pairs=40)
    alignment(0)
    alignment(0)
    assert student.shown[0] == student.shown[1]
    texts = student.shown[0]
    assert sorted(texts) == ["Cold", "catarrh", "chill", "cold", "disease", "illness"]
    of = {"disease": "A", "illness": "A", "cold": "B", "catarrh": "B", "chill": "C", "Cold": "C"}
    for row, one in enumerate(texts):
        for column, other in enumerate(texts):
            alike = of[one] == of[other] or one.lower() == other.lower()
            assert grades[0][row, column] == (1 if alike else 0)


def test_relatives_join_without_changing_the_pairs(terminology: Terminology) -> None:
    alone, _, without = aligned(terminology, n_pairs=2)
    joined, grades, with_parents = aligned(
        terminology, n_pairs=2, kinship=Kinship(siblings=0, parents=1, parent_grade=0.5)
    )
    for step in range(5):
        without(step)
        with_parents(step)
        assert set(alone.shown[step]) <= set(joined.shown[step])
    assert {0.5} < set(torch.cat([each.flatten() for each in grades]).tolist())


def test_nodes_add_their_term(terminology: Terminology) -> None:
    _, _, plain = aligned(terminology, n_pairs=2)
    _, _, nodes = aligned(terminology, n_pairs=2, node_weight=0.5)
    term = (nodes(3) - plain(3)).item()
    assert 0 < term < 0.5 * 2
