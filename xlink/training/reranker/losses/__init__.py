"""Losses of the re-ranker, one a file, and the regularisers that are added to them.

A loss takes logits *(lists, options)* and a `ListBatch` and returns a mean over lists. So does a
regulariser, which compares the logits with the scores that the candidates came with.
"""

from xlink.training.reranker.losses.objective import LOSSES, REGULARISERS, Objective

__all__ = ["LOSSES", "REGULARISERS", "Objective"]
