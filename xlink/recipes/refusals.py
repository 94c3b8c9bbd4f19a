"""What is wrong with a recipe, and in which line of its file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from xlink.errors import SpecError
from xlink.recipes.lines import line_of
from xlink.recipes.model import TABLES

__all__ = ["place_of", "unknown_key", "validated"]

M = TypeVar("M", bound=BaseModel)


def validated(
    kind: type[M], record: object, path: Path, text: str, prefixes: Sequence[tuple[str, ...]]
) -> M:
    """Return `record` as a model; the keys of an error are looked for below each of `prefixes`.

    Raises:
        SpecError: a key is missing, unknown or of another type.
    """
    try:
        return kind.model_validate(record)
    except ValidationError as error:
        # A slip in a key makes it unknown and the right one missing; the former says more.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    keys = tuple(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = _siblings(kind, keys)
        raise unknown_key(keys, known, path, text, prefixes) from None
    place = place_of(path, text, *((*prefix, *keys) for prefix in prefixes))
    name = ".".join(keys)
    if first["type"] == "missing":
        raise SpecError(f"{place}: the key `{name}` is missing.")
    raise SpecError(f"{place}: `{name}`: {first['msg']}, got {first['input']!r}.")


def _siblings(kind: type[BaseModel], keys: Sequence[str]) -> list[str]:
    """Return the known keys of the table that holds the last of `keys`."""
    for key in keys[:-1]:
        field = kind.model_fields.get(key)
        inner = None if field is None else TABLES.get(key)
        kind = inner if inner is not None else kind
    return [*kind.model_fields]


def unknown_key(
    keys: Sequence[str],
    known: Iterable[str],
    path: Path,
    text: str,
    prefixes: Sequence[tuple[str, ...]] = ((),),
) -> SpecError:
    """Return the error of a key that is not one of `known`, with the nearest of these."""
    place = place_of(path, text, *((*prefix, *keys) for prefix in prefixes))
    near = get_close_matches(keys[-1], [*known], n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(sorted(known))
    return SpecError(f"{place}: the key `{'.'.join(keys)}` is unknown.{hint} Known: {listed}.")


def place_of(path: Path, text: str, *keys: Sequence[str]) -> str:
    """Return the file, with the line that comes nearest to one of the paths of keys."""
    line = line_of(text, keys)
    return str(path) if line is None else f"{path}, line {line}"
