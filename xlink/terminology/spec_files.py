"""Specification files: found by name, parsed, and checked down to the options of each source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, TypeAdapter, ValidationError

from xlink.errors import SpecError, UnknownNameError
from xlink.registry import SOURCES
from xlink.terminology.spec_model import FilterSpec, SourceSpec, TerminologySpec, ViewSpec

if TYPE_CHECKING:
    from xlink.protocols import TerminologySource

__all__ = ["PlacedSource", "known_specs", "load_spec", "source_reader", "sources_of"]


def known_specs() -> dict[str, Path]:
    """Return the files of the specifications that come with xlink, by name."""
    package = Path(str(files("xlink")))
    installed = package / "share" / "terminologies"
    folder = installed if installed.is_dir() else package.parent / "terminologies"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_spec(path_or_name: Path | str) -> TerminologySpec:
    """Read a specification from a TOML file, or one that comes with xlink by its name.

    Raises:
        UnknownNameError: no specification of this name comes with xlink.
        SpecError: the file can't be read, or a key is missing, unknown or of another type.
    """
    given = Path(path_or_name)
    if isinstance(path_or_name, Path) or given.suffix == ".toml" or len(given.parts) > 1:
        path = given
    else:
        known = known_specs()
        if path_or_name not in known:
            raise UnknownNameError("terminology", path_or_name, known)
        path = known[path_or_name]
    spec = _parsed(path)
    for part in sources_of(spec):
        source_reader(part.source, part.place, ())
    return spec


def _parsed(path: Path) -> TerminologySpec:
    try:
        spec = TerminologySpec.model_validate(_toml(path))
    except ValidationError as error:
        raise _refused(error, str(path)) from None
    spec._path = path
    return spec


@dataclass(frozen=True, slots=True)
class PlacedSource:
    """A source, the specification that it stands in, and how errors name it."""

    spec: TerminologySpec
    source: SourceSpec
    place: str


def sources_of(spec: TerminologySpec, around: tuple[Path, ...] = ()) -> Iterator[PlacedSource]:
    """Yield the sources of `spec`, in the place of one of kind `spec` those of another."""
    around = (*around, spec.path.resolve())
    for number, source in enumerate(spec.sources, start=1):
        place = f"{spec.path}, source {number} ({source.kind})"
        if source.kind != "spec":
            yield PlacedSource(spec, source, place)
            continue
        for name in source.files:
            beside = spec.path.parent / name
            path = beside if name.endswith(".toml") else known_specs().get(name)
            if path is None:
                raise UnknownNameError("terminology", name, known_specs())
            if path.resolve() in around:
                raise SpecError(f"{place}: {name} takes in itself.")
            other = _parsed(path)
            if other.view is not None or any(value for _, value in other.filter):
                raise SpecError(f"{place}: {name} has a view or filter; copy its sources instead.")
            yield from sources_of(other, around)


def source_reader(source: SourceSpec, place: str, paths: tuple[Path, ...]) -> TerminologySource:
    """Make the reader of a source, with its options checked against the fields of its class."""
    kind = SOURCES.load(source.kind)
    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise SpecError(f"{place}: the plug-in is not a dataclass, so its options are not known.")
    known = {each.name for each in fields(kind)} - {"files"}
    for option in source.options:
        if option not in known:
            raise SpecError(f"{place}: {_unknown(option, known | set(SourceSpec.model_fields))}")
    try:
        made = TypeAdapter(kind).validate_python({**source.options, "files": ()})
    except ValidationError as error:
        raise _refused(error, place) from None
    return cast("TerminologySource", replace(made, files=paths))


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise SpecError(f"{path} can't be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SpecError(f"{path}, line {line}: it is not UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path} is not TOML: {error}.") from None


def _refused(error: ValidationError, place: str) -> SpecError:
    """Say what is wrong with the first key that is."""
    first = error.errors()[0]
    key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        table = None if len(first["loc"]) == 1 else first["loc"][0]
        tables: dict[object, type[BaseModel]] = {"filter": FilterSpec, "view": ViewSpec}
        model = tables.get(table, TerminologySpec)
        known = [each.alias or name for name, each in model.model_fields.items()]
        return SpecError(f"{place}: {_unknown(key, known)}")
    if first["type"] == "missing":
        return SpecError(f"{place}: the key `{key}` is missing.")
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, SpecError):
        return SpecError(f"{place}: {cause}")
    return SpecError(f"{place}: `{key}`: {first['msg']}, got {first['input']!r}.")


def _unknown(key: str, known: Iterable[str]) -> str:
    name = key.rpartition(".")[2]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"the key `{key}` is unknown.{hint} Known: {', '.join(sorted(known))}."
