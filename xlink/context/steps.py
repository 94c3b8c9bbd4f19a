"""Steps by name: opened, run in their phase, and recorded with their options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from xlink.errors import SpecError
from xlink.protocols import DocumentStep
from xlink.registry import STEPS
from xlink.types import Document

__all__ = ["StepRecord", "annotated_by", "open_steps", "recorded_step", "step_record"]


class StepRecord(BaseModel):
    """A step by its registered name, with its options where it is a dataclass."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    options: dict[str, bool | int | float | str | tuple[str, ...]] = {}


def open_steps(steps: Iterable[str | DocumentStep]) -> list[DocumentStep]:
    """Return steps with those that are named made as they are by default.

    Raises:
        UnknownNameError: nothing is registered under a name.
    """
    return [
        recorded_step(StepRecord(name=each)) if isinstance(each, str) else each for each in steps
    ]


def annotated_by(
    steps: Iterable[DocumentStep], documents: Sequence[Document], *, after_detection: bool
) -> list[Document]:
    """Return the documents after the steps of one phase, taken in their order."""
    annotated = list(documents)
    for step in steps:
        if step.after_detection == after_detection:
            annotated = step.annotate(annotated)
    return annotated


def step_record(step: DocumentStep) -> StepRecord:
    """Return how a step is saved.

    Raises:
        SpecError: no name is registered for it.
    """
    if step.name not in STEPS.names() or STEPS.load(step.name) is not type(step):
        raise SpecError(
            f"A linker can't be saved with the step {type(step).__name__}, which no name is "
            "registered for. Save it without this step, and pass that to Linker(...) again."
        )
    options: dict[str, Any] = asdict(step) if is_dataclass(step) else {}
    return StepRecord(name=step.name, options=options)


def recorded_step(record: StepRecord) -> DocumentStep:
    """Make the step that was recorded.

    Raises:
        UnknownNameError: nothing is registered under its name.
    """
    maker = cast("type[DocumentStep]", STEPS.load(record.name))
    return maker(**record.options)
