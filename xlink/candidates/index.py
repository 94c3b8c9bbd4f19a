"""Indexes on disk: named arrays, mapped into memory, bound to the terminology they index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xlink.artifact import Json
from xlink.terminology import Terminology
from xlink.terminology.bound import open_bound, write_bound

__all__ = ["load_arrays", "save_arrays"]

Array = npt.NDArray[Any]


def save_arrays(
    path: Path,
    arrays: Mapping[str, Array],
    *,
    kind: str,
    format_version: int,
    terminology: Terminology,
    parameters: Mapping[str, Json],
) -> None:
    """Write arrays as `.npy` files of an artifact that names its terminology's fingerprint."""
    with write_bound(
        path, kind=kind, format_version=format_version, terminology=terminology
    ) as writer:
        for name, array in arrays.items():
            np.save(writer.folder / f"{name}.npy", array, allow_pickle=False)
        writer.parameters |= parameters


def load_arrays(
    path: Path, *, kind: str, format_version: int, terminology: Terminology
) -> tuple[dict[str, Array], dict[str, Json]]:
    """Map the arrays of an index into memory; return them with the recorded parameters.

    Raises:
        ArtifactError: it is missing or damaged.
        StaleIndexError: it was made for another terminology.
    """
    artifact = open_bound(path, kind=kind, format_version=format_version, terminology=terminology)
    arrays = {
        Path(name).stem: np.load(artifact.folder / name, mmap_mode="r", allow_pickle=False)
        for name in artifact.manifest.files
    }
    return arrays, artifact.manifest.parameters
