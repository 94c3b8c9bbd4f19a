"""Values as JSON records and back, one record a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from xlink.errors import DataError
from xlink.types import Document, Mention

__all__ = [
    "context_record",
    "document_record",
    "json_line",
    "mention_record",
    "parse",
    "parse_object",
]

T = TypeVar("T")


def document_record(document: Document) -> dict[str, object]:
    """Return a document with all that is known of it; fields about context only where set."""
    record: dict[str, object] = {
        "id": document.id,
        "text": document.text,
        "language": document.language,
        "mentions": [_annotated(mention) for mention in document.mentions],
    }
    if document.passages:
        record["passages"] = [asdict(passage) for passage in document.passages]
    if document.languages:
        record["languages"] = document.languages
    if document.lines:
        record["lines"] = [asdict(line) for line in document.lines]
    if document.origin:
        record["origin"] = document.origin
    return record


def mention_record(mention: Mention) -> dict[str, object]:
    """Return a mention without its gold; what is known of its context only where set."""
    record: dict[str, object] = {
        "id": mention.id,
        "spans": mention.spans,
        "text": mention.text,
        "label": mention.label,
    }
    return record | context_record(mention)


def context_record(mention: Mention) -> dict[str, object]:
    """Return assertion, section and whole of a mention, and what it was taken for, where set."""
    said = {
        "assertion": mention.assertion,
        "section": mention.section,
        "part_of": mention.part_of,
        "named": mention.named,
    }
    return {name: value for name, value in said.items() if value}


def json_line(record: Mapping[str, object]) -> str:
    """Return `record` as one line, in UTF-8 and not in escapes.

    Raises:
        ValueError: a number in it is not finite.
    """
    return json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"


def parse_object(line: str, *, path: Path, number: int) -> dict[str, object]:
    """Return the JSON object on a line.

    Raises:
        DataError: the line is not JSON, or something other than an object.
    """
    try:
        record = from_json(line, allow_inf_nan=False)
    except ValueError as error:
        raise DataError(
            f"the line is not JSON ({error})",
            path=path,
            line=number,
            remedy="Every line must be one JSON object.",
        ) from None
    if not isinstance(record, dict):
        raise DataError(f"a JSON object was expected, not {line[:40]!r}", path=path, line=number)
    return record


def parse(
    adapter: TypeAdapter[T],
    record: object,
    *,
    path: Path,
    number: int,
    page: str = "docs/evaluation.md",
) -> T:
    """Return `record` as the type of `adapter`; `page` is where its fields are described.

    Raises:
        DataError: a field is missing or of another type.
    """
    try:
        return adapter.validate_python(record)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"field {field}: {first['msg']}",
            path=path,
            line=number,
            remedy=f"{page} describes the fields.",
        ) from None


def _annotated(mention: Mention) -> dict[str, object]:
    gold = None if mention.gold is None else sorted(mention.gold)
    return mention_record(mention) | {"gold": gold, "composite": mention.composite}
