"""Linkers as folders: the terminology by reference or inside, and the parts with their options."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast, runtime_checkable

from pydantic import BaseModel, ConfigDict, ValidationError

from xlink.artifact import Artifact, is_artifact, open_artifact, write_artifact
from xlink.candidates.fusion import (
    Fusion,
    ReciprocalRankFusion,
    StandardisedFusion,
    WeightedFusion,
)
from xlink.candidates.training_mentions import TrainingMentions
from xlink.decide import ThresholdDecider
from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.errors import ArtifactError, SpecError, StaleIndexError
from xlink.home import index_path, terminology_path
from xlink.indexes import open_detector, open_generator
from xlink.linker import Linker
from xlink.manifest import MANIFEST, read_manifest
from xlink.registry import DETECTORS, GENERATORS, Registry
from xlink.terminology import Terminology
from xlink.types import Filter

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator, MentionDetector

__all__ = ["load_linker", "save_linker"]

_KIND, _FORMAT = "linker", 1
_RECORD, _TERMINOLOGY, _PARTS = "linker.json", "terminology", "parts"
_REMEDY = "save the linker again"
_Kind = Literal["weighted", "reciprocal-rank", "standardised"]
_FUSIONS: dict[_Kind, type[WeightedFusion | ReciprocalRankFusion | StandardisedFusion]] = {
    "weighted": WeightedFusion,
    "reciprocal-rank": ReciprocalRankFusion,
    "standardised": StandardisedFusion,
}
_STRICT = ConfigDict(frozen=True, extra="forbid")


class _Reference(BaseModel):
    """Which terminology it is; `path` is None where it lies inside."""

    model_config = _STRICT

    name: str
    version: str
    fingerprint: str
    path: str | None


class _Part(BaseModel):
    """A generator or detector by its registered name; one not `inside` is the default one."""

    model_config = _STRICT

    name: str
    inside: bool
    options: dict[str, tuple[str, ...] | bool] = {}


class _Fusion(BaseModel):
    model_config = _STRICT

    kind: _Kind
    options: dict[str, int | float | dict[str, float]]


class _Record(BaseModel):
    """All that is in `linker.json`."""

    model_config = _STRICT

    terminology: _Reference
    generators: tuple[_Part, ...]
    detector: _Part | None
    fusion: _Fusion
    threshold: float
    keep: int
    k: int
    window_chars: int
    long_forms: bool = True
    where: dict[str, tuple[str, ...] | str]


@runtime_checkable
class _Saved(Protocol):
    """A part with a name and an index of its own."""

    name: str

    def save(self, path: Path) -> None: ...


def save_linker(linker: Linker, path: Path, *, with_terminology: bool = False) -> None:
    """Write `linker` to the folder at `path`, as `Linker.save` describes it.

    Raises:
        SpecError: a part can't be saved.
        StaleIndexError: the terminology to be copied was built anew since it was opened.
    """
    decider, terminology = linker.decider, linker.terminology
    if not isinstance(decider, ThresholdDecider):
        raise _unsaved("decider", decider)
    if linker.reranker is not None:
        raise _unsaved("reranker", linker.reranker)
    with write_artifact(path, kind=_KIND, format_version=_FORMAT) as writer:
        if with_terminology:
            _copy(terminology, writer.folder / _TERMINOLOGY)
        folder = writer.folder / _PARTS
        record = _Record(
            terminology=_Reference(
                name=terminology.name,
                version=terminology.version,
                fingerprint=terminology.fingerprint,
                path=None if with_terminology else str(terminology.path.resolve()),
            ),
            generators=tuple(
                _save_part(each, GENERATORS, terminology, folder, inside=with_terminology)
                for each in linker.generators
            ),
            detector=None
            if linker.detector is None
            else _save_part(
                linker.detector, DETECTORS, terminology, folder, inside=with_terminology
            ),
            fusion=_fusion_record(linker.fusion),
            threshold=decider.threshold,
            keep=decider.keep,
            k=linker.k,
            window_chars=linker.window_chars,
            long_forms=linker.long_forms,
            where={
                name: value if isinstance(value, str) else tuple(sorted(value))
                for name, value in asdict(linker.where).items()
            },
        )
        text = json.dumps(record.model_dump(mode="json"), ensure_ascii=False, indent=1)
        (writer.folder / _RECORD).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def load_linker(path: Path, terminology: Terminology | Path | str | None = None) -> Linker:
    """Open the linker at `path`, as `Linker.load` describes it.

    Raises:
        ArtifactError: there is none, it is damaged, or its terminology is not to be found.
        StaleIndexError: the terminology found is another build than the linker was saved with.
        UnknownNameError: the plug-in of a part is not installed.
    """
    artifact = open_artifact(path, kind=_KIND, format_version=_FORMAT, remedy=_REMEDY)
    try:
        content = (artifact.folder / _RECORD).read_bytes()
        record = _Record.model_validate_json(content)
    except (OSError, ValidationError):
        raise ArtifactError(
            f"{path} has parts that this xlink does not know. To mend this, {_REMEDY}."
        ) from None
    opened = _terminology(record.terminology, artifact, path, terminology)
    folder = artifact.folder / _PARTS
    return Linker(
        opened,
        generators=[_load_generator(each, opened, folder) for each in record.generators],
        detector=None
        if record.detector is None
        else _load_detector(record.detector, opened, folder),
        fusion=_FUSIONS[record.fusion.kind](**record.fusion.options),  # type: ignore[arg-type]
        decider=ThresholdDecider(threshold=record.threshold, keep=record.keep),
        k=record.k,
        where=Filter(
            **{  # type: ignore[arg-type]
                name: value if isinstance(value, str) else frozenset(value)
                for name, value in record.where.items()
            }
        ),
        window_chars=record.window_chars,
        long_forms=record.long_forms,
    )


def _save_part(
    part: object, registry: Registry, terminology: Terminology, folder: Path, *, inside: bool
) -> _Part:
    """Save a part below `folder`, unless the same lies beside its terminology and that will do."""
    known = {*registry.names(), TrainingMentions.name}
    if not isinstance(part, _Saved) or part.name not in known:
        raise _unsaved(registry.kind, part)
    options = asdict(part.options) if isinstance(part, DictionaryDetector) else {}
    place, beside = folder / part.name, index_path(terminology.path, part.name)
    part.save(place)
    if not inside and _is_same(place, beside):
        shutil.rmtree(place)
        return _Part(name=part.name, inside=False, options=options)
    return _Part(name=part.name, inside=True, options=options)


def _is_same(place: Path, beside: Path) -> bool:
    if not is_artifact(beside):
        return False
    return read_manifest(place, "")[0].fingerprint == read_manifest(beside, "")[0].fingerprint


def _load_generator(part: _Part, terminology: Terminology, folder: Path) -> CandidateGenerator:
    if not part.inside:
        return open_generator(terminology, part.name)
    if part.name == TrainingMentions.name:
        return TrainingMentions.load(folder / part.name, terminology)
    maker = cast("type[CandidateGenerator]", GENERATORS.load(part.name))
    return maker.load(folder / part.name, terminology)


def _load_detector(part: _Part, terminology: Terminology, folder: Path) -> MentionDetector:
    if part.inside:
        maker = cast("type[DictionaryDetector]", DETECTORS.load(part.name))
        detector: MentionDetector = maker.load(folder / part.name, terminology)
    else:
        detector = open_detector(terminology, part.name)
    if isinstance(detector, DictionaryDetector) and part.options:
        return detector.with_options(DetectionOptions(**part.options))  # type: ignore[arg-type]
    return detector


def _terminology(
    wanted: _Reference, artifact: Artifact, path: Path, given: Terminology | Path | str | None
) -> Terminology:
    """Open the terminology of a saved linker: the given one, that inside, or that referred to."""
    if isinstance(given, Terminology):
        found = [given]
    elif given is not None:
        found = [Terminology.open(terminology_path(given))]
    elif wanted.path is None:
        return Terminology.open(artifact.folder / _TERMINOLOGY)
    else:
        places = [Path(wanted.path), terminology_path(wanted.name)]
        found = [Terminology.open(place) for place in places if is_artifact(place)]
        if not found:
            raise ArtifactError(
                f"{path} refers to the terminology {wanted.name} {wanted.version}".rstrip()
                + f", which is neither at {places[0]} nor at {places[1]}. "
                "Build it, or say where it is: Linker.load(path, terminology=...)."
            )
    for each in found:
        if each.fingerprint == wanted.fingerprint:
            return each
    raise StaleIndexError(
        f"{path} was saved with another build of {wanted.name} {wanted.version}".rstrip()
        + f" (fingerprint {wanted.fingerprint[:12]}) than the one at {found[0].path} "
        f"({found[0].fingerprint[:12]}). Build that one again, or {_REMEDY}."
    )


def _copy(terminology: Terminology, target: Path) -> None:
    """Copy the artifact of a terminology without what may lie around it."""
    manifest, generation = read_manifest(terminology.path, "build it again")
    if manifest.fingerprint != terminology.fingerprint:
        raise StaleIndexError(
            f"{terminology.path} was built anew since it was opened. Open the linker again."
        )
    shutil.copytree(terminology.path / generation, target / generation)
    shutil.copyfile(terminology.path / MANIFEST, target / MANIFEST)


def _fusion_record(fusion: Fusion) -> _Fusion:
    for kind, maker in _FUSIONS.items():
        if type(fusion) is maker:
            options = {name: getattr(fusion, name) for name in fusion.__dataclass_fields__}
            options["weights"] = dict(fusion.weights)
            return _Fusion(kind=kind, options=options)
    raise _unsaved("fusion", fusion)


def _unsaved(kind: str, part: object) -> SpecError:
    return SpecError(
        f"A linker can't be saved with the {kind} {type(part).__name__}, which no name is "
        "registered for. Save it without this part, and pass that to Linker(...) again."
    )
