"""List-wise and pair-wise losses of sentence-transformers, on logits that are known already."""

from __future__ import annotations

import importlib.util
from typing import Literal

import torch

from xlink.errors import MissingExtraError
from xlink.training.reranker.batch import ListBatch

__all__ = ["BorrowedLoss", "BorrowedName"]

BorrowedName = Literal["list-net", "lambda", "rank-net"]


class _Given(torch.nn.Module):
    """Stands for a cross-encoder: the logits of the pairs it is asked for are there already."""

    num_labels = 1

    def __init__(self) -> None:
        super().__init__()
        self.logits = torch.empty(0)

    @property
    def device(self) -> torch.device:
        return self.logits.device

    def preprocess(self, pairs: list[tuple[int, int]], **_: object) -> dict[str, torch.Tensor]:
        places = torch.tensor([option for _, option in pairs], device=self.device)
        numbers = torch.tensor([number for number, _ in pairs], device=self.device)
        return {"numbers": numbers, "places": places}

    def forward(self, features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {"scores": self.logits[features["numbers"], features["places"]]}


class BorrowedLoss:
    """A loss of `sentence_transformers.cross_encoder` by name.

    - `list-net`: Cao et al. (2007), cross-entropy of the softmaxes of logits and labels
    - `lambda`: Wang et al. (2018), LambdaLoss with the weights NDCG-Loss2++
    - `rank-net`: Burges et al. (2005), logistic loss of each pair in the wrong order

    Raises:
        MissingExtraError: sentence-transformers is not installed.
    """

    def __init__(self, name: BorrowedName) -> None:
        if importlib.util.find_spec("sentence_transformers") is None:
            raise MissingExtraError(f"The loss {name}", "neural")
        from sentence_transformers.cross_encoder import losses

        self._given = _Given()
        match name:
            case "list-net":
                self._loss = losses.ListNetLoss(self._given, mini_batch_size=-1)
            case "lambda":
                scheme = losses.NDCGLoss2PPScheme()
                self._loss = losses.LambdaLoss(
                    self._given, weighting_scheme=scheme, mini_batch_size=-1
                )
            case "rank-net":
                self._loss = losses.RankNetLoss(self._given, mini_batch_size=-1)

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the loss of logits. *Shape:* (lists, options)"""
        self._given.logits = logits
        places = [torch.nonzero(row).flatten() for row in batch.is_option]
        labels = [batch.is_right[n][own].float() for n, own in enumerate(places)]
        options = [own.tolist() for own in places]
        loss: torch.Tensor = self._loss([list(range(len(options))), options], labels)
        return loss
