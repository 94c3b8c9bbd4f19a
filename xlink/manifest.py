"""The manifest of an artifact: what its files must be, and whether they are."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xlink.errors import ArtifactError, OldFormatError

__all__ = [
    "GENERATION",
    "MANIFEST",
    "FileRecord",
    "Json",
    "Manifest",
    "check_file",
    "file_record",
    "read_manifest",
    "refuse_other_format",
]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

MANIFEST = "manifest.json"
GENERATION = re.compile(r"[0-9a-f]{12}-\d+")
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

    def sealed(self, generation: str) -> str:
        """Return the manifest as JSON, with its fingerprint and the folder of its files."""
        seal = {"fingerprint": self.fingerprint, "generation": generation}
        return _canonical(asdict(self) | seal, indent=1)


def refuse_other_format(path: Path, kind: str, version: int, remedy: str) -> None:
    """Check kind and format alone, for another format may have other fields.

    Raises:
        ArtifactError: nothing is there, or it is of another kind or a newer format.
        OldFormatError: it is of an older format.
    """
    content = _manifest_content(path, remedy)
    found_kind, found = content.get("kind"), content.get("format")
    if isinstance(found_kind, str) and found_kind != kind:
        raise ArtifactError(f"{path} is a {found_kind}, not a {kind}. Name another folder.")
    if isinstance(found, int) and found > version:
        raise ArtifactError(
            f"{path} has format {found}, and this xlink reads up to {version}. "
            "Upgrade xlink, or build it again with this version."
        )
    if isinstance(found, int) and found < version:
        raise OldFormatError(
            f"{path} has the old format {found} (now {version}). To mend this, {remedy}."
        )


def _manifest_content(path: Path, remedy: str) -> dict[str, Any]:
    place = path / MANIFEST
    try:
        content = json.loads(place.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise ArtifactError(f"There is no artifact at {path}. To mend this, {remedy}.") from None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise _cut(place, remedy)
    return content


def _cut(place: Path, remedy: str) -> ArtifactError:
    return ArtifactError(f"{place} is cut or not a manifest of xlink. To mend this, {remedy}.")


def read_manifest(path: Path, remedy: str) -> tuple[Manifest, str]:
    """Return the manifest of the artifact at `path`, and the name of the folder of its files.

    Raises:
        ArtifactError: there is none, or it is cut or was edited.
    """
    place, content = path / MANIFEST, _manifest_content(path, remedy)
    try:
        manifest = Manifest(
            kind=content["kind"],
            format=content["format"],
            parameters=content["parameters"],
            files={name: FileRecord(**entry) for name, entry in content["files"].items()},
        )
        fingerprint, generation = content["fingerprint"], str(content["generation"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _cut(place, remedy) from None
    if fingerprint != manifest.fingerprint or not GENERATION.fullmatch(generation):
        raise ArtifactError(f"{place} was edited by hand. To mend this, {remedy}.")
    return manifest, generation


def check_file(place: Path, record: FileRecord, *, verify: bool, remedy: str) -> None:
    """Compare a file with its record; `verify` looks at every byte of large ones, too.

    Raises:
        ArtifactError: it is missing, cut or changed.
    """
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


def file_record(place: Path) -> FileRecord:
    """Return what a file is, once it is on the disk for good."""
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
