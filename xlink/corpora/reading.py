"""Readers and writers by name: the options a user writes, checked against those that they have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from functools import reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import TYPE_CHECKING, Any, Union, cast, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from xlink.errors import SpecError, UnknownNameError
from xlink.registry import READERS, WRITERS

if TYPE_CHECKING:
    from xlink.protocols import CorpusReader, CorpusWriter
    from xlink.tally import Tally

__all__ = ["checked_options", "make_reader", "make_writer"]


def make_reader(
    name: str, options: Mapping[str, object], *, language: str | None = None
) -> CorpusReader:
    """Make the reader registered as `name`.

    Values may be of the option's type or texts that say it, such as `"true"`; a single text serves
    where several are asked for. `language`, where it is told, is that of a reader which does not
    know better.

    Raises:
        UnknownNameError: no reader has this name, or it has no such option.
        SpecError: a value is not what the option takes.
    """
    maker = READERS.load(name)
    checked = checked_options(maker, options, f"the reader {name!r}")
    if language is not None and "language" in _known(maker):
        checked = {"language": language} | checked
    return cast("CorpusReader", cast("type", maker)(**checked))


def make_writer(name: str, options: Mapping[str, object], tally: Tally) -> CorpusWriter:
    """Make the writer registered as `name`; one that counts what a format can't hold uses `tally`.

    Raises:
        UnknownNameError: no writer has this name, or it has no such option.
        SpecError: a value is not what the option takes.
    """
    maker = WRITERS.load(name)
    checked = checked_options(maker, options, f"the writer {name!r}")
    if "tally" in _known(maker):
        checked["tally"] = tally
    return cast("CorpusWriter", cast("type", maker)(**checked))


def checked_options(maker: object, options: Mapping[str, object], owner: str) -> dict[str, object]:
    """Return `options` with the types that the fields of the dataclass `maker` have.

    Raises:
        UnknownNameError: there is no such field; the message says of which `owner`.
        SpecError: a value is not what the field takes.
    """
    known = _known(maker) - {"tally"}
    types = get_type_hints(maker) if known else {}
    for option in options:
        if option not in known:
            raise UnknownNameError(f"option of {owner}:", option, known)
    return {
        option: _checked(value, types[option], f"option `{option}` of {owner}")
        for option, value in options.items()
    }


def _known(maker: object) -> set[str]:
    """Return the names of the fields of a dataclass, or none."""
    return {each.name for each in fields(maker)} if is_dataclass(maker) else set()


def _checked(value: object, kind: Any, place: str) -> object:
    adapter: TypeAdapter[object] = TypeAdapter(_concrete(kind))
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        if isinstance(value, str):
            try:
                return adapter.validate_python((value,))
            except ValidationError:
                pass  # the first error says better what is wrong
        message = error.errors()[0]["msg"]
        raise SpecError(f"{place}: {message}, got {value!r}.") from None


def _concrete(kind: Any) -> Any:
    """Return a type of options with tuples in the place of collections, which pydantic lacks."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Collection:
        return GenericAlias(tuple, (_concrete(inner[0]), ...))
    if origin in (Union, UnionType):
        return reduce(or_, map(_concrete, inner))
    return kind
