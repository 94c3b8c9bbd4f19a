"""The config of the component: what its keys may say, and the linker that they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from xlink.artifact import is_artifact
from xlink.candidates.fusion import StandardisedFusion, WeightedFusion
from xlink.context.steps import open_steps
from xlink.decide import CalibratedDecider, ThresholdDecider
from xlink.detect.combination import Overlaps
from xlink.detect.naming import parse_detector
from xlink.errors import SpecError, XlinkError
from xlink.home import terminology_path
from xlink.linker import DEFAULT_DETECTOR, DEFAULT_GENERATORS, Linker
from xlink.recipes.model import FilterSpec
from xlink.registry import GENERATORS, STEPS, Registry
from xlink.types import Filter

__all__ = ["Options", "configured", "open_linker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The config of a component, as docs/python.md describes it; None leaves a linker as it is.

    Raises:
        SpecError: a value can't be used, or one is missing; the message names its key.
    """

    terminology: str | None = None
    linker: str | None = None
    mentions: Literal["ents", "spans", "detect"] = "ents"
    span_groups: tuple[str, ...] = ()
    detected_group: str = "xlink"
    generators: tuple[str, ...] | None = None
    detector: str | Sequence[str] | None = None
    overlaps: Overlaps = "longest"
    steps: tuple[str, ...] | None = None
    threshold: float | None = None
    k: int | None = None
    keep: int | None = None
    filter: Mapping[str, Sequence[str] | str | bool] = field(default_factory=dict)
    filter_by_label: Mapping[str, Mapping[str, Sequence[str] | str | bool]] = field(
        default_factory=dict
    )
    language: str | None = None
    extension: str = "xlink"
    store: Literal["reference", "inside"] = "reference"

    def __post_init__(self) -> None:
        if self.terminology is not None and self.linker is not None:
            raise _refused("linker", "a saved linker has its terminology; leave `terminology` out.")
        if self.terminology is None and self.linker is None and self.store == "reference":
            raise _refused(
                "terminology", 'name a built one, such as {"terminology": "icd10"}, or a `linker`.'
            )
        if self.linker is not None and self.generators is not None:
            raise _refused("generators", "a saved linker has its own; leave them out.")
        if self.mentions == "spans" and not self.span_groups:
            raise _refused("span_groups", 'name those to link, for mentions = "spans".')
        if self.k is not None and self.k < 1:
            raise _refused("k", f"at least one candidate a mention is needed, not {self.k}.")
        if not self.extension.isidentifier():
            raise _refused("extension", f"{self.extension!r} can't be the name of an attribute.")
        if self.generators == ():
            raise _refused("generators", "name at least one, or leave the key out.")
        for name in self.generators or ():
            _check_known("generators", GENERATORS, name)
        with _naming("detector"):
            named = [self.detector] if isinstance(self.detector, str) else self.detector
            for name in named or ():
                parse_detector(name)
        for name in self.steps or ():
            _check_known("steps", STEPS, name)
        _ = self.where, self.where_by_label

    @property
    def where(self) -> Filter:
        """What may be proposed."""
        return _filter("filter", self.filter)

    @property
    def where_by_label(self) -> dict[str, Filter]:
        """What may be proposed for mentions with a label."""
        return {
            label: _filter(f"filter_by_label.{label}", own)
            for label, own in self.filter_by_label.items()
        }


def open_linker(options: Options) -> Linker | None:
    """Open the linker that the config asks for; None where it comes with the pipeline's folder.

    Raises:
        SpecError: it can't be opened; the message names the key.
    """
    if options.linker is not None:
        with _naming("linker"):
            return configured(Linker.load(Path(options.linker)), options)
    if options.terminology is None:
        return None
    if options.store == "inside" and not is_artifact(terminology_path(options.terminology)):
        return None  # it was built where the pipeline was saved
    detector = options.detector if options.detector is not None else DEFAULT_DETECTOR
    with _naming("terminology"):
        opened = Linker.open(
            options.terminology,
            generators=DEFAULT_GENERATORS if options.generators is None else options.generators,
            detector=detector if options.mentions == "detect" else None,
            overlaps=options.overlaps,
        )
    return configured(opened, options)


def configured(linker: Linker, options: Options) -> Linker:
    """Return `linker` with the options that the config sets.

    Raises:
        SpecError: an option does not fit the linker; the message names its key.
    """
    decider = linker.decider
    if options.threshold is not None or options.keep is not None:
        if not isinstance(decider, ThresholdDecider | CalibratedDecider):
            raise _refused("threshold", f"the linker decides by {type(decider).__name__}.")
        decider = replace(
            decider,
            threshold=decider.threshold if options.threshold is None else options.threshold,
            keep=decider.keep if options.keep is None else options.keep,
        )
    k = linker.k if options.k is None else options.k
    fusion = linker.fusion
    if isinstance(fusion, WeightedFusion | StandardisedFusion) and fusion.cut_at == linker.k:
        fusion = replace(fusion, cut_at=k)  # what is cut is said of the lists that are made
    where = options.where or linker.where
    by_label = options.where_by_label or linker.where_by_label
    if where:
        with _naming("filter"):
            linker.terminology.select(where)
    with _naming("filter_by_label"):
        for own in by_label.values():
            linker.terminology.select(own.or_else(where))
    if options.mentions == "detect" and linker.detector is None:
        raise _refused("mentions", "the linker has no mention detector.")
    return Linker(
        linker.terminology,
        generators=linker.generators,
        detector=linker.detector,
        fusion=fusion,
        reranker=linker.reranker,
        decider=decider,
        steps=linker.steps if options.steps is None else open_steps(options.steps),
        k=k,
        where=where,
        where_by_label=by_label,
        window_chars=linker.window_chars,
        long_forms=linker.long_forms,
    )


def _filter(key: str, table: Mapping[str, Sequence[str] | str | bool]) -> Filter:
    try:
        return FilterSpec.model_validate(dict(table)).where()
    except ValidationError as error:
        first = error.errors()[0]
        inner = ".".join(str(part) for part in (key, *first["loc"]))
        known = ", ".join(FilterSpec.model_fields)
        raise _refused(inner, f"{first['msg']}. Known: {known}.") from None


def _check_known(key: str, registry: Registry, name: str) -> None:
    if name not in registry.names():
        with _naming(key):
            registry.load(name)


@contextmanager
def _naming(key: str) -> Iterator[None]:
    """Say in errors which key of the config they come from."""
    try:
        yield
    except XlinkError as error:
        raise _refused(key, str(error)) from error


def _refused(key: str, problem: str) -> SpecError:
    return SpecError(f"xlink, config key `{key}`: {problem}")
