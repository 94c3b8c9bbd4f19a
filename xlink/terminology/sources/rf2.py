"""The files of a SNOMED CT release (Release Format 2, RF2), and what their names say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from xlink.errors import DataError

__all__ = ["Content", "Release", "ReleaseFile", "release_files"]

Release = Literal["snapshot", "full"]
Content = Literal[
    "concept", "description", "definition", "relationship", "language", "association", "map",
    "simple",
]  # fmt: skip

_NAME = re.compile(
    r"[xz]?(?:sct2|der2)_(?P<content>[A-Za-z]+)_(?P<summary>[A-Za-z\d]*?)"
    r"(?P<release>Full|Snapshot|Delta)(?:-(?P<language>[A-Za-z-]+))?"
    r"_(?P<namespace>[A-Z]{0,3}\d*)_(?P<date>\d{8})\w*\.txt"
)
_COMPONENTS: dict[str, Content] = {
    "Concept": "concept",
    "Description": "description",
    "TextDefinition": "definition",
    "Relationship": "relationship",
}
# The name of a reference set is free, but the columns that it adds tell its pattern.
_MEMBERS: dict[str, Content] = {
    "acceptabilityId": "language",
    "targetComponentId": "association",
    "targetComponent": "association",
    "mapTarget": "map",
}
_N_SIMPLE_COLUMNS = 6
_AGAIN = "Unpack the release again."
_MAX_HEADER_BYTES = 2**14


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One table; `place` grows with the release folders, in the order in which they were given."""

    path: Path
    content: Content
    header: tuple[str, ...]
    place: int
    product: str
    date: str


def release_files(paths: Sequence[Path], release: Release) -> list[ReleaseFile]:
    """Return the tables of a kind of release at and below `paths`, in a fixed order.

    Raises:
        DataError: a path is missing, no table of concepts, descriptions or relationships is there,
            or one product is there in two versions.
    """
    found: list[ReleaseFile] = []
    places: dict[tuple[int, Path], int] = {}
    for number, folder in enumerate(paths):
        for path in _texts(folder):
            root = next((up.parent for up in path.parents if up.name.lower() == release), folder)
            place = places.setdefault((number, root), len(places))
            file = _release_file(path, place, release)
            if file is not None:
                found.append(file)
    where = ", ".join(map(str, paths)) or "no folder"
    for content in ("concept", "description", "relationship"):
        if not any(file.content == content for file in found):
            raise DataError(
                f"there is no {release} table of {content}s",
                path=where,
                remedy="Name the unpacked folder of a release in RF2, with "
                f"sct2_{content.title()}_{release.title()}_…_YYYYMMDD.txt below it.",
            )
    _refuse_mixed(found)
    return found


def _texts(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.rglob("*.txt"))
    elif path.suffix.lower() == ".zip":
        raise DataError("it is packed", path=path, remedy="Unpack it and name the folder.")
    elif path.exists():
        yield path
    else:
        raise DataError("there is no such file", path=path, remedy="Check the path.")


def _release_file(path: Path, place: int, release: Release) -> ReleaseFile | None:
    match = _NAME.fullmatch(path.name)
    if match is None or match["release"].lower() != release:
        return None
    is_member = match["content"].endswith("Refset")
    if not is_member and match["content"] not in _COMPONENTS:
        return None
    header = _header(path)
    content = _member_content(header) if is_member else _COMPONENTS[match["content"]]
    if content is None:
        return None
    # A translation has its own calendar; all else of one product appears on one day.
    language = "" if match["language"] in (None, "en") else match["language"]
    product = " ".join(filter(None, (match["namespace"], match["summary"], language)))
    return ReleaseFile(path, content, header, place, product, match["date"])


def _member_content(header: tuple[str, ...]) -> Content | None:
    """Return the pattern of a reference set, or None for one that has no use here."""
    for column, content in _MEMBERS.items():
        if column in header:
            return content
    simple = len(header) == _N_SIMPLE_COLUMNS and header[-1] == "referencedComponentId"
    return "simple" if simple else None


def _header(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as stream:
            line = stream.readline(_MAX_HEADER_BYTES)
        if not line:
            raise DataError("it is empty", path=path, remedy=_AGAIN)
        text = line.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
        # Other readers would take a lone carriage return for the end of the line.
        if not text.replace("\t", "").isprintable():
            raise DataError("it is no header", path=path, line=1, remedy=_AGAIN)
        return tuple(text.split("\t"))
    except UnicodeDecodeError:
        raise DataError("it is not UTF-8", path=path, line=1, remedy=_AGAIN) from None
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
        ) from None


def _refuse_mixed(found: list[ReleaseFile]) -> None:
    first: dict[str, ReleaseFile] = {}
    for file in found:
        if file.content not in _COMPONENTS.values():
            continue
        other = first.setdefault(file.product, file)
        if other.date != file.date:
            raise DataError(
                f"two releases of {file.product} are mixed: {other.date} ({other.path}) and "
                f"{file.date}",
                path=file.path,
                remedy="Keep one release of each product.",
            )
