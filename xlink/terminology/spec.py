"""Specifications: a TOML file that says what a terminology is built from.

TOML ──load_spec──▶ TerminologySpec ──locate, read, filter, derive──▶ build_from_spec
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from pydantic import (
    BaseModel,
    TypeAdapter,
    ValidationError,
)

from xlink.artifact import Json
from xlink.errors import SpecError, UnknownNameError
from xlink.registry import SOURCES
from xlink.tally import Tally
from xlink.terminology.assembly import Part, assembled
from xlink.terminology.builder import BuildReport, build_terminology
from xlink.terminology.locate import locate
from xlink.terminology.spec_model import FilterSpec, SourceSpec, TerminologySpec, ViewSpec
from xlink.terminology.store import Terminology
from xlink.terminology.views import View, rekeyed
from xlink.types import Concept, Filter

if TYPE_CHECKING:
    from xlink.protocols import TerminologySource

__all__ = [
    "GroupedSource",
    "SourceSpec",
    "TerminologySpec",
    "VersionedSource",
    "build",
    "build_from_spec",
    "known_specs",
    "load_spec",
    "read_concepts",
]


@runtime_checkable
class VersionedSource(Protocol):
    """A source that knows the versions of the vocabularies within it."""

    def versions(self) -> dict[str, str]:
        """Return the version of each vocabulary, by its name; a build records them."""
        ...


@runtime_checkable
class GroupedSource(Protocol):
    """A source that knows groups of semantic types."""

    def type_groups(self) -> dict[str, frozenset[str]]:
        """Return the types of each group, as its concepts have them; filters take the groups."""
        ...


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
    try:
        spec = TerminologySpec.model_validate(_toml(path))
    except ValidationError as error:
        raise _refused(error, str(path)) from None
    spec._path = path
    for number, source in enumerate(spec.sources, start=1):
        _reader(source, f"{path}, source {number} ({source.kind})", ())
    return spec


def build_from_spec(spec: TerminologySpec, path: Path | str) -> BuildReport:
    """Locate the content of `spec`, read it and build the terminology at `path`.

    Equal content makes equal bytes, wherever it lies and whenever it is built.

    Raises:
        XlinkError: content is not there, is not what the specification expects, or can't be read.
    """
    tally = Tally()
    parts = _parts(spec)
    return build_terminology(
        _concepts(spec, parts, tally),
        path,
        name=spec.name,
        version=spec.version,
        licence=spec.licence,
        origin=_origin(spec) | _versions(parts),
        type_groups=_type_groups(spec, parts),
        tally=tally,
    )


def read_concepts(spec: TerminologySpec, tally: Tally) -> Iterator[Concept]:
    """Yield the concepts of `spec` without building anything, to be added to a terminology.

    Raises:
        XlinkError: content is not there, is not what the specification expects, or can't be read.
    """
    return _concepts(spec, _parts(spec), tally)


def build(spec: TerminologySpec | Path | str, path: Path | str | None = None) -> Terminology:
    """Build a terminology from a specification and open it; `path` defaults to its place at home.

    Raises:
        XlinkError: as `load_spec` and `build_from_spec`.
    """
    from xlink.home import terminology_path

    loaded = spec if isinstance(spec, TerminologySpec) else load_spec(spec)
    place = path if path is not None else terminology_path(loaded.name)
    return build_from_spec(loaded, place).terminology


def _parts(spec: TerminologySpec) -> list[Part]:
    parts = []
    for number, source in enumerate(spec.sources, start=1):
        place = f"{spec.path}, source {number} ({source.kind})"
        reader = _reader(source, place, _located(spec, source.files, source.sha256))
        label = source.label if source.label is not None else spec.name
        parts.append(Part(reader, label=label, extends=source.extends, derive=source.derive))
    return parts


def _concepts(spec: TerminologySpec, parts: list[Part], tally: Tally) -> Iterator[Concept]:
    where = Filter(spec.filter.languages, spec.filter.sources, spec.filter.types)
    if spec.view is None:
        return assembled(parts, where, tally)
    options = spec.view.model_dump(exclude={"mappings"})
    view = View(mappings=_located(spec, spec.view.mappings), **options)
    return rekeyed(lambda counts: assembled(parts, where, counts), view, tally)


def _versions(parts: Iterable[Part]) -> dict[str, Json]:
    """Return the versions of vocabularies that sources know of, such as those of a UMLS release."""
    found: dict[str, Json] = {}
    for part in parts:
        if isinstance(part.source, VersionedSource):
            found |= part.source.versions()
    return {"versions": found} if found else {}


def _type_groups(spec: TerminologySpec, parts: Iterable[Part]) -> dict[str, Iterable[str]]:
    """Return the groups of semantic types that sources know, and those of the specification."""
    found: dict[str, Iterable[str]] = {}
    for part in parts:
        if isinstance(part.source, GroupedSource):
            found |= part.source.type_groups()
    return found | dict(spec.type_groups)


def _origin(spec: TerminologySpec) -> dict[str, Json]:
    """Return where the content comes from as written, which holds on every machine."""
    sources: list[Json] = [
        {"kind": source.kind, "files": list(source.files), "sha256": source.sha256}
        for source in spec.sources
    ]
    where: dict[str, Json] = {
        name: list[Json](sorted(values)) for name, values in spec.filter if values
    }
    origin: dict[str, Json] = {"homepage": spec.homepage, "sources": sources, "filter": where}
    if spec.view is not None:
        origin["view"] = {
            name: list[Json](value) if isinstance(value, tuple) else value
            for name, value in spec.view.model_copy(update={"id": spec.view.id.pattern})
        }
    return origin


def _located(
    spec: TerminologySpec, addresses: Iterable[str], sha256: str | None = None
) -> tuple[Path, ...]:
    how = " ".join(filter(None, (spec.licence_note, spec.homepage and f"See {spec.homepage}.")))
    return tuple(
        path
        for address in addresses
        for path in locate(address, folder=spec.path.parent, sha256=sha256, how=how)
    )


def _reader(source: SourceSpec, place: str, paths: tuple[Path, ...]) -> TerminologySource:
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
