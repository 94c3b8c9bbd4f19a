"""Folders that xlink builds: written aside, swapped in whole, and checked when opened.

An artifact `icd10/` holds `manifest.json` and one generation folder named after its fingerprint,
in which the data files lie. A build fills a temporary folder, renames it to its generation and
then replaces the manifest, which is the only step that counts and is atomic on every platform:
killed at any moment, the folder still opens as what it was before.
"""

from __future__ import annotations

import itertools
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from xlink.errors import ArtifactError
from xlink.manifest import (
    GENERATION,
    MANIFEST,
    Json,
    Manifest,
    check_file,
    file_record,
    read_manifest,
    refuse_other_format,
)

__all__ = [
    "Artifact",
    "ArtifactWriter",
    "Json",
    "Manifest",
    "is_artifact",
    "open_artifact",
    "write_artifact",
]

_TEMPORARY = ".tmp-"
_STALE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Artifact:
    """An opened artifact: the folder of its data files, and its manifest."""

    folder: Path
    manifest: Manifest


@dataclass(slots=True)
class ArtifactWriter:
    """Where a build puts its data files and the parameters that its manifest records."""

    folder: Path
    parameters: dict[str, Json] = field(default_factory=dict)


@contextmanager
def write_artifact(path: Path, *, kind: str, format_version: int) -> Iterator[ArtifactWriter]:
    """Collect an artifact in a temporary folder and swap it in when the block ends well.

    On an error, or when the process is killed, what was at `path` before stays as it was. It also
    stays if the new content equals it, so that those who have it open are not disturbed.

    Raises:
        ArtifactError: `path` is a file, or a folder of something else.
    """
    _refuse_foreign_folder(path)
    path.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    temporary.mkdir()
    try:
        writer = ArtifactWriter(temporary)
        yield writer
        entries = sorted(entry for entry in temporary.rglob("*") if entry.is_file())
        files = {entry.relative_to(temporary).as_posix(): file_record(entry) for entry in entries}
        manifest = Manifest(kind, format_version, dict(writer.parameters), files)
        if not _is_whole(path, manifest):
            _swap_in(path, temporary, manifest)
        _remove_stale(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def is_artifact(path: Path) -> bool:
    """Tell whether a folder holds an artifact, whole or not."""
    return (path / MANIFEST).is_file()


def open_artifact(
    path: Path, *, kind: str, format_version: int, verify: bool = False, remedy: str = "build it"
) -> Artifact:
    """Open the artifact at `path` after checking that it is whole.

    Files up to 64 MiB are compared with their SHA-256; of larger ones the size and 16 blocks are
    looked at, unless `verify` asks for every byte. `remedy` completes "To mend this, …".

    Raises:
        ArtifactError: nothing is there, or it is cut, edited, of another kind or a newer format.
    """
    refuse_other_format(path, kind, format_version, remedy)
    manifest, generation = read_manifest(path, remedy)
    artifact = Artifact(path / generation, manifest)
    for name, record in manifest.files.items():
        check_file(artifact.folder / name, record, verify=verify, remedy=remedy)
    return artifact


def _installed(path: Path) -> tuple[Manifest, str] | None:
    try:
        return read_manifest(path, "")
    except ArtifactError:
        return None


def _is_whole(path: Path, manifest: Manifest) -> bool:
    """Tell whether the artifact at `path` is already what `manifest` describes, to the byte."""
    found = _installed(path)
    if found is None or found[0].fingerprint != manifest.fingerprint:
        return False
    try:
        for name, record in manifest.files.items():
            check_file(path / found[1] / name, record, verify=True, remedy="")
    except ArtifactError:
        return False
    return True


def _swap_in(path: Path, temporary: Path, manifest: Manifest) -> None:
    previous = _installed(path)
    generation = _free_name(path, manifest.fingerprint[:12])
    temporary.replace(path / generation)
    written = _temporary(path)
    with written.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(manifest.sealed(generation))
        stream.flush()
        os.fsync(stream.fileno())
    written.replace(path / MANIFEST)
    if previous is not None:
        shutil.rmtree(path / previous[1], ignore_errors=True)


def _temporary(path: Path) -> Path:
    # Not by `tempfile`: what it makes is for its owner alone, and terminologies are shared.
    return path / f"{_TEMPORARY}{uuid.uuid4().hex}"


def _free_name(path: Path, stem: str) -> str:
    # A rebuild of a damaged artifact must not touch the folder that the manifest still points to.
    return next(
        name for name in (f"{stem}-{n}" for n in itertools.count()) if not (path / name).exists()
    )


def _remove_stale(path: Path) -> None:
    """Remove what killed builds left behind; younger leftovers may be those of a running one."""
    _, installed = read_manifest(path, "")
    for entry in path.iterdir():
        if entry.name == installed or not _is_ours(entry):
            continue
        try:
            if time.time() - entry.stat().st_mtime < _STALE_S:
                continue
        except FileNotFoundError:
            continue  # another build has removed it
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _is_ours(entry: Path) -> bool:
    return entry.name.startswith(_TEMPORARY) or GENERATION.fullmatch(entry.name) is not None


def _refuse_foreign_folder(path: Path) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise ArtifactError(f"{path} is a file. Name an empty or new folder.")
    names = sorted(each.name for each in path.iterdir() if not each.name.startswith(_TEMPORARY))
    known = _installed(path) is not None or any(map(GENERATION.fullmatch, names))
    if names and not known:
        raise ArtifactError(
            f"{path} holds other files ({names[0]}, …) and no artifact of xlink. "
            "Name an empty or new folder."
        )
