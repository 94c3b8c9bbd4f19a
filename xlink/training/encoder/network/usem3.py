"""The Universal Sentence Encoder Multilingual v3 as a student: small enough for a laptop."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.encoders.usem3 import Case, Usem3Encoder
from xlink.errors import MissingExtraError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Usem3Student"]

Rows = npt.NDArray[np.int64]

_BATCH = 10_000


class Usem3Student:
    """The network in torch; what it becomes runs in numpy again.

    It learns names in one `case`. The table of the vectors of its pieces, most of its weights,
    stays as it is unless `table` is set: then those of the pieces that `texts` have are trained,
    `table_pace` times as fast as the rest.
    """

    dimension = Usem3Encoder.dimension

    def __init__(
        self,
        texts: Iterable[str],
        *,
        case: Case = "lower",
        table: bool = False,
        table_pace: float = 1.0,
        base: Usem3Encoder | None = None,
    ) -> None:
        """Open the network, with the pieces of all `texts` that it will see.

        Raises:
            MissingExtraError: torch is not installed.
            DataError: the weights can't be downloaded.
        """
        if importlib.util.find_spec("torch") is None:
            raise MissingExtraError("Training", "neural")
        from xlink.training.encoder.network.usem3_module import Usem3Module

        self._base = base or Usem3Encoder(case="written")
        self._case: Case = case
        self._table_pace = table_pace
        self.name = self._base.name
        self._pieces = self._pieces_of(texts)
        self.network = Usem3Module(
            self._base.weights, self._base.network.embed(self._pieces), table=table
        )

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Return one vector of length 1 a text, with gradients. *Shape:* (n, 512)"""
        found = self._base.tokenize([self._cased(text) for text in texts])
        vectors: Tensor = self.network([np.searchsorted(self._pieces, ids) for ids in found])
        return vectors

    def pace(self, parameter: str) -> float:
        """Return `table_pace` for the table, 1 for all else."""
        return self._table_pace if parameter == "table" else 1.0

    def encoder(self) -> Usem3Encoder:
        """Return the encoder as it stands, in numpy."""
        trained = {
            name: each.detach().numpy().copy() for name, each in self.network.weights.items()
        }
        if self.network.table.requires_grad:
            trained["pieces"] = self._pieces.astype(np.int32)
            trained["vectors"] = self.network.table.detach().numpy().copy()
        return Usem3Encoder(case=self._case, name=self.name, trained=trained)

    def save(self, folder: Path) -> None:
        """Write what was trained, for `open_encoder`."""
        self.encoder().save(folder)

    def _cased(self, text: str) -> str:
        return text.lower() if self._case == "lower" else text

    def _pieces_of(self, texts: Iterable[str]) -> Rows:
        every = [self._cased(text) for text in texts]
        found = np.empty(0, dtype=np.int64)
        for start in range(0, len(every), _BATCH):
            ids = self._base.tokenize(every[start : start + _BATCH])
            found = np.union1d(found, np.concatenate([np.array(each) for each in ids]))
        return found.astype(np.int64)
