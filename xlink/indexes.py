"""The indexes beside a terminology: opened by the name of what made them, built when missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, cast

from xlink.artifact import is_artifact
from xlink.errors import StaleIndexError
from xlink.home import index_path
from xlink.registry import DETECTORS, GENERATORS
from xlink.terminology import Terminology

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator, MentionDetector

__all__ = ["build_index", "open_detector", "open_generator"]


class _Index(Protocol):
    @classmethod
    def build(cls, terminology: Terminology) -> Self: ...

    @classmethod
    def load(cls, path: Path, terminology: Terminology) -> Self: ...

    def save(self, path: Path) -> None: ...


I = TypeVar("I", bound=_Index)  # noqa: E741


def open_generator(terminology: Terminology, name: str) -> CandidateGenerator:
    """Open the candidate generator registered as `name`, building its index if need be.

    An index of an older build of the terminology is replaced.

    Raises:
        UnknownNameError: no generator has this name.
        ArtifactError: the index is damaged.
    """
    return _open(cast("type[CandidateGenerator]", GENERATORS.load(name)), terminology, name)


def open_detector(terminology: Terminology, name: str) -> MentionDetector:
    """Open the mention detector registered as `name`, building its index if need be.

    An index of an older build of the terminology is replaced.

    Raises:
        UnknownNameError: no detector has this name.
        ArtifactError: the index is damaged.
    """
    return cast(
        "MentionDetector", _open(cast("type[_Index]", DETECTORS.load(name)), terminology, name)
    )


def build_index(terminology: Terminology, name: str) -> Path:
    """Build the index of the generator or detector `name` beside its terminology; return where.

    Raises:
        UnknownNameError: neither a generator nor a detector has this name.
    """
    registry = DETECTORS if name in DETECTORS.names() else GENERATORS
    place = index_path(terminology.path, name)
    cast("type[_Index]", registry.load(name)).build(terminology).save(place)
    return place


def _open(maker: type[I], terminology: Terminology, name: str) -> I:
    place = index_path(terminology.path, name)
    if is_artifact(place):
        try:
            return maker.load(place, terminology)
        except StaleIndexError:
            pass  # the terminology was built anew since
    maker.build(terminology).save(place)
    return maker.load(place, terminology)
