"""A BERT written for export: the tokens of a block are rows of one matrix, place after place.

The same network as Hugging Face's, put in a way that takes ONNX Runtime less time:

- The first tokens of all pairs come first, then the second ones: attention reads queries, keys and
  values where they are, and a row is rounded without a change of shape.
- The constant of a product whose result is added to what was normalised is added by that
  normalisation; the products of what was normalised take it off their own constants.
- What is large in the same channels of all that attention gives is divided out of the values, and
  multiplied into the weights that it meets.
- GELU by tanh, .0005 off at most: far less than a step of 8 bits.
- Where only the first token of a pair is read in the end, the last layer makes no state of others.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

import torch

from xlink.encoders.onnx_rounding import balance

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

__all__ = ["RowBert"]

_ALIKE = ("BertModel", "RobertaModel", "XLMRobertaModel", "CamembertModel")


class RowBert(torch.nn.Module):
    """Computes the states of a BERT's last layer, without padding; `firsts`, of first tokens."""

    def __init__(self, backbone: PreTrainedModel, *, firsts: bool = False) -> None:
        super().__init__()
        own: Any = copy.deepcopy(backbone).eval()
        self._n_heads, self._width = int(own.config.num_attention_heads), own.config.hidden_size
        self._firsts = firsts
        self.norm, self.layers = own.embeddings.LayerNorm, own.encoder.layer
        self.embeddings = own.embeddings
        self.embeddings.LayerNorm = torch.nn.Identity()
        with torch.no_grad():
            _move_constants(self.norm, self.layers)

    @staticmethod
    def can_be(backbone: PreTrainedModel) -> bool:
        """Tell whether it is a BERT in all but name, with GELU and absolute positions."""
        config = backbone.config
        return (
            type(backbone).__name__ in _ALIKE
            and config.hidden_act == "gelu"
            and getattr(config, "position_embedding_type", None) in (None, "absolute")
            and not getattr(config, "is_decoder", False)
        )

    def forward(self, ids: Tensor, types: Tensor | None) -> Tensor:
        """Return states. *Shapes:* twice (pairs, tokens) to (tokens, pairs, width)

        Of first tokens alone, (1, pairs, width).
        """
        return self._states_and_contexts(ids, types)[0]

    def balance(self, ids: Tensor, types: Tensor | None) -> None:
        """Move what is large in what attention gives, on examples, into weights.

        Source: Xiao et al., SmoothQuant, ICML 2023, equation 4, as `round_products` has it.
        """
        with torch.no_grad():
            contexts = self._states_and_contexts(ids, types)[1]
            for layer, context in zip(self.layers, contexts, strict=True):
                value, output = layer.attention.self.value, layer.attention.output.dense
                largest = context.abs().amax(dim=0).numpy()
                moved = torch.from_numpy(balance(largest, [output.weight.T.numpy()]))
                value.weight.div_(moved[:, None])
                value.bias.div_(moved)
                output.weight.mul_(moved)

    def _states_and_contexts(
        self, ids: Tensor, types: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Return the states, and what attention gives in each layer."""
        n_pairs = ids.shape[0]
        parted = (-1, n_pairs, self._n_heads, self._width // self._n_heads)
        embedded = self.embeddings(input_ids=ids, token_type_ids=types)
        rows = self.norm(embedded.transpose(0, 1).reshape(-1, self._width))
        contexts = []
        for layer in self.layers:
            is_last = layer is self.layers[-1]
            asked = rows[:n_pairs] if self._firsts and is_last else rows
            contexts.append(self._attended(layer.attention.self, asked, rows, parted))
            output = layer.attention.output
            rows = output.LayerNorm(_product(output.dense, contexts[-1]) + asked)
            inner = _gelu(_product(layer.intermediate.dense, rows))
            rows = layer.output.LayerNorm(_product(layer.output.dense, inner) + rows)
        return rows.view(-1, n_pairs, self._width), contexts

    def _attended(
        self, attention: Any, asked: Tensor, rows: Tensor, parted: tuple[int, ...]
    ) -> Tensor:
        """Return what attention gives to `asked`; ONNX Runtime needs no copies for the axes."""
        queries = _product(attention.query, asked).view(parted).permute(1, 2, 0, 3)
        keys = _product(attention.key, rows).view(parted).permute(1, 2, 3, 0)
        values = _product(attention.value, rows).view(parted).permute(1, 2, 0, 3)
        shares = torch.softmax(queries @ keys * parted[3] ** -0.5, dim=-1)
        return (shares @ values).permute(2, 0, 1, 3).reshape(-1, self._width)


def _product(dense: Any, rows: Tensor) -> Tensor:
    """Return a product as one node and its constant as another, which is what is rounded."""
    product: Tensor = rows @ dense.weight.T
    return product if dense.bias is None else product + dense.bias


def _gelu(given: Tensor) -> Tensor:
    """Return GELU by tanh, in the form that ONNX Runtime makes one node of."""
    inner = given * math.sqrt(2 / math.pi) * (1.0 + 0.044715 * given * given)
    return 0.5 * given * (1.0 + torch.tanh(inner))


def _move_constants(norm: Any, layers: Any) -> None:
    """Have normalisations add the constants of the products that theirs is added to."""
    for layer in layers:
        attention, inner = layer.attention.self, layer.intermediate.dense
        users = [attention.query, attention.key, attention.value]
        _move_constant(layer.attention.output.dense, norm, users)
        _move_constant(layer.output.dense, layer.attention.output.LayerNorm, [inner])
        norm = layer.output.LayerNorm


def _move_constant(dense: Any, norm: Any, users: list[Any]) -> None:
    norm.bias.add_(dense.bias)
    for user in users:
        user.bias.sub_(user.weight @ dense.bias)
    dense.bias = None
