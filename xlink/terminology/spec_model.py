"""What a specification may say: the keys of its tables, and what their values must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from xlink.terminology.derive import Rule

__all__ = ["FilterSpec", "SourceSpec", "TerminologySpec", "ViewSpec"]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class SourceSpec(BaseModel):
    """One `[[source]]` table; the keys that are not named here are options of its kind."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str
    files: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")] | None = None
    label: str | None = None
    extends: bool = False
    derive: tuple[Rule, ...] = ()

    @property
    def options(self) -> dict[str, object]:
        """The options of the kind, as written."""
        return dict(self.model_extra or {})


class FilterSpec(BaseModel):
    """The `[filter]` table: what of the sources is built; an empty field does not restrict."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()


class ViewSpec(BaseModel):
    """The `[view]` table: the ids that the sources are re-keyed to, as `View` describes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prefixes: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
    id: re.Pattern[str] = re.compile(r".+")
    mappings: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    predicates: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)] = (
        "skos:exactMatch",
    )
    xrefs: bool = True
    several: Literal["all", "mapped", "skip"] = "all"
    on_error: Literal["raise", "skip"] = "raise"


class TerminologySpec(BaseModel):
    """A whole specification; its relative paths start at its own file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: str
    version: str
    licence: str
    licence_note: str = ""
    homepage: str = ""
    sources: Annotated[tuple[SourceSpec, ...], Field(alias="source", min_length=1)]
    filter: FilterSpec = FilterSpec()
    view: ViewSpec | None = None
    hand_down: bool = False
    type_groups: Mapping[str, tuple[str, ...]] = {}
    _path: Path = PrivateAttr(default=Path())

    @property
    def path(self) -> Path:
        """The file that this was read from."""
        return self._path
