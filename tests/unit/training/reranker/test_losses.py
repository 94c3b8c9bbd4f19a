"""Losses against values worked out by hand, and against torch and sentence-transformers."""

from __future__ import annotations

from math import exp, log, sqrt

import pytest

torch = pytest.importorskip("torch")

from xlink.errors import UnknownNameError  # noqa: E402
from xlink.training.reranker.batch import ListBatch, standardised  # noqa: E402
from xlink.training.reranker.losses import LOSSES, REGULARISERS, Objective  # noqa: E402
from xlink.training.reranker.losses.binary import BinaryLoss  # noqa: E402
from xlink.training.reranker.losses.borrowed import BorrowedLoss  # noqa: E402
from xlink.training.reranker.losses.kl import KlToPrior  # noqa: E402
from xlink.training.reranker.losses.l2 import L2ToPrior  # noqa: E402
from xlink.training.reranker.losses.margin import MarginToPrior  # noqa: E402
from xlink.training.reranker.losses.softmax import SoftmaxLoss  # noqa: E402
from xlink.training.reranker.losses.xmen import XmenLoss  # noqa: E402


def batch(right: list[list[int]], priors: list[list[float]], sizes: list[int], nil: bool = False):  # type: ignore[no-untyped-def]
    """Make a batch; with `nil` the last option of each row is NIL."""
    width = len(right[0])
    is_option = torch.tensor([[place < size for place in range(width)] for size in sizes])
    has_prior = is_option.clone()
    if nil:
        is_option[:, -1], has_prior[:, -1] = True, False
    return ListBatch(torch.tensor(right).bool(), torch.tensor(priors), is_option, has_prior)


def test_softmax_by_hand() -> None:
    one = batch([[0, 1, 0]], [[0.9, 0.5, 0.1]], [3])
    logits = torch.tensor([[1.0, 2.0, 3.0]])
    total = exp(1) + exp(2) + exp(3)
    assert float(SoftmaxLoss()(logits, one)) == pytest.approx(-log(exp(2) / total))
    even = -(1 + 2 + 3) / 3 + log(total)
    expected = 0.9 * -log(exp(2) / total) + 0.1 * even
    assert float(SoftmaxLoss(0.1)(logits, one)) == pytest.approx(expected)


def test_what_several_ids_mean_is_shared_and_padding_is_nothing() -> None:
    two = batch([[1, 1, 0], [1, 0, 0]], [[0.3, 0.2, 0.1], [0.3, 0.2, 0.0]], [3, 2])
    logits = torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 99.0]])
    expected = (log(3) + log(1 + exp(-1))) / 2
    assert float(SoftmaxLoss()(logits, two)) == pytest.approx(expected)


def test_xmen_by_hand_and_as_its_authors_write_it() -> None:
    one = batch([[0, 1]], [[0.8, 0.6]], [2])
    logits = torch.tensor([[2.0, 1.0]])
    entropy = log(1 + exp(2 - 1))
    distance = sqrt((2 - 0.8 + 1e-6) ** 2 + (1 - 0.6 + 1e-6) ** 2)
    assert float(XmenLoss(0.5)(logits, one)) == pytest.approx(entropy + 0.5 * distance)
    theirs = torch.nn.CrossEntropyLoss()(logits[0], torch.tensor([0.0, 1.0]))
    theirs += torch.nn.PairwiseDistance(p=2)(logits[0], torch.tensor([0.8, 0.6]))
    assert float(XmenLoss()(logits, one)) == pytest.approx(float(theirs))
    # Label smoothing as xMEN has it: (1 - s) * label + s / n.
    smoothed = torch.nn.CrossEntropyLoss()(logits[0], torch.tensor([0.05, 0.95]))
    assert float(XmenLoss(0.0, 0.1)(logits, one)) == pytest.approx(float(smoothed))


