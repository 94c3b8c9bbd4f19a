"""Linkers as folders: the terminology by reference or inside, and the parts with their options."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from xlink.artifact import Artifact, is_artifact, open_artifact, write_artifact
from xlink.candidates.fusion import (
    Fusion,
    ReciprocalRankFusion,
    StandardisedFusion,
    WeightedFusion,
)
from xlink.context.steps import StepRecord, recorded_step, step_record
from xlink.decide import CalibratedDecider, Calibration, ThresholdDecider
from xlink.errors import ArtifactError, StaleIndexError
from xlink.home import terminology_path
from xlink.linker import Linker
from xlink.manifest import MANIFEST, read_manifest
from xlink.registry import GENERATORS
from xlink.saved_parts import (
    DetectorRecord,
    Part,
    load_detector,
    load_generator,
    load_reranker,
    save_detector,
    save_part,
    save_reranker_part,
    unsaved,
)
from xlink.terminology import Terminology
from xlink.types import Filter

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


_Filter = dict[str, tuple[str, ...] | str | bool]


class _Fusion(BaseModel):
    model_config = _STRICT

    kind: _Kind
    options: dict[str, int | float | dict[str, float]]


class _Record(BaseModel):
    """All that is in `linker.json`."""

    model_config = _STRICT

    terminology: _Reference
    generators: tuple[Part, ...]
    detector: DetectorRecord | None
    reranker: Part | None = None
    fusion: _Fusion
    threshold: float
    calibration: Calibration | None = None
    keep: int
    k: int
    window_chars: int
    long_forms: bool = True
    steps: tuple[StepRecord, ...] = ()
    where: _Filter
    where_by_label: dict[str, _Filter] = {}


def save_linker(linker: Linker, path: Path, *, with_terminology: bool = False) -> None:
    """Write `linker` to the folder at `path`, as `Linker.save` describes it.

    Raises:
        SpecError: a part can't be saved.
        StaleIndexError: the terminology to be copied was built anew since it was opened.
    """
    decider, terminology = linker.decider, linker.terminology
    if not isinstance(decider, ThresholdDecider | CalibratedDecider):
        raise unsaved("decider", decider)
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
                save_part(each, GENERATORS, terminology, folder, inside=with_terminology)
                for each in linker.generators
            ),
            detector=None
            if linker.detector is None
            else save_detector(linker.detector, terminology, folder, inside=with_terminology),
            fusion=_fusion_record(linker.fusion),
            reranker=save_reranker_part(linker.reranker, folder),
            threshold=decider.threshold,
            calibration=getattr(decider, "calibration", None),
            keep=decider.keep,
            k=linker.k,
            window_chars=linker.window_chars,
            long_forms=linker.long_forms,
            steps=tuple(map(step_record, linker.steps)),
            where=_filter_record(linker.where),
            where_by_label={
                label: _filter_record(own) for label, own in linker.where_by_label.items()
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
        generators=[load_generator(each, opened, folder) for each in record.generators],
        detector=None
        if record.detector is None
        else load_detector(record.detector, opened, folder),
        fusion=_FUSIONS[record.fusion.kind](**record.fusion.options),  # type: ignore[arg-type]
        reranker=load_reranker(record.reranker, opened, folder),
        decider=ThresholdDecider(record.threshold, record.keep)
        if record.calibration is None
        else CalibratedDecider(record.calibration, record.threshold, record.keep),
        k=record.k,
        where=_recorded_filter(record.where),
        where_by_label={
            label: _recorded_filter(own) for label, own in record.where_by_label.items()
        },
        window_chars=record.window_chars,
        long_forms=record.long_forms,
        steps=[recorded_step(each) for each in record.steps],
    )


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


def _filter_record(where: Filter) -> _Filter:
    return {
        name: value if isinstance(value, str | bool) else tuple(sorted(value))
        for name, value in asdict(where).items()
    }


def _recorded_filter(record: _Filter) -> Filter:
    return Filter(
        **{  # type: ignore[arg-type]
            name: value if isinstance(value, str | bool) else frozenset(value)
            for name, value in record.items()
        }
    )


def _fusion_record(fusion: Fusion) -> _Fusion:
    for kind, maker in _FUSIONS.items():
        if type(fusion) is maker:
            options = {name: getattr(fusion, name) for name in fusion.__dataclass_fields__}
            options["weights"] = dict(fusion.weights)
            return _Fusion(kind=kind, options=options)
    raise unsaved("fusion", fusion)
