"""Indexes on disk: named arrays, mapped into memory, bound to the terminology they index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xlink.artifact import Json, open_artifact, write_artifact
from xlink.errors import StaleIndexError
from xlink.terminology import Terminology

__all__ = ["load_arrays", "save_arrays"]

Array = npt.NDArray[Any]

_REMEDY = "build the index again with `xlink index`"


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
    with write_artifact(path, kind=kind, format_version=format_version) as writer:
        for name, array in arrays.items():
            np.save(writer.folder / f"{name}.npy", array, allow_pickle=False)
        writer.parameters |= {"terminology": terminology.fingerprint, **parameters}


def load_arrays(
    path: Path, *, kind: str, format_version: int, terminology: Terminology
) -> tuple[dict[str, Array], dict[str, Json]]:
    """Map the arrays of an index into memory; return them with the recorded parameters.

    Raises:
        ArtifactError: it is missing or damaged.
        StaleIndexError: it was made for another terminology.
    """
    artifact = open_artifact(path, kind=kind, format_version=format_version, remedy=_REMEDY)
    parameters = artifact.manifest.parameters
    if parameters["terminology"] != terminology.fingerprint:
        raise StaleIndexError(
            f"{path} indexes another terminology than {terminology.name} at {terminology.path}, "
            f"or an older build of it. To mend this, {_REMEDY}."
        )
    arrays = {
        Path(name).stem: np.load(artifact.folder / name, mmap_mode="r", allow_pickle=False)
        for name in artifact.manifest.files
    }
    return arrays, parameters
