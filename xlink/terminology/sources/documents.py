"""Whole JSON documents, plain or packed, and the records within them, checked one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

import pyarrow as pa
from pydantic import BaseModel, ValidationError

from xlink.errors import DataError
from xlink.tally import Tally

__all__ = [
    "PACKED",
    "OnError",
    "Record",
    "checked",
    "first_problem",
    "json_document",
    "opened",
    "tolerated",
]

OnError = Literal["raise", "skip"]
"""Whether a record that can't be read ends the reading or is counted."""


PACKED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
"""How packed files are packed, by the ending of their names."""


class Record(BaseModel):
    """What a format says of one thing; keys that no field names are not looked at."""


R = TypeVar("R", bound=Record)


def opened(path: Path) -> BinaryIO:
    """Open a file for its bytes, unpacked if its name ends in .gz, .zst or .bz2.

    A packed file that is cut raises an OSError where it ends.

    Raises:
        OSError: the file is missing or can't be read.
    """
    plain = path.open("rb")
    if path.suffix.lower() not in PACKED:
        return plain
    plain.close()
    # Arrow unpacks .zst as well, which the standard library does not.
    stream: BinaryIO = pa.input_stream(str(path), compression=PACKED[path.suffix.lower()])
    return stream


def json_document(path: Path) -> object:
    """Return the content of a JSON file.

    Raises:
        DataError: the file can't be read, or is not JSON in UTF-8; names the line.
    """
    try:
        with opened(path) as stream:
            content: bytes = stream.read()
        return json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}",
            path=path,
            remedy="Check the path, or fetch the file again.",
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8",
            path=path,
            line=line,
            remedy="Convert the file to UTF-8.",
        ) from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"it is not JSON: {error.msg}", path=path, line=error.lineno, remedy="Fetch it again."
        ) from None
    except RecursionError:
        raise DataError("its values are nested too deep", path=path) from None


def checked(
    model: type[R],
    items: Iterable[object],
    *,
    path: Path,
    what: str,
    on_error: OnError,
    tally: Tally,
) -> Iterator[R]:
    """Yield each of `items` as a `model`; `what` names such an item in messages.

    Raises:
        DataError: an item has another structure, unless `on_error` says to count it.
    """
    for number, item in enumerate(items, start=1):
        try:
            record = model.model_validate(item)
        except ValidationError as error:
            problem = f"{what} {number:,}{_known_as(item)}: {first_problem(error)}"
            tolerated(DataError(problem, path=path), what, on_error, tally)
        else:
            yield record


def tolerated(error: DataError, what: str, on_error: OnError, tally: Tally) -> None:
    """Raise `error`, or count it as a skipped `what` if `on_error` says so.

    Raises:
        DataError: `error`, with how to go on in spite of it.
    """
    if on_error == "raise":
        raise DataError(
            error.problem,
            path=error.path,
            line=error.line,
            remedy=error.remedy or 'Mend it, or set on_error = "skip".',
        ) from None
    tally.add(f"{what} skipped: it can't be read", str(error))


def first_problem(error: ValidationError) -> str:
    """Say what is wrong with the first key that is."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return f"it has no {key!r}"
    place = f"{key!r}: " if key else ""
    return f"{place}{first['msg'][0].lower()}{first['msg'][1:]}"


def _known_as(item: object) -> str:
    """Return how a reader finds the item in the file."""
    name = item.get("id", item.get("code")) if isinstance(item, dict) else None
    return f" ({name})" if isinstance(name, str) else ""
