"""The cross-encoder as an ONNX graph, which runs without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.encoders.onnx_graph import Precision, typical_ids, write_graph

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from xlink.rerank.network import CrossEncoder

__all__ = ["GraphScorer", "export_graph"]

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GraphScorer:
    """Scores blocks of pairs with a graph."""

    session: InferenceSession

    def __call__(self, ids: Ids, segments: Ids, mask: Ids) -> npt.NDArray[np.float32]:
        """Return the logit of each pair. *Shapes:* three times (pairs, tokens) to (pairs,)"""
        known = {each.name for each in self.session.get_inputs()}
        given = {"ids": ids, "segments": segments, "mask": mask}
        used = {name: array for name, array in given.items() if name in known}
        logits: npt.NDArray[np.float32] = self.session.run(["logits"], used)[0]
        return logits


def export_graph(network: CrossEncoder, place: Path, precision: Precision) -> None:
    """Write the network as the graph at `place`; an input that it makes no use of is left out."""
    import torch

    ids = typical_ids(network.backbone.config.vocab_size)
    segments = torch.zeros_like(ids)
    segments[:, 6:] = 1
    mask = torch.ones_like(ids)
    mask[4:, 10:] = 0
    axes = {0: "pairs", 1: "tokens"}
    # Written out, attention adds the mask; the function of torch selects by it in every layer.
    network.backbone.set_attn_implementation("eager")
    write_graph(
        network,
        {"ids": (ids, axes), "segments": (segments, axes), "mask": (mask, axes)},
        ("logits", {0: "pairs"}),
        place,
        precision,
    )
