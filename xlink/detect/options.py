"""Options of detectors as they stand in a name: `?labels=DISEASE:Disease,DRUG&nested=true`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from pydantic import TypeAdapter, ValidationError

from xlink.errors import SpecError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)

__all__ = ["read_options", "written_options"]


def read_options(kind: type[T], text: str, *, of: str) -> T:
    """Make options of a kind, a dataclass whose fields all have defaults, from `key=value&…`.

    Commas separate several values; in a mapping, `key:value` stands for a pair and a key alone for
    itself. `of` names the detector in errors.

    >>> from xlink.detect.dictionary import DetectionOptions
    >>> read_options(DetectionOptions, "also_languages=en,fr&nested=true", of="dictionary")
    DetectionOptions(also_languages=('en', 'fr'), nested=True, short_forms=True, coordinated=True)

    Raises:
        SpecError: there is no such option, or its value is of no use.
    """
    defaults = {each.name: getattr(kind(), each.name) for each in fields(kind)}
    told = dict(parse_qsl(text, keep_blank_values=True))
    unknown = sorted(set(told) - set(defaults))
    if unknown or (text and not told):
        raise SpecError(
            f"{of} has no option {', '.join(unknown) or repr(text)}. Known: {', '.join(defaults)}."
        )
    values = {key: _value(value, defaults[key]) for key, value in told.items()}
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise SpecError(f"{of}, option {key}: {first['msg']}.") from None


def written_options(options: DataclassInstance) -> str:
    """Return what `read_options` makes `options` of; empty where all are as by default.

    >>> from xlink.detect.dictionary import DetectionOptions
    >>> written_options(DetectionOptions(nested=True))
    'nested=true'
    """
    default = type(options)()
    values = {each.name: getattr(options, each.name) for each in fields(options)}
    told = {key: _written(value) for key, value in values.items() if value != getattr(default, key)}
    return urlencode(told, safe=",:/")


def _value(text: str, default: object) -> object:
    if isinstance(default, Mapping):
        pairs = [part.partition(":") for part in text.split(",") if part]
        return {key: value or key for key, _, value in pairs}
    if isinstance(default, tuple):
        return tuple(part for part in text.split(",") if part)
    return text


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return ",".join(key if key == to else f"{key}:{to}" for key, to in value.items())
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
