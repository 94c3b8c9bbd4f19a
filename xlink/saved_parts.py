"""The parts of a saved linker: by their registered names, with their options and files."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from pydantic import BaseModel, ConfigDict

from xlink.artifact import is_artifact
from xlink.candidates.training_mentions import TrainingMentions
from xlink.detect.combination import Detectors, Overlaps
from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.detect.naming import ModelDetector, NamedDetector, parse_detector
from xlink.errors import SpecError
from xlink.home import index_path
from xlink.indexes import open_detector, open_generator
from xlink.manifest import read_manifest
from xlink.registry import DETECTORS, GENERATORS, RERANKERS, Registry
from xlink.rerank.opening import open_reranker
from xlink.rerank.reranker import CrossEncoderReranker
from xlink.rerank.saving import save_reranker
from xlink.terminology import Terminology

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator, MentionDetector, Reranker

__all__ = [
    "DetectorRecord",
    "Part",
    "Parts",
    "load_detector",
    "load_generator",
    "load_reranker",
    "save_detector",
    "save_part",
    "save_reranker_part",
    "unsaved",
]

_RERANKER = "reranker"
_STRICT = ConfigDict(frozen=True, extra="forbid")


class Part(BaseModel):
    """A generator or detector by its registered name; one not `inside` is the default one."""

    model_config = _STRICT

    name: str
    inside: bool
    options: dict[str, tuple[str, ...] | bool] = {}


class Parts(BaseModel):
    """Several detectors as one."""

    model_config = _STRICT

    parts: tuple[Part, ...]
    overlaps: Overlaps


DetectorRecord = Part | Parts


@runtime_checkable
class _Saved(Protocol):
    """A part with a name and an index of its own."""

    name: str

    def save(self, path: Path) -> None: ...


def save_part(
    part: object, registry: Registry, terminology: Terminology, folder: Path, *, inside: bool
) -> Part:
    """Save a part below `folder`, unless the same lies beside its terminology and that will do."""
    known = {*registry.names(), TrainingMentions.name}
    if not isinstance(part, _Saved) or part.name not in known:
        raise unsaved(registry.kind, part)
    options = asdict(part.options) if isinstance(part, DictionaryDetector) else {}
    place, beside = folder / part.name, index_path(terminology.path, part.name)
    part.save(place)
    if not inside and _is_same(place, beside):
        shutil.rmtree(place)
        return Part(name=part.name, inside=False, options=options)
    return Part(name=part.name, inside=True, options=options)


def save_detector(
    detector: MentionDetector, terminology: Terminology, folder: Path, *, inside: bool
) -> DetectorRecord:
    """Save a detector below `folder`, or by name where a model stands behind it.

    A model in a folder of its own is copied where the linker is to have all `inside`.

    Raises:
        SpecError: no name is registered for it.
    """
    if not isinstance(detector, Detectors):
        return _save_one(detector, terminology, folder, inside=inside)
    parts = (
        _save_one(each, terminology, folder / str(number), inside=inside)
        for number, each in enumerate(detector.detectors)
    )
    return Parts(parts=tuple(parts), overlaps=detector.overlaps)


def _save_one(
    detector: MentionDetector, terminology: Terminology, folder: Path, *, inside: bool
) -> Part:
    if not isinstance(detector, NamedDetector):
        return save_part(detector, DETECTORS, terminology, folder, inside=inside)
    if not detector.name:
        raise unsaved(DETECTORS.kind, detector)
    kind, model, options = parse_detector(detector.name)
    if not Path(model).is_dir():
        return Part(name=detector.name, inside=False)
    place = Path(model).resolve()
    if inside:
        shutil.copytree(place, folder / kind)
    told = f"?{options}" if options else ""
    return Part(name=f"{kind}{told}" if inside else f"{kind}:{place}{told}", inside=inside)


def save_reranker_part(reranker: Reranker | None, folder: Path) -> Part | None:
    """Save a re-ranker below `folder`, or by its name where it is registered."""
    if reranker is None:
        return None
    if isinstance(reranker, CrossEncoderReranker):
        save_reranker(reranker, folder / _RERANKER)
        cascade = reranker.cascade is not None
        return Part(name=_RERANKER, inside=True, options={"cascade": cascade})
    if reranker.name not in RERANKERS.names():
        raise unsaved("reranker", reranker)
    return Part(name=reranker.name, inside=False)


def load_reranker(part: Part | None, terminology: Terminology, folder: Path) -> Reranker | None:
    """Open what `save_reranker_part` saved.

    Raises:
        ArtifactError: it is missing or damaged.
    """
    if part is None:
        return None
    place = folder / part.name if part.inside else part.name
    return open_reranker(place, terminology, cascade=bool(part.options.get("cascade", False)))


def _is_same(place: Path, beside: Path) -> bool:
    if not is_artifact(beside):
        return False
    return read_manifest(place, "")[0].fingerprint == read_manifest(beside, "")[0].fingerprint


def load_generator(part: Part, terminology: Terminology, folder: Path) -> CandidateGenerator:
    """Open a generator that `save_part` saved.

    Raises:
        ArtifactError: it is missing or damaged.
        UnknownNameError: its plug-in is not installed.
    """
    if not part.inside:
        return open_generator(terminology, part.name)
    if part.name == TrainingMentions.name:
        return TrainingMentions.load(folder / part.name, terminology)
    maker = cast("type[CandidateGenerator]", GENERATORS.load(part.name))
    return maker.load(folder / part.name, terminology)


def load_detector(
    record: DetectorRecord, terminology: Terminology, folder: Path
) -> MentionDetector:
    """Open what `save_detector` saved.

    Raises:
        ArtifactError: a part is missing or damaged, or a model can't be had.
        UnknownNameError: the plug-in of a part is not installed.
    """
    if isinstance(record, Part):
        return _load_one(record, terminology, folder)
    detectors = [
        _load_one(part, terminology, folder / str(number))
        for number, part in enumerate(record.parts)
    ]
    return Detectors(detectors, overlaps=record.overlaps)


def _load_one(part: Part, terminology: Terminology, folder: Path) -> MentionDetector:
    kind, _, told = part.name.partition("?")
    if part.inside and issubclass(cast("type", DETECTORS.load(kind)), ModelDetector):
        return open_detector(terminology, f"{kind}:{folder / kind}?{told}")
    if part.inside:
        maker = cast("type[DictionaryDetector]", DETECTORS.load(part.name))
        detector: MentionDetector = maker.load(folder / part.name, terminology)
    else:
        detector = open_detector(terminology, part.name)
    if isinstance(detector, DictionaryDetector) and part.options:
        return detector.with_options(DetectionOptions(**part.options))  # type: ignore[arg-type]
    return detector


def unsaved(kind: str, part: object) -> SpecError:
    """Make the error for a part that can't be saved."""
    return SpecError(
        f"A linker can't be saved with the {kind} {type(part).__name__}, which no name is "
        "registered for. Save it without this part, and pass that to Linker(...) again."
    )
