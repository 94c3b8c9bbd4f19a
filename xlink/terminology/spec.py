"""Specifications: a TOML file that says what a terminology is built from.

TOML ──load_spec──▶ TerminologySpec ──locate, read, filter, derive──▶ build_from_spec
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from xlink.artifact import Json
from xlink.tally import Tally
from xlink.terminology.assembly import Part, assembled
from xlink.terminology.builder import BuildReport, build_terminology
from xlink.terminology.heirs import handed_down
from xlink.terminology.locate import locate
from xlink.terminology.spec_files import known_specs, load_spec, source_reader, sources_of
from xlink.terminology.spec_model import SourceSpec, TerminologySpec
from xlink.terminology.store import Terminology
from xlink.terminology.views import View, rekeyed
from xlink.types import Concept, Filter

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
    for each in sources_of(spec):
        source = each.source
        reader = source_reader(source, each.place, _located(each.spec, source.files, source.sha256))
        label = source.label if source.label is not None else each.spec.name
        parts.append(Part(reader, label=label, extends=source.extends, derive=source.derive))
    return parts


def _concepts(spec: TerminologySpec, parts: list[Part], tally: Tally) -> Iterator[Concept]:
    where = Filter(spec.filter.languages, spec.filter.sources, spec.filter.types)
    if spec.view is None:
        concepts = assembled(parts, where, tally)
    else:
        options = spec.view.model_dump(exclude={"mappings"})
        view = View(mappings=_located(spec, spec.view.mappings), **options)
        concepts = rekeyed(lambda counts: assembled(parts, where, counts), view, tally)
    return handed_down(concepts) if spec.hand_down else concepts


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
        for source in (each.source for each in sources_of(spec))
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
