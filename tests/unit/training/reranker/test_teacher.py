"""Distillation: the loss by hand, and a student that comes to agree with its teacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from xlink.linker import Linker
from xlink.rerank.rendering import Rendering
from xlink.rerank.saving import RerankerFacts, load_reranker, save_network
from xlink.terminology import Terminology
from xlink.training.reranker.lists import lists_of
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.train import train_reranker
from xlink.types import Document

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from xlink.rerank.network import CrossEncoder  # noqa: E402
from xlink.training.reranker.batch import ListBatch  # noqa: E402
from xlink.training.reranker.losses.softmax import SoftmaxLoss  # noqa: E402
from xlink.training.reranker.losses.taught import TaughtLoss  # noqa: E402


def test_the_loss_by_hand_whatever_the_scale_of_the_teacher() -> None:
    mask = torch.tensor([[True, True, True]])
    real = torch.tensor([[True, True, False]])  # the third is NIL
    right = torch.tensor([[True, False, False]])
    logits = torch.tensor([[1.0, 2.0, 5.0]])
    # Two logits standardised are 1 and -1.
    target = exp(1) / (exp(1) + exp(-1))
    total = log(exp(1) + exp(2))
    soft = -(target * (1 - total) + (1 - target) * (2 - total))
    for teacher in ([[3.0, 1.0, 0.0]], [[300.0, 100.0, 0.0]]):
        batch = ListBatch(right, torch.zeros(1, 3), mask, real, torch.tensor(teacher))
        hard = float(SoftmaxLoss()(logits, batch))
        found = float(TaughtLoss(SoftmaxLoss(), 0.25)(logits, batch))
        assert found == pytest.approx(0.75 * hard + 0.25 * soft, rel=1e-4)
    with pytest.raises(ValueError, match="teacher"):
        TaughtLoss(SoftmaxLoss())(logits, replace(batch, teacher=None))


def test_a_student_comes_to_agree_with_its_teacher(
    documents: list[Document],
    open_linker: Callable[[], Linker],
    small: Terminology,
    tiny_base: Path,
    tmp_path: Path,
) -> None:
    network = CrossEncoder.from_base(str(tiny_base), pooling="mean", head="sides", seed=7)
    with torch.no_grad():
        network.output.weight.mul_(20)
    rendering = Rendering(context_tokens=6, candidate_tokens=30)
    facts = RerankerFacts(base="tiny", precision="float32", rendering=rendering)
    save_network(network, facts, tmp_path / "teacher", card="")
    options = RerankerOptions(
        base=str(tiny_base),
        head="sides",
        teacher=str(tmp_path / "teacher"),
        teacher_share=1.0,
        regulariser="none",
        epochs=8,
        lists_a_step=3,
        learning_rate=1e-2,
        dev_share=0.0,
        precision="float32",
        rendering=rendering,
    )
    lists = lists_of(documents, open_linker())
    said = load_reranker(tmp_path / "teacher", small).score(lists.queries, lists.candidates).logits
    agreement = []
    for name, epochs in (("little", 1), ("more", 8)):
        chosen = replace(options, epochs=epochs, learning_rate=1e-9 if epochs == 1 else 1e-2)
        train_reranker(documents, open_linker(), chosen, tmp_path / name)
        student = load_reranker(tmp_path / name, small)
        own = student.score(lists.queries, lists.candidates).logits
        agreement.append(np.corrcoef(own, said)[0, 1])
    assert agreement[1] > agreement[0] + 0.2
