"""Artifacts made from a terminology, and bound to the build they were made from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlink.artifact import Artifact, ArtifactWriter, open_artifact, write_artifact
from xlink.errors import StaleIndexError
from xlink.terminology.store import Terminology

__all__ = ["open_bound", "write_bound"]

_REMEDY = "build the index again with `xlink index`"


@contextmanager
def write_bound(
    path: Path, *, kind: str, format_version: int, terminology: Terminology
) -> Iterator[ArtifactWriter]:
    """Collect an index as `write_artifact` does, with the fingerprint of its terminology."""
    with write_artifact(path, kind=kind, format_version=format_version) as writer:
        writer.parameters["terminology"] = terminology.fingerprint
        yield writer


def open_bound(path: Path, *, kind: str, format_version: int, terminology: Terminology) -> Artifact:
    """Open an index of `terminology`.

    Raises:
        ArtifactError: it is missing, damaged or of another format.
        StaleIndexError: it was made from another terminology, or an older build of this one.
    """
    artifact = open_artifact(path, kind=kind, format_version=format_version, remedy=_REMEDY)
    if artifact.manifest.parameters["terminology"] != terminology.fingerprint:
        raise StaleIndexError(
            f"{path} was made from another terminology than {terminology.name} at "
            f"{terminology.path}, or from an older build of it. To mend this, {_REMEDY}."
        )
    return artifact
