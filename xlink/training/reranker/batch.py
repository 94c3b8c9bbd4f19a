"""A batch of lists as matrices, which the losses work on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch

from xlink.rerank.rendering import PairRenderer, Pairs
from xlink.training.reranker.lists import RankingLists

__all__ = ["ListBatch", "joined_batches", "list_batch", "masked_log_softmax", "standardised"]


@dataclass(frozen=True, slots=True, eq=False)
class ListBatch:
    """What is known of the options of some lists; higher priors are better.

    *Shapes:* all (lists, options). `is_option` is false where a shorter list ends;
    `is_right` marks the gold; `has_prior` is true for candidates and false for NIL, whose prior
    means nothing and is 0: a prior that says whether NIL is right would give the label away.
    `teacher` holds the logits of another re-ranker, if there is one to learn from, and 0 for NIL.
    """

    is_right: torch.Tensor
    priors: torch.Tensor
    is_option: torch.Tensor
    has_prior: torch.Tensor
    teacher: torch.Tensor | None = None

    def to(self, device: str) -> ListBatch:
        """Return the batch on a device."""
        own = (self.is_right, self.priors, self.is_option, self.has_prior)
        teacher = None if self.teacher is None else self.teacher.to(device)
        return replace(ListBatch(*(each.to(device) for each in own)), teacher=teacher)

    @property
    def targets(self) -> torch.Tensor:
        """The target distribution: all that is right in equal shares. *Shape:* (lists, options)"""
        right = self.is_right.float()
        return right / right.sum(dim=1, keepdim=True).clamp(min=1.0)


def masked_log_softmax(logits: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the log softmax over the options of a mask, and 0 elsewhere."""
    logs = torch.log_softmax(logits.masked_fill(~mask, float("-inf")), dim=1)
    return logs.masked_fill(~mask, 0.0)


def standardised(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Bring the masked values of each list to mean 0 and standard deviation 1, 0 elsewhere.

    The deviation is that of the population; equal values all become 0.
    """
    weights = mask.float()
    sizes = weights.sum(dim=1, keepdim=True).clamp(min=1.0)
    away = (values - (values * weights).sum(dim=1, keepdim=True) / sizes) * weights
    variance = away.square().sum(dim=1, keepdim=True) / sizes
    return away / (variance + 1e-6).sqrt()


def list_batch(
    lists: RankingLists, renderer: PairRenderer, *, nil: bool
) -> tuple[Pairs, torch.Tensor, ListBatch]:
    """Return the pairs of lists, their places in the flat matrix of options, and the batch.

    With `nil`, the last option of a row is NIL; it is right where no candidate is.
    """
    found = lists.candidates
    numbers, ranks = found.query_numbers(), found.ranks()
    width = int(np.diff(found.query_offsets).max()) + nil
    right, is_option, has_prior = (np.zeros((len(lists), width), dtype=bool) for _ in range(3))
    priors = np.zeros((len(lists), width), dtype=np.float32)
    right[numbers, ranks] = lists.is_right
    is_option[numbers, ranks] = has_prior[numbers, ranks] = True
    priors[numbers, ranks] = found.scores
    pairs = renderer.pairs(lists.queries, found)
    places = numbers * width + ranks
    if nil:
        pairs = pairs + renderer.nil_pairs(lists.queries)
        right[:, -1] = ~lists.has_right
        is_option[:, -1] = True
        places = np.append(places, np.arange(1, len(lists) + 1) * width - 1)
    batch = ListBatch(*map(torch.from_numpy, (right, priors, is_option, has_prior)))
    if found.logits is not None:
        said = torch.zeros((len(lists), width))
        said[numbers, ranks] = torch.from_numpy(found.logits)
        batch = replace(batch, teacher=said)
    return pairs, torch.from_numpy(places), batch


def joined_batches(
    parts: Iterable[tuple[Pairs, torch.Tensor, ListBatch]],
) -> tuple[Pairs, torch.Tensor, ListBatch]:
    """Put batches below each other, the rows of narrower ones filled up at their ends."""
    held = list(parts)
    width = max(batch.priors.shape[1] for _, _, batch in held)
    pairs, n_rows = Pairs([], []), 0
    places = []
    for own, each, batch in held:
        own_width = batch.priors.shape[1]
        places.append((each // own_width + n_rows) * width + each % own_width)
        pairs, n_rows = pairs + own, n_rows + len(batch.priors)
    columns = [
        torch.cat([_widened(getattr(batch, name), width) for _, _, batch in held])
        for name in ("is_right", "priors", "is_option", "has_prior")
    ]
    said = [batch.teacher for _, _, batch in held if batch.teacher is not None]
    teacher = torch.cat([_widened(each, width) for each in said]) if said else None
    return pairs, torch.cat(places), replace(ListBatch(*columns), teacher=teacher)


def _widened(values: torch.Tensor, width: int) -> torch.Tensor:
    return torch.nn.functional.pad(values, (0, width - values.shape[1]))
