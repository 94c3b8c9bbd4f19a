"""Folders that xlink builds: written aside, swapped in whole, and checked when opened.

An artifact `icd10/` holds `manifest.json` and one generation folder named after its fingerprint,
in which the data files lie. A build fills a temporary folder, renames it to its generation and
then replaces the manifest, which is the only step that counts and is atomic on every platform:
killed at any moment, the folder still opens as what it was before.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from xlink.errors import ArtifactError

__all__ = [
    "Artifact",
    "ArtifactWriter",
    "Json",
    "Manifest",
    "is_artifact",
    "open_artifact",
    "write_artifact",
]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_MANIFEST = "manifest.json"
_TEMPORARY = ".tmp-"
_GENERATION = re.compile(r"[0-9a-f]{12}-\d+")
_STALE_S = 24 * 3600
_FULL_CHECK_BYTES = 64 * 2**20
_PROBE_BYTES, _N_PROBES = 64 * 2**10, 16


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size and SHA-256 of a data file; `probe` digests 16 blocks spread over a large one."""

    size: int
    sha256: str
    probe: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artifact is: its kind and format, how it was made, and what its files must be."""

    kind: str
    format: int
    parameters: dict[str, Json]
    files: dict[str, FileRecord]

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything in the manifest: equal for equal content made the same way."""
        return hashlib.sha256(_canonical(asdict(self)).encode()).hexdigest()


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
        files = {entry.name: _record(entry) for entry in sorted(temporary.iterdir())}
        manifest = Manifest(kind, format_version, dict(writer.parameters), files)
        if not _is_whole(path, manifest):
            _swap_in(path, temporary, manifest)
        _remove_stale(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def is_artifact(path: Path) -> bool:
    """Tell whether a folder holds an artifact, whole or not."""
    return (path / _MANIFEST).is_file()


def open_artifact(
    path: Path, *, kind: str, format_version: int, verify: bool = False, remedy: str = "build it"
) -> Artifact:
    """Open the artifact at `path` after checking that it is whole.

    Files up to 64 MiB are compared with their SHA-256; of larger ones the size and 16 blocks are
    looked at, unless `verify` asks for every byte. `remedy` completes "To mend this, …".

    Raises:
        ArtifactError: nothing is there, or it is cut, edited, of another kind or a newer format.
    """
    manifest, generation = _read_manifest(path, remedy)
    if manifest.kind != kind:
        raise ArtifactError(f"{path} is a {manifest.kind}, not a {kind}. Name another folder.")
    if manifest.format > format_version:
        raise ArtifactError(
            f"{path} has format {manifest.format}, and this xlink reads up to {format_version}. "
            "Upgrade xlink, or build it again with this version."
        )
    if manifest.format < format_version:
        raise ArtifactError(
            f"{path} has the old format {manifest.format} (now {format_version}). "
            f"To mend this, {remedy}."
        )
    artifact = Artifact(path / generation, manifest)
    for name, record in manifest.files.items():
        _check_file(artifact.folder / name, record, verify=verify, remedy=remedy)
    return artifact


def _read_manifest(path: Path, remedy: str) -> tuple[Manifest, str]:
    place = path / _MANIFEST
    try:
        content = json.loads(place.read_bytes())
        manifest = Manifest(
            kind=content["kind"],
            format=content["format"],
            parameters=content["parameters"],
            files={name: FileRecord(**entry) for name, entry in content["files"].items()},
        )
        fingerprint, generation = content["fingerprint"], str(content["generation"])
    except (FileNotFoundError, NotADirectoryError):
        raise ArtifactError(f"There is no artifact at {path}. To mend this, {remedy}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ArtifactError(
            f"{place} is cut or not a manifest of xlink. To mend this, {remedy}."
        ) from None
    if fingerprint != manifest.fingerprint or not _GENERATION.fullmatch(generation):
        raise ArtifactError(f"{place} was edited by hand. To mend this, {remedy}.")
    return manifest, generation


def _check_file(place: Path, record: FileRecord, *, verify: bool, remedy: str) -> None:
    if not place.is_file():
        raise ArtifactError(f"{place} is missing. To mend this, {remedy}.")
    size = place.stat().st_size
    if size != record.size:
        raise ArtifactError(
            f"{place} has {size:,} bytes where {record.size:,} were written. "
            f"To mend this, {remedy}."
        )
    whole = verify or size <= _FULL_CHECK_BYTES
    same = _digest(place) == record.sha256 if whole else _probe(place) == record.probe
    if not same:
        raise ArtifactError(f"{place} was changed after it was written. To mend this, {remedy}.")


def _installed(path: Path) -> tuple[Manifest, str] | None:
    try:
        return _read_manifest(path, "")
    except ArtifactError:
        return None


def _is_whole(path: Path, manifest: Manifest) -> bool:
    """Tell whether the artifact at `path` is already what `manifest` describes, to the byte."""
    found = _installed(path)
    if found is None or found[0].fingerprint != manifest.fingerprint:
        return False
    try:
        for name, record in manifest.files.items():
            _check_file(path / found[1] / name, record, verify=True, remedy="")
    except ArtifactError:
        return False
    return True


def _swap_in(path: Path, temporary: Path, manifest: Manifest) -> None:
    previous = _installed(path)
    generation = _free_name(path, manifest.fingerprint[:12])
    temporary.replace(path / generation)
    seal = {"fingerprint": manifest.fingerprint, "generation": generation}
    written = _temporary(path)
    with written.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(_canonical(asdict(manifest) | seal, indent=1))
        stream.flush()
        os.fsync(stream.fileno())
    written.replace(path / _MANIFEST)
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
    _, installed = _read_manifest(path, "")
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
    return entry.name.startswith(_TEMPORARY) or _GENERATION.fullmatch(entry.name) is not None


def _refuse_foreign_folder(path: Path) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise ArtifactError(f"{path} is a file. Name an empty or new folder.")
    names = sorted(each.name for each in path.iterdir() if not each.name.startswith(_TEMPORARY))
    known = _installed(path) is not None or any(map(_GENERATION.fullmatch, names))
    if names and not known:
        raise ArtifactError(
            f"{path} holds other files ({names[0]}, …) and no artifact of xlink. "
            "Name an empty or new folder."
        )


def _record(place: Path) -> FileRecord:
    with place.open("rb+") as stream:
        os.fsync(stream.fileno())
    return FileRecord(place.stat().st_size, _digest(place), _probe(place))


def _digest(place: Path) -> str:
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _probe(place: Path) -> str:
    size, digest = place.stat().st_size, hashlib.sha256()
    with place.open("rb") as stream:
        for block in range(_N_PROBES):
            stream.seek(max(0, size - _PROBE_BYTES) * block // (_N_PROBES - 1))
            digest.update(stream.read(_PROBE_BYTES))
    return digest.hexdigest()


def _canonical(content: Mapping[str, object], indent: int | None = None) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=indent)
