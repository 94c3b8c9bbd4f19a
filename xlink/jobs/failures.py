"""What could not be read or linked: its name and why, without the text of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlink.corpora.text import InputFile, TextReader
from xlink.errors import DataError, XlinkError
from xlink.tally import Tally
from xlink.types import Document

__all__ = ["Failure", "Item", "failure_of", "readable"]

# An apostrophe within a word opens no quotation.
_QUOTED = re.compile(r"(?<!\w)(['\"])(?:.*?)\1(?!\w)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or document that was left out, and why."""

    name: str
    reason: str


Item = InputFile | Document | Failure
"""What a job is about: a file to read, a document that is read, or what could not be."""


def failure_of(name: str, error: Exception) -> Failure:
    """Return what to say of an error; what it quotes is left out, for it may be of a patient."""
    name = name.encode("utf-8", "backslashreplace").decode()  # names of files may be anything
    if not isinstance(error, DataError):
        return Failure(name, _unquoted(str(error)))
    place = "" if error.line is None else f"line {error.line:,}: "
    remedy = f". {error.remedy}" if error.remedy else ""
    return Failure(name, f"{place}{_unquoted(error.problem)}{remedy}")


def readable(
    items: Iterable[Item], reader: object, tally: Tally, failures: list[Failure]
) -> Iterator[Document]:
    """Yield the documents of `items` that can be read; the others go to `failures`."""
    for item in items:
        if isinstance(item, Document):
            yield item
        elif isinstance(item, Failure):
            failures.append(item)
        elif isinstance(reader, TextReader):
            try:
                yield reader.read_file(item, tally)
            except XlinkError as error:
                failures.append(failure_of(str(item.path), error))


def _unquoted(message: str) -> str:
    return _QUOTED.sub("'…'", message)
