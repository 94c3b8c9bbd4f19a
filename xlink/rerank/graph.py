"""The cross-encoder as an ONNX graph, which runs without torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.encoders.onnx_graph import Precision, typical_ids, write_graph
from xlink.rerank.template import PairTemplate

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from torch import Tensor

    from xlink.rerank.network import CrossEncoder
    from xlink.rerank.rows import RowBert

__all__ = ["GraphScorer", "export_graph"]

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GraphScorer:
    """Scores blocks of pairs with a graph, which may leave out inputs."""

    session: InferenceSession
    _inputs: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Ask the graph once what it reads."""
        inputs = frozenset(each.name for each in self.session.get_inputs())
        object.__setattr__(self, "_inputs", inputs)

    @property
    def unpadded(self) -> bool:
        """Whether it takes pairs of one length alone, in blocks of any size: it has no mask."""
        return "mask" not in self._inputs

    def __call__(self, ids: Ids, segments: Ids, mask: Ids) -> npt.NDArray[np.float32]:
        """Return the logit of each pair. *Shapes:* three times (pairs, tokens) to (pairs,)"""
        given = {"ids": ids, "segments": segments, "mask": mask}
        used = {name: array for name, array in given.items() if name in self._inputs}
        logits: npt.NDArray[np.float32] = self.session.run(["logits"], used)[0]
        return logits


def export_graph(network: CrossEncoder, place: Path, precision: Precision) -> None:
    """Write the network as the graph at `place`; an input that it makes no use of is left out.

    In 8 bits, normalised activations are rounded by fixed ranges, and there is no mask: all pairs
    of a block have the same length. Sums of products are whole numbers then, and no pair depends
    on how many there are in its block.
    """
    import torch

    from xlink.rerank.rows import RowBert

    ids, segments, mask = _typical_pairs(network)
    axes = {0: "pairs", 1: "tokens"}
    inputs = {"ids": (ids, axes), "segments": (segments, axes)}
    unpadded = precision == "int8"
    if not unpadded:
        inputs["mask"] = (mask, axes)

    rows = None
    if unpadded and RowBert.can_be(network.backbone):
        only_first = network.pooling == "cls" and network.head == "pooled"
        rows = RowBert(network.backbone, firsts=only_first)
        rows.balance(ids, network.types(segments))

    class Exported(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network, self.rows = network, rows

        def forward(self, *block: torch.Tensor) -> torch.Tensor:
            if unpadded:
                return _unpadded(self.network, self.rows, *block)
            logits: torch.Tensor = self.network(*block)
            return logits

    # Written out, attention adds the mask; the function of torch selects by it in every layer.
    network.backbone.set_attn_implementation("eager")
    write_graph(
        Exported(),
        inputs,
        ("logits", {0: "pairs"}),
        place,
        precision,
        fixed_ranges=True,
        fixed_shapes=True,
    )


def _unpadded(network: CrossEncoder, rows: RowBert | None, ids: Tensor, segments: Tensor) -> Tensor:
    """Score pairs without padding; the head reads each twice.

    ONNX Runtime adds up a single row in another way than several: there is never a single one.
    """
    import torch

    if rows is None:
        states = network.states(ids, segments, None)
        features = network.features(
            torch.cat([states, states]), torch.cat([segments, segments]), None
        )
    else:
        states = rows(ids, network.types(segments))
        own = network.features(states, segments.T, None, tokens=0)
        features = torch.cat([own, own])
    return network.judge(features)[: ids.shape[0]]


def _typical_pairs(network: CrossEncoder) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids of pieces drawn at random within the signs of a pair, segments and mask.

    The signs have the largest activations, as they have in any pair.
    """
    import torch

    template = PairTemplate.of(network.tokenizer.backend_tokenizer)
    drawn = typical_ids(network.backbone.config.vocab_size).tolist()
    joined = [template.join(one, other) for one, other in zip(drawn, drawn[::-1], strict=True)]
    ids = torch.from_numpy(np.stack([own for own, _ in joined]))
    segments = torch.zeros_like(ids)
    segments[:, joined[0][1] :] = 1
    mask = torch.ones_like(ids)
    mask[:4, -1] = 0
    return ids, segments, mask
