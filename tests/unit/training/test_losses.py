"""Losses and miner say what pytorch-metric-learning says, to 1e-5, and more with grades."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from xlink.training.encoder.network.losses.multi_similarity import MultiSimilarity
from xlink.training.encoder.network.losses.multiple_negatives import MultipleNegatives
from xlink.training.encoder.network.miner import hard_pairs

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch")

SEEDS = range(6)


def batch(
    seed: int, n: int = 24, n_labels: int = 9, dimension: int = 8
) -> tuple[Tensor, Tensor, Tensor]:
    """Vectors that lie close together, so that the margin decides, their labels and grades."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(n_labels, (n,), generator=generator)
    centres = torch.randn(n_labels, dimension, generator=generator)
    vectors = centres[labels] + 0.8 * torch.randn(n, dimension, generator=generator)
    raw = vectors.requires_grad_()
    return raw, labels, (labels[:, None] == labels[None]).float()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_miner_is_that_of_the_reference(seed: int) -> None:
    miners = pytest.importorskip("pytorch_metric_learning.miners")
    vectors, labels, grades = batch(seed)
    anchors, positives, negatives = miners.TripletMarginMiner(0.2, "all")(vectors, labels)
    found = hard_pairs(unit(vectors), grades)
    expected = torch.zeros(2, len(vectors), len(vectors), dtype=torch.bool)
    expected[0, anchors, positives] = True
    expected[1, anchors, negatives] = True
    assert torch.equal(found.positives, expected[0])
    assert torch.equal(found.negatives, expected[1])
    assert 0 < len(anchors) < len(vectors) ** 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mined", [True, False])
def test_multi_similarity_is_that_of_the_reference(seed: int, mined: bool) -> None:
    references = pytest.importorskip("pytorch_metric_learning.losses")
    miners = pytest.importorskip("pytorch_metric_learning.miners")
    vectors, labels, grades = batch(seed)
    triplets = miners.TripletMarginMiner(0.2, "all")(vectors, labels) if mined else None
    expected = references.MultiSimilarityLoss(alpha=1, beta=60, base=0.5)(vectors, labels, triplets)
    found = MultiSimilarity(margin=0.2 if mined else None)(unit(vectors), grades)
    assert found.item() == pytest.approx(expected.item(), abs=1e-5)
    same_gradients(vectors, found, expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_multiple_negatives_is_that_of_the_reference(seed: int) -> None:
    references = pytest.importorskip("pytorch_metric_learning.losses")
    vectors, labels, grades = batch(seed)
    expected = references.NTXentLoss(temperature=1 / 20)(vectors, labels)
    found = MultipleNegatives(scale=20)(unit(vectors), grades)
    assert found.item() == pytest.approx(expected.item(), abs=1e-5)
    same_gradients(vectors, found, expected)


@pytest.mark.parametrize("loss", [MultiSimilarity(), MultipleNegatives()])
def test_a_lower_grade_pulls_less(loss: MultiSimilarity | MultipleNegatives) -> None:
    # The cosines of the second and third name to the first are .5 and -.5.
    angles = torch.tensor([0.0, math.pi / 3, 2 * math.pi / 3])
    vectors = torch.stack([angles.cos(), angles.sin()], dim=1)
    grades = torch.tensor([[1, 1, 0], [1, 1, 0], [0, 0, 1]]).float()
    pulls = []
    for grade in (0.25, 1.0):
        moved = vectors.clone().requires_grad_()
        graded = torch.where((grades == 1) & ~torch.eye(3, dtype=torch.bool), grade, grades)
        MultiSimilarity(margin=None)(moved, graded).backward()
        pulls.append(float(moved.grad.norm()))
    assert pulls[0] < pulls[1]
    alone = loss(vectors[:1], torch.ones(1, 1))
    assert alone.item() == 0


def test_nothing_to_learn_is_no_loss_and_no_nan() -> None:
    vectors = torch.eye(4).requires_grad_()
    for loss in (MultiSimilarity(), MultipleNegatives()):
        for grades in (torch.ones(4, 4), torch.eye(4)):  # one concept, and four
            vectors.grad = None
            value = loss(vectors, grades)
            assert math.isfinite(value.item())
            value.backward()
            assert bool(vectors.grad.isfinite().all())


def unit(vectors: Tensor) -> Tensor:
    return torch.nn.functional.normalize(vectors, dim=1)


def same_gradients(vectors: Tensor, found: Tensor, expected: Tensor) -> None:
    (one,) = torch.autograd.grad(found, vectors, retain_graph=True)
    (other,) = torch.autograd.grad(expected, vectors)
    assert torch.allclose(one, other, atol=1e-5)
