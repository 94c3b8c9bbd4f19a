"""Any encoder of Hugging Face as a student: what is frozen, how fast each layer learns."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from xlink.encoders.transformer import Pooling, TransformerEncoder

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

__all__ = ["TransformerStudent"]

_LAYER = re.compile(r"(?:^|\.)(?:layers?|h|blocks?)\.(\d+)\.")
_BUCKET_TEXTS = 32


class TransformerStudent:
    """A transformer whose pooled last layer is trained; `encoder` says how it reads a text.

    `freeze_embeddings` keeps the table of token vectors as it is, which for multilingual models is
    most of the weights, and whose rare rows a small terminology would only spoil. A layer's
    learning rate is `layer_decay` times that of the one above it. `checkpointing` computes the
    inner states anew for the gradient instead of keeping them: a third slower, a fraction of the
    memory. `bf16` computes in 16 bits what can be; the weights stay in 32.
    """

    def __init__(
        self,
        encoder: TransformerEncoder,
        *,
        freeze_embeddings: bool = False,
        layer_decay: float = 1.0,
        checkpointing: bool = False,
        bf16: bool = False,
        device: str = "cpu",
    ) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.network = encoder.model.to(device)
        self.layer_decay = layer_decay
        self.bf16 = bf16
        self._encoder = encoder
        numbers = [_layer(name) for name, _ in self.network.named_parameters()]
        self._n_layers = 1 + max((each for each in numbers if each is not None), default=-1)
        self.network.requires_grad_(True)
        if freeze_embeddings:
            self.network.get_input_embeddings().requires_grad_(False)
        if checkpointing:
            _recompute(self.network)

    @classmethod
    def open(
        cls,
        model: Path | str,
        *,
        revision: str | None = None,
        pooling: Pooling | None = None,
        max_tokens: int = 25,
        freeze_embeddings: bool = False,
        layer_decay: float = 1.0,
        checkpointing: bool = False,
        bf16: bool = False,
        device: str = "cpu",
    ) -> Self:
        """Open a folder, or a model of the hub at a revision, as `TransformerEncoder.open` does.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            ArtifactError: there is no such model, or it can't be had.
            SpecError: an option is of no use.
        """
        encoder = TransformerEncoder.open(
            model, revision=revision, pooling=pooling, max_tokens=max_tokens
        )
        return cls(
            encoder,
            freeze_embeddings=freeze_embeddings,
            layer_decay=layer_decay,
            checkpointing=checkpointing,
            bf16=bf16,
            device=device,
        )

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Return one vector of length 1 a text, with gradients. *Shape:* (n, dimension)

        Texts of about one length are computed together, so that little is spent on padding.
        """
        import torch

        self.network.train()
        tokenizer = self._encoder.tokenizer
        ids = tokenizer(list(texts), truncation=True, max_length=self._encoder.max_tokens)
        lengths = np.array([len(each) for each in ids["input_ids"]])
        order = np.argsort(lengths, kind="stable")
        parts = []
        for start in range(0, len(order), _BUCKET_TEXTS):
            chosen = order[start : start + _BUCKET_TEXTS].tolist()
            rows = {"input_ids": [ids["input_ids"][place] for place in chosen]}
            given = tokenizer.pad(rows, return_tensors="pt")
            parts.append(self._pooled(given["input_ids"], given["attention_mask"]))
        return torch.cat(parts)[torch.from_numpy(np.argsort(order)).to(self.network.device)]

    def _pooled(self, ids: Tensor, mask: Tensor) -> Tensor:
        import torch

        device = self.network.device
        ids, mask = ids.to(device), mask.to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=self.bf16):
            states = self.network(input_ids=ids, attention_mask=mask).last_hidden_state
        states = states.float()
        if self._encoder.pooling == "cls":
            pooled = states[:, 0]
        else:
            counted = mask[..., None].to(states.dtype)
            pooled = (states * counted).sum(dim=1) / counted.sum(dim=1)
        return torch.nn.functional.normalize(pooled, dim=1)

    def pace(self, parameter: str) -> float:
        """Return `layer_decay` to the power of the number of layers above a parameter.

        Embeddings count as a layer below the first, and what has no layer as the last.
        """
        layer = _layer(parameter)
        if layer is None:
            layer = -1 if "embed" in parameter else self._n_layers - 1
        return float(self.layer_decay ** (self._n_layers - 1 - layer))

    def encoder(self) -> TransformerEncoder:
        """Return the encoder as it stands."""
        self.network.eval()
        return self._encoder

    def save(self, folder: Path) -> None:
        """Write the layout of sentence-transformers: transformer, pooling, vectors of length 1."""
        self.network.save_pretrained(folder)
        self._encoder.tokenizer.save_pretrained(folder)
        _write_modules(folder, self._encoder)


def _recompute(network: PreTrainedModel) -> None:
    name = "activation_checkpointing_enable"  # of transformers 5; before, another
    enable = getattr(network, name, None) or network.gradient_checkpointing_enable
    enable({"use_reentrant": False})


def _layer(parameter: str) -> int | None:
    found = _LAYER.search(parameter)
    return None if found is None else int(found[1])


def _write_modules(folder: Path, encoder: TransformerEncoder) -> None:
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    modules = [
        {"idx": idx, "name": str(idx), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for idx, (path, kind) in enumerate(kinds.items())
    ]
    pooling = {
        "word_embedding_dimension": encoder.dimension,
        "pooling_mode_cls_token": encoder.pooling == "cls",
        "pooling_mode_mean_tokens": encoder.pooling == "mean",
    }
    for path in kinds:
        (folder / path).mkdir(exist_ok=True)
    for name, content in (
        ("modules.json", modules),
        ("1_Pooling/config.json", pooling),
        ("sentence_bert_config.json", {"max_seq_length": encoder.max_tokens}),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
