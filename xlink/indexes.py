"""The indexes beside a terminology: opened by the name of what made them, built when missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, cast, runtime_checkable

from xlink.artifact import is_artifact
from xlink.detect.combination import Detectors, Overlaps, as_overlaps
from xlink.detect.naming import ModelDetector, parse_detector
from xlink.detect.options import read_options
from xlink.errors import OldFormatError, SpecError, StaleIndexError
from xlink.home import index_path
from xlink.registry import DETECTORS, GENERATORS
from xlink.terminology import Terminology

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator, MentionDetector

__all__ = ["build_index", "open_detector", "open_detectors", "open_generator", "update_indexes"]


class _Index(Protocol):
    @classmethod
    def build(cls, terminology: Terminology) -> Self: ...

    @classmethod
    def load(cls, path: Path, terminology: Terminology) -> Self: ...

    def save(self, path: Path) -> None: ...


@runtime_checkable
class _Updatable(_Index, Protocol):
    """An index that knows a quicker way from an earlier state of its terminology to a later one."""

    def updated(self, terminology: Terminology) -> _Index: ...


@runtime_checkable
class _Adjustable(Protocol):
    """A detector with options, a dataclass whose fields all have defaults."""

    options: Any

    def with_options(self, options: Any) -> MentionDetector: ...


I = TypeVar("I", bound=_Index)  # noqa: E741


def open_generator(terminology: Terminology, name: str) -> CandidateGenerator:
    """Open the candidate generator registered as `name`, building its index if need be.

    An index of an older build of the terminology, or of an older format, is replaced.

    Raises:
        UnknownNameError: no generator has this name.
        ArtifactError: the index is damaged.
    """
    return _open(cast("type[CandidateGenerator]", GENERATORS.load(name)), terminology, name)


def open_detector(terminology: Terminology, name: str) -> MentionDetector:
    """Open a mention detector, as `xlink.detect.naming.parse_detector` says what names mean.

    One that needs the names of the terminology has an index, which is built if need be; one of an
    older build of the terminology, or of an older format, is replaced.

    Raises:
        UnknownNameError: no detector has this name.
        SpecError: an option is of no use.
        MissingExtraError: the packages that a model needs are not installed.
        ArtifactError: the index or the model is damaged, or the model can't be had.
    """
    kind, model, options = parse_detector(name)
    maker = cast("type[Any]", DETECTORS.load(kind))
    if issubclass(maker, ModelDetector):
        return cast("MentionDetector", maker.from_name(model, options))
    detector = cast("MentionDetector", _open(maker, terminology, kind))
    if not options:
        return detector
    if not isinstance(detector, _Adjustable):
        raise SpecError(f"{name}: the mention detector {kind!r} takes no options.")
    return detector.with_options(read_options(type(detector.options), options, of=kind))


def open_detectors(
    terminology: Terminology, names: str | Sequence[str], overlaps: Overlaps = "longest"
) -> MentionDetector:
    """Open one mention detector, or several as one, of which `overlaps` says what stays.

    With `all`, each keeps nested and overlapping mentions, too, where it can.

    Raises:
        UnknownNameError: no detector has this name.
        SpecError: there is none, or an option is of no use.
        MissingExtraError: the packages that a model needs are not installed.
        ArtifactError: an index or a model is damaged, or a model can't be had.
    """
    listed = [names] if isinstance(names, str) else names
    opened = [open_detector(terminology, name) for name in listed]
    if as_overlaps(overlaps) == "all":
        opened = [_nested(each) for each in opened]
    return opened[0] if len(opened) == 1 else Detectors(opened, overlaps=overlaps)


def build_index(terminology: Terminology, name: str) -> Path:
    """Build the index of the generator or detector `name` beside its terminology; return where.

    Raises:
        UnknownNameError: neither a generator nor a detector has this name.
        SpecError: it is a detector that needs no index.
    """
    registry = DETECTORS if name in DETECTORS.names() else GENERATORS
    place = index_path(terminology.path, name)
    maker = cast("type[_Index]", registry.load(name))
    if issubclass(maker, ModelDetector):
        raise SpecError(f"The mention detector {name} works by a model and has no index.")
    maker.build(terminology).save(place)
    return place


def update_indexes(before: Terminology, after: Terminology) -> tuple[str, ...]:
    """Bring the indexes that lie beside `after` from an earlier state of it to the present one.

    They answer as if they had been built anew; those whose kind can't do better are. Return their
    names.

    Raises:
        UnknownNameError: the plug-in of an index is not installed.
        ArtifactError: an index is damaged.
    """
    folder = index_path(after.path, "_").parent
    places = sorted(filter(is_artifact, folder.iterdir())) if folder.is_dir() else []
    for place in places:
        registry = DETECTORS if place.name in DETECTORS.names() else GENERATORS
        maker = cast("type[_Index]", registry.load(place.name))
        _updated(maker, place, before, after).save(place)
    return tuple(place.name for place in places)


def _updated(maker: type[_Index], place: Path, before: Terminology, after: Terminology) -> _Index:
    try:
        index = maker.load(place, before) if issubclass(maker, _Updatable) else None
    except (StaleIndexError, OldFormatError):
        index = None  # of a state before the last
    return index.updated(after) if isinstance(index, _Updatable) else maker.build(after)


def _nested(detector: MentionDetector) -> MentionDetector:
    if isinstance(detector, _Adjustable):
        options = detector.options
        if any(each.name == "nested" for each in fields(options)):
            return detector.with_options(replace(options, nested=True))
    return detector


def _open(maker: type[I], terminology: Terminology, name: str) -> I:
    place = index_path(terminology.path, name)
    if is_artifact(place):
        try:
            return maker.load(place, terminology)
        except (StaleIndexError, OldFormatError):
            pass  # the terminology was built anew since, or xlink has a better format
    maker.build(terminology).save(place)
    return maker.load(place, terminology)
