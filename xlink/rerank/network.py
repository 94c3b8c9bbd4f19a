"""The cross-encoder: a transformer that reads mention and candidate together, and a linear output.

Importing this module needs torch; `xlink.rerank` does so only when a network is made or opened.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, get_args

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file

from xlink.encoders.hub import HUB, hub_model
from xlink.encoders.transformer import Pooling, open_transformer, quiet, stated_pooling
from xlink.errors import SpecError
from xlink.rerank.blocks import Forward
from xlink.rerank.rendering import MARKERS
from xlink.rerank.template import PairTemplate

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["CrossEncoder", "Head", "Precision"]

Head = Literal["pooled", "sides"]
Precision = Literal["auto", "float32", "bfloat16"]
"""What matrix products are made in; `auto` takes bfloat16 where the device multiplies it itself."""

_HEAD, _FACTS = "head.safetensors", "head.json"


class CrossEncoder(torch.nn.Module):
    """Scores pairs: one logit each, higher is better.

    The head `pooled` reads the pooled states of the last layer. `sides` reads, beside them, how the
    mean states of the two sides agree: their product and the distance of each dimension, which
    for an encoder of sentences says much before any training.
    """

    def __init__(
        self,
        name: str,
        backbone: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        pooling: Pooling,
        head: Head = "pooled",
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.name = name
        self.backbone = backbone
        self.tokenizer = tokenizer
        self.pooling = pooling
        self.head = head
        width = int(backbone.config.hidden_size)
        self.output = torch.nn.Linear(width * (3 if head == "sides" else 1), 1)
        self.dropout = torch.nn.Dropout(dropout)
        n_types = int(getattr(backbone.config, "type_vocab_size", 0) or 0)
        second_type = PairTemplate.of(tokenizer.backend_tokenizer).second_type
        self._second_type = min(second_type, max(0, n_types - 1))

    @classmethod
    def from_base(
        cls,
        base: str,
        *,
        pooling: Pooling | None = None,
        head: Head = "pooled",
        layers: int | None = None,
        dropout: float = 0.1,
        seed: int = 0,
    ) -> Self:
        """Make an untrained cross-encoder of a folder or of `hf:organisation/model@revision`.

        The markers are added to its tokenizer, each with the vector of a sign alike. `pooling` is
        what a folder of sentence-transformers states, or else `cls`. Only the lowest `layers` are
        kept, if told. `dropout` is that of all parts of the network in training.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            ArtifactError: there is no such model, or it can't be had.
            SpecError: an option is of no use, or the model has no fast tokenizer.
        """
        if head not in get_args(Head):
            raise SpecError(f"head is {' or '.join(get_args(Head))}, not {head!r}.")
        place, revision = hub_model(base) if base.startswith(HUB) else (base, None)
        backbone, tokenizer = open_transformer(place, revision=revision)
        if not getattr(tokenizer, "is_fast", False):
            raise SpecError(f"{base} has no fast tokenizer (tokenizer.json): take another model.")
        add_markers(backbone, tokenizer)
        _silence_pooler(backbone)
        used = pooling or (stated_pooling(Path(base)) if revision is None else None) or "cls"
        network = cls(base, backbone, tokenizer, pooling=used, head=head)
        network.trim(layers)
        network.set_dropout(dropout)
        network.reset_output(seed)
        return network

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            ArtifactError: the folder holds no cross-encoder.
        """
        backbone, tokenizer = open_transformer(str(folder))
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        network = cls(
            facts["base"], backbone, tokenizer, pooling=facts["pooling"], head=facts["head"]
        )
        network.output.load_state_dict(load_file(folder / _HEAD))
        network.eval()
        return network

    def save(self, folder: Path) -> None:
        """Write network and tokenizer as a Hugging Face folder, and the head beside them."""
        with quiet():
            self.backbone.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        state = {name: value.contiguous() for name, value in self.output.state_dict().items()}
        save_file(state, folder / _HEAD)
        facts = {"base": self.name, "pooling": self.pooling, "head": self.head}
        (folder / _FACTS).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")

    def trim(self, layers: int | None) -> None:
        """Drop all but the lowest `layers`, if told.

        Raises:
            SpecError: there are not so many, or they are not where they could be dropped.
        """
        if layers is not None:
            _keep_layers(self.backbone, layers, self.name)

    def set_dropout(self, share: float) -> None:
        """Drop so much of all parts of the network in training."""
        for module in self.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = share

    def reset_output(self, seed: int) -> None:
        """Draw the output anew, small enough that no order is preferred at first."""
        drawn = torch.Generator().manual_seed(seed)
        width = float(getattr(self.backbone.config, "initializer_range", 0.02))
        with torch.no_grad():
            self.output.weight.normal_(0.0, width, generator=drawn)
            self.output.bias.zero_()

    def forward(
        self, ids: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Return the logit of each pair. *Shapes:* three times (pairs, tokens) to (pairs,)"""
        return self.read(self.states(ids, segments, mask), segments, mask)

    def states(
        self, ids: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the states of the last layer; without a mask, all tokens count.

        *Shapes:* three times (pairs, tokens) to (pairs, tokens, width)
        """
        types = self.types(segments)
        given = {} if types is None else {"token_type_ids": types}
        states: torch.Tensor = self.backbone(
            input_ids=ids, attention_mask=mask, **given
        ).last_hidden_state
        return states

    def types(self, segments: torch.Tensor) -> torch.Tensor | None:
        """Return the token types of segments, None for a network that knows one alone."""
        return segments * self._second_type if self._second_type else None

    def read(
        self, states: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Return the logits that the head gives to states. *Shape:* (pairs,)"""
        return self.judge(self.features(states, segments, mask))

    def features(
        self,
        states: torch.Tensor,
        segments: torch.Tensor,
        mask: torch.Tensor | None,
        *,
        tokens: int = 1,
    ) -> torch.Tensor:
        """Return what the head reads in states, the tokens of which are along axis 0 or 1.

        *Shape:* (pairs, width), or three times as wide with the head `sides`
        """
        pooled = states.select(tokens, 0) if self.pooling == "cls" else _mean(states, mask, tokens)
        if self.head == "sides":
            sides = (1 - segments, segments)
            one, two = (
                _mean(states, side if mask is None else mask * side, tokens) for side in sides
            )
            one = torch.nn.functional.normalize(one, dim=1)
            two = torch.nn.functional.normalize(two, dim=1)
            width = one.shape[1] ** 0.5  # so that all features are of one size
            pooled = torch.cat([pooled, one * two * width, (one - two).abs() * width], dim=1)
        return pooled

    def judge(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits of `features`. *Shape:* (pairs,)"""
        logits: torch.Tensor = self.output(self.dropout(features)).squeeze(1)
        return logits.float()

    @property
    def pair_tokenizer(self) -> Tokenizer:
        """The tokenizer that pads nothing and cuts nothing off."""
        tokenizer: Tokenizer = self.tokenizer.backend_tokenizer
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def scorer(self, precision: str = "auto") -> Forward:
        """Return what scores blocks of pairs with this network, without anything for training."""
        device = self.output.weight.device

        def score(*block: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
            given = [torch.from_numpy(each).to(device) for each in block]
            with torch.inference_mode(), computing(precision, device):
                logits: npt.NDArray[np.float32] = self(*given).cpu().numpy()
            return logits

        self.eval()
        return score


def computing(precision: str, device: torch.device) -> torch.autocast:
    """Return the context in which matrix products are made in a `Precision`."""
    half = precision == "bfloat16" or (precision == "auto" and _multiplies_bfloat16(device))
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=half)


def _multiplies_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    can = torch.cpu.get_capabilities()
    return bool(can.get("avx512_bf16") or can.get("amx_bf16"))


def add_markers(backbone: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Add the markers to the tokenizer, and a vector for each: that of the sign it starts from."""
    n_before = int(backbone.get_input_embeddings().weight.shape[0])
    tokenizer.add_tokens(list(MARKERS), special_tokens=True)
    ids = {marker: int(tokenizer.convert_tokens_to_ids(marker)) for marker in MARKERS}
    needed = max(ids.values()) + 1
    if needed > n_before:
        backbone.resize_token_embeddings(needed, mean_resizing=False)
    weight = backbone.get_input_embeddings().weight
    with torch.no_grad():
        for marker, sign in MARKERS.items():
            alike = tokenizer(sign, add_special_tokens=False)["input_ids"]
            weight[ids[marker]] = weight[alike].mean(dim=0)


def _keep_layers(backbone: PreTrainedModel, n: int, base: str) -> None:
    """Drop all but the lowest `n` layers."""
    n_layers = int(backbone.config.num_hidden_layers)
    if n > n_layers:
        raise SpecError(f"{base} has {n_layers} layers, of which {n} can't be kept.")
    for name, module in backbone.named_modules():
        if isinstance(module, torch.nn.ModuleList) and len(module) == n_layers:
            backbone.set_submodule(name, module[:n])
            backbone.config.num_hidden_layers = n
            return
    raise SpecError(
        f"The layers of {base} are not where they could be dropped: leave out `layers`."
    )


def _silence_pooler(backbone: PreTrainedModel) -> None:
    """Set what comes after the last layer to 0: it has no part here, and may be drawn at random."""
    pooler = getattr(backbone, "pooler", None)
    for parameter in () if pooler is None else pooler.parameters():
        parameter.requires_grad_(False).zero_()


def _mean(states: torch.Tensor, mask: torch.Tensor | None, axis: int) -> torch.Tensor:
    if mask is None:
        return states.mean(dim=axis)
    weights = mask.unsqueeze(2).to(states.dtype)
    return (states * weights).sum(dim=axis) / weights.sum(dim=axis).clamp(min=1.0)
