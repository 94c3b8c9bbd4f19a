"""Mention detection by a token classifier of Hugging Face."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from xlink.detect.models.classified import Classified, Floats, Words
from xlink.detect.models.marking import marked
from xlink.detect.models.schemes import tag_of
from xlink.detect.options import read_options, written_options
from xlink.encoders.blocks import blocks_of
from xlink.encoders.hub import HUB, hub_model
from xlink.encoders.transformer import require_torch
from xlink.errors import ArtifactError, SpecError, UnknownNameError
from xlink.types import NO_FILTER, Document, Filter

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["TokenClassifier", "TokenOptions"]

_BLOCK_TOKENS = 256
_AT_ONCE_CHARS = 500_000


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """How a token classifier is read.

    `labels` says which types of entities count and what they become; if it is empty, all stay as
    they are. A text longer than `max_tokens`, or than the model takes, comes in windows that share
    `stride` tokens, at most half of each. Of a word in several tokens the `first` decides, or their
    `mean`; `none` takes every token by itself, for scripts without spaces. Entities whose words
    have a mean probability below `threshold` are left out.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    max_tokens: int = 512
    stride: int = 64
    words: Words = "first"
    threshold: float = 0.0


class TokenClassifier:
    """Marks what a token classifier finds; the scheme (BIO, BILOU, IO) is told by its labels.

    ```python
    TokenClassifier.open("models/ner", TokenOptions(labels={"DISEASE": "Disease"}))
    ```

    Tokens of a text count once each, with the context of the window that they are farthest
    inside of. `name` is what `Linker.open(detector=...)` takes; it is empty for a model made
    elsewhere.

    Raises:
        SpecError: the tokenizer does not say where tokens stand, or windows would have no room.
        UnknownNameError: the model has no such label.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        options: TokenOptions | None = None,
        *,
        place: str = "",
    ) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.options = TokenOptions() if options is None else options
        self.place = place
        names = {int(number): str(label) for number, label in model.config.id2label.items()}
        self._tags = [tag_of(names[number]) for number in range(len(names))]
        if not tokenizer.is_fast:
            raise SpecError(f"{place}: its tokenizer does not say where tokens stand in a text.")
        types = {type_ for place, type_ in self._tags if place != "O"}
        for label in self.options.labels:
            if label not in types:
                raise UnknownNameError(f"label of {place or 'the model'}:", label, types)
        self._max_tokens, self._stride = self._window()

    @classmethod
    def open(
        cls,
        model: Path | str,
        options: TokenOptions | None = None,
        *,
        revision: str | None = None,
    ) -> Self:
        """Open a folder, or a model of the hub at a revision; what is cached needs no network.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            ArtifactError: there is no such model, or it can't be had.
            SpecError: it is no token classifier, or an option is of no use.
        """
        require_torch("A token classifier")
        from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer

        given = str(model)
        try:
            config = AutoConfig.from_pretrained(given, revision=revision)
            names = config.architectures or []
            if not any(name.endswith("ForTokenClassification") for name in names):
                raise SpecError(f"{given} is no token classifier, but {', '.join(names) or '?'}.")
            tokenizer = AutoTokenizer.from_pretrained(given, revision=revision)
            network = AutoModelForTokenClassification.from_pretrained(given, revision=revision)
        except SpecError:
            raise
        except (OSError, ValueError) as error:
            raise ArtifactError(f"The model {given} can't be opened: {error}") from None
        place = given if revision is None else f"{given}@{revision}"
        return cls(network, tokenizer, options, place=place)

    @classmethod
    def from_name(cls, model: str, options: str) -> Self:
        """Open what `hf:MODEL@REVISION?OPTIONS` names, or a folder.

        Raises:
            SpecError: an option is of no use, a hub model has no revision, or the model is no token
                classifier.
            MissingExtraError: torch or transformers is not installed.
            ArtifactError: there is no such model, or it can't be had.
        """
        told = read_options(TokenOptions, options, of=f"{HUB}{model}")
        if Path(model).is_dir():
            return cls.open(model, told)
        name, revision = hub_model(f"{HUB}{model}")
        return cls.open(name, told, revision=revision)

    @property
    def name(self) -> str:
        """What opens this detector again; empty if nothing does."""
        options = written_options(self.options)
        return f"{HUB}{self.place}{'?' if options else ''}{options}" if self.place else ""

    def with_options(self, options: TokenOptions) -> Self:
        """Return a detector of the same model with other options."""
        return type(self)(self.model, self.tokenizer, options, place=self.place)

    def detect(
        self,
        documents: Sequence[Document],
        where: Filter = NO_FILTER,  # noqa: ARG002 - a model knows no terminology
    ) -> list[Document]:
        """Return the documents with what is found in place of the mentions they had."""
        told = self.options
        return [
            marked(document, found, told.labels, nested=False)
            for some in _groups(documents)
            for document, classified in zip(some, self._classified(some), strict=True)
            for found in [classified.entities(self._tags, told.words, told.threshold)]
        ]

    def _classified(self, documents: Sequence[Document]) -> list[Classified]:
        """Return what the model says of the tokens of each document."""
        encoded = self.tokenizer(
            [document.text for document in documents],
            truncation=True,
            max_length=self._max_tokens,
            stride=self._stride,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        said: list[Floats] = [np.empty(0, dtype=np.float32)] * len(encoded["input_ids"])
        for numbers, block in blocks_of(encoded["input_ids"], _n_rows):
            for number, row in zip(numbers.tolist(), self._forward(block), strict=False):
                said[number] = row
        owners = np.array(encoded["overflow_to_sample_mapping"])
        return [
            Classified.joined(encoded, np.flatnonzero(owners == each), said, self._stride)
            for each in range(len(documents))
        ]

    def _forward(self, ids: np.ndarray) -> Floats:
        """Return the probabilities of labels. *Shape:* (texts, tokens, labels)"""
        import torch

        with torch.inference_mode():
            given = torch.from_numpy(ids).to(self.model.device)
            logits = self.model(input_ids=given, attention_mask=torch.ones_like(given)).logits
            said: Floats = torch.softmax(logits.float(), dim=-1).cpu().numpy()
        return said

    def _window(self) -> tuple[int, int]:
        """Return how many tokens a window has, with the special ones, and how many it shares."""
        own = getattr(self.model.config, "max_position_embeddings", None)
        limits = [self.options.max_tokens, self.tokenizer.model_max_length, own]
        limit = min(each for each in limits if each is not None)
        room = limit - self.tokenizer.num_special_tokens_to_add()
        if room < 1 or self.options.stride < 0:
            raise SpecError(
                f"Windows of {room} tokens that share {self.options.stride} don't cover a text: "
                "max_tokens has to be larger than the number of special tokens, and stride not "
                "negative."
            )
        return int(limit), min(self.options.stride, room // 2)


def _n_rows(length: int) -> int:
    # The same for every block of a length, so that what is computed beside a text is no matter.
    return max(1, _BLOCK_TOKENS // max(1, length))


def _groups(documents: Sequence[Document]) -> Iterator[list[Document]]:
    waiting: list[Document] = []
    n_chars = 0
    for document in documents:
        waiting.append(document)
        n_chars += len(document.text)
        if n_chars >= _AT_ONCE_CHARS:
            yield waiting
            waiting, n_chars = [], 0
    if waiting:
        yield waiting