def test_xmen_takes_the_label_for_the_score_of_nil() -> None:
    logits = torch.tensor([[0.0, 0.0]])
    for right, distance in (([[1, 0]], 1.0), ([[0, 1]], 1.0)):
        nil = batch(right, [[0.0 if right[0][1] else 1.0, 0.0]], [1], nil=True)
        expected = log(2) + distance
        assert float(XmenLoss()(logits, nil)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("make", [L2ToPrior, KlToPrior, MarginToPrior])
def test_no_regulariser_looks_at_nil_or_padding(make: type[L2ToPrior]) -> None:
    priors = [[0.9, 0.5, 0.4, 0.0], [0.7, 0.1, 0.0, 0.0]]
    values = []
    for right, strange in (([[0, 0, 0, 1], [1, 0, 0, 0]], 5.0), ([[0] * 4, [0] * 4], -7.0)):
        nil = batch([right[0], [0] * 4], priors, [3, 2], nil=True)
        logits = torch.tensor([[1.0, 2.0, 3.0, strange], [1.0, 2.0, strange, strange]])
        values.append(float(make()(logits, nil)))
    assert values[0] == values[1] > 0


def test_l2_by_hand_and_free_of_scale() -> None:
    one = batch([[1, 0]], [[0.9, 0.1]], [2])
    # Standardised, two values are always 1 and -1; the wrong order is 2 away at each place.
    assert float(L2ToPrior()(torch.tensor([[1.0, 3.0]]), one)) == pytest.approx(4, abs=1e-4)
    for logits in ([3.0, 1.0], [30.0, 10.0], [0.3, -0.4]):
        assert float(L2ToPrior()(torch.tensor([logits]), one)) == pytest.approx(0, abs=1e-4)


def test_kl_by_hand() -> None:
    one = batch([[1, 0]], [[0.9, 0.1]], [2])
    first = 1 / (1 + exp(-4))  # standardised priors 1 and -1, at temperature .5
    expected = first * log(first / 0.5) + (1 - first) * log((1 - first) / 0.5)
    found = float(KlToPrior(0.5)(torch.tensor([[0.0, 0.0]]), one))
    assert found == pytest.approx(expected, abs=1e-4)
    assert float(KlToPrior(0.5)(torch.tensor([[4.0, 0.0]]), one)) == pytest.approx(0, abs=1e-4)


def test_margin_by_hand_and_never_against_the_label() -> None:
    wrong = batch([[0, 0]], [[0.9, 0.1]], [2])
    # The lead of standardised priors is 2, half of it is asked for, the logits give -2.
    found = float(MarginToPrior(0.5)(torch.tensor([[0.0, 1.0]]), wrong))
    assert found == pytest.approx(1 - (-2), abs=1e-4)
    assert float(MarginToPrior(0.5)(torch.tensor([[1.0, 0.0]]), wrong)) == 0
    right = batch([[0, 1]], [[0.9, 0.1]], [2])
    assert float(MarginToPrior()(torch.tensor([[0.0, 9.0]]), right)) == 0


def test_binary_takes_the_hardest_wrong_options() -> None:
    one = batch([[0, 1, 0, 0]], [[0.2, 0.5, 0.9, 0.1]], [4])
    logits = torch.tensor([[5.0, 1.0, 2.0, 7.0]])
    expected = (log(1 + exp(-1)) + log(1 + exp(2))) / 2  # the right one and the prior's first
    assert float(BinaryLoss()(logits, one)) == pytest.approx(expected)
    expected = (log(1 + exp(-1)) + log(1 + exp(2)) + log(1 + exp(5))) / 3
    assert float(BinaryLoss(2)(logits, one)) == pytest.approx(expected)


def test_standardised_values() -> None:
    values = torch.tensor([[1.0, 3.0, 99.0], [2.0, 2.0, 2.0]])
    mask = torch.tensor([[True, True, False], [True, True, True]])
    found = standardised(values, mask)
    torch.testing.assert_close(found, torch.tensor([[-1.0, 1, 0], [0, 0, 0]]), atol=1e-5, rtol=0)


@pytest.mark.slow
def test_borrowed_losses_by_hand() -> None:
    pytest.importorskip("sentence_transformers")
    one = batch([[0, 1, 0]], [[0.9, 0.5, 0.0]], [2])
    logits = torch.tensor([[1.0, 0.0, 50.0]])
    target = 1 / (1 + exp(-1))  # the softmax of the labels 1 and 0
    expected = log(1 + exp(1)) - (1 - target)
    assert float(BorrowedLoss("list-net")(logits, one)) == pytest.approx(expected, abs=1e-5)
    pairwise = log(1 + exp(1)) / log(2)  # the right one is behind by 1; the library takes bits
    assert float(BorrowedLoss("rank-net")(logits, one)) == pytest.approx(pairwise, abs=1e-5)
    logits.requires_grad_()
    loss = BorrowedLoss("lambda")(logits, one)
    loss.backward()
    assert loss > 0
    assert logits.grad[0, 1] < 0 < logits.grad[0, 0]
    assert logits.grad[0, 2] == 0


def test_objectives_by_name() -> None:
    one = batch([[0, 1]], [[0.9, 0.1]], [2])
    logits = torch.tensor([[0.0, 0.0]])
    alone = Objective.of("softmax", "none", strength=1.0)(logits, one)
    whole = Objective.of("softmax", "kl", strength=0.5)(logits, one)
    assert float(whole) == pytest.approx(float(alone + 0.5 * KlToPrior()(logits, one)))
    xmen = Objective.of("xmen", "kl", strength=0.5)(logits, one)
    assert float(xmen) == pytest.approx(float(XmenLoss(0.5)(logits, one)))
    assert {"softmax", "xmen", "binary"} <= set(LOSSES)
    assert set(REGULARISERS) == {"kl", "l2", "margin", "none"}
    with pytest.raises(UnknownNameError, match="softmax"):
        Objective.of("softmx", "none", strength=0)
    with pytest.raises(UnknownNameError, match="margin"):
        Objective.of("softmax", "margn", strength=0)
