"""Transformers of Hugging Face and sentence-transformers, by name and revision or from a folder."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from xlink.encoders.blocks import encode_in_blocks
from xlink.errors import ArtifactError, MissingExtraError, SpecError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = [
    "Pooling",
    "TransformerEncoder",
    "is_transformer_folder",
    "open_transformer",
    "quiet",
    "require_torch",
    "stated_pooling",
]

Floats = npt.NDArray[np.float32]
Pooling = Literal["cls", "mean"]

_BLOCK_TOKENS = 64
_POOLING_FILE = "1_Pooling/config.json"


class TransformerEncoder:
    """Encodes with the last layer of a transformer, pooled; vectors have length 1.

    Of a text the first `max_tokens` count, with the two that mark its ends: 25, as the authors of
    SapBERT use for names. `pooling` takes the first token's vector (`cls`), or the `mean` of all.
    """

    def __init__(
        self,
        name: str,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        pooling: Pooling,
        max_tokens: int,
    ) -> None:
        self.name = name
        self.dimension = int(model.config.hidden_size)
        self.pooling = pooling
        self.max_tokens = max_tokens
        self.model = model.eval()
        self.tokenizer = tokenizer

    @classmethod
    def open(
        cls,
        model: Path | str,
        *,
        revision: str | None = None,
        pooling: Pooling | None = None,
        max_tokens: int = 25,
    ) -> Self:
        """Open a folder, or a model of the hub at a revision; what is cached needs no network.

        Without `pooling`, that which a folder of sentence-transformers states, else `cls`. With
        `HF_HUB_OFFLINE=1` only the cache is looked at.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            ArtifactError: there is no such model, or it can't be had.
            SpecError: an option is of no use.
        """
        if pooling is not None and pooling not in get_args(Pooling):
            raise SpecError(f"pooling is {' or '.join(get_args(Pooling))}, not {pooling!r}.")
        place = str(model)
        network, tokenizer = open_transformer(place, revision=revision)
        used = pooling or (stated_pooling(Path(place)) if revision is None else None) or "cls"
        name = place if revision is None else f"hf:{place}@{revision}"
        options = [] if pooling is None else [f"pooling={pooling}"]
        options += [] if max_tokens == 25 else [f"max_tokens={max_tokens}"]
        name += f"?{'&'.join(options)}" if options else ""
        return cls(name, network, tokenizer, pooling=used, max_tokens=max_tokens)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one vector of length 1 a text. *Shape:* (n, dimension)"""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        tokens = self.tokenizer(list(texts), truncation=True, max_length=self.max_tokens)
        return encode_in_blocks(
            tokens["input_ids"], self._forward, dimension=self.dimension, n_tokens=_BLOCK_TOKENS
        )

    def _forward(self, ids: npt.NDArray[np.int64]) -> Floats:
        import torch

        with torch.inference_mode():
            given = torch.from_numpy(ids).to(self.model.device)
            states = self.model(
                input_ids=given, attention_mask=torch.ones_like(given)
            ).last_hidden_state
            pooled = states[:, 0] if self.pooling == "cls" else states.mean(dim=1)
            vectors: Floats = torch.nn.functional.normalize(pooled.float(), dim=1).cpu().numpy()
        return vectors


def open_transformer(
    model: str, *, revision: str | None = None
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Open network and tokenizer of a folder or of the hub; what is cached needs no network.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ArtifactError: there is no such model, or it can't be had.
    """
    require_torch("A transformer")
    from transformers import AutoModel, AutoTokenizer

    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(model, revision=revision)
            return AutoModel.from_pretrained(model, revision=revision), tokenizer
    except (OSError, ValueError) as error:
        raise ArtifactError(f"The model {model} can't be opened: {error}") from None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from drawing bars for what takes a moment."""
    from transformers.utils import logging

    if not logging.is_progress_bar_enabled():
        yield
        return
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.enable_progress_bar()


def require_torch(feature: str) -> None:
    """Refuse a `feature` that needs torch and transformers where they are not installed.

    Raises:
        MissingExtraError: they are not.
    """
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(feature, "neural")


def is_transformer_folder(folder: Path) -> bool:
    """Tell whether a folder holds a transformer."""
    return (folder / "config.json").is_file() and any(
        (folder / weights).is_file() or list(folder.glob(weights))
        for weights in ("*.safetensors", "pytorch_model*.bin")
    )


def stated_pooling(folder: Path) -> Pooling | None:
    """Return the pooling that a folder of sentence-transformers states; None if it states none.

    Raises:
        SpecError: it is neither `cls` nor `mean`.
    """
    place = folder / _POOLING_FILE
    if not place.is_file():
        return None
    told = json.loads(place.read_text(encoding="utf-8"))
    mode = told.get("pooling_mode")
    if mode == "cls" or told.get("pooling_mode_cls_token"):
        return "cls"
    if mode == "mean" or told.get("pooling_mode_mean_tokens"):
        return "mean"
    raise SpecError(f"{place} asks for a pooling other than {' or '.join(get_args(Pooling))}.")
