"""What a job links with, as values that another process, or a later run, opens the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlink.detect.combination import Overlaps
from xlink.evaluation.run import RunHeader
from xlink.linker import DEFAULT_DETECTOR, DEFAULT_GENERATORS, Linker
from xlink.terminology import Terminology
from xlink.types import NO_FILTER, Filter

__all__ = ["LinkSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """The arguments of `Linker.open`; without `detect`, the mentions of documents are linked."""

    terminology: str
    generators: tuple[str, ...] = DEFAULT_GENERATORS
    detect: bool = True
    detectors: tuple[str, ...] = (DEFAULT_DETECTOR,)
    overlaps: Overlaps = "longest"
    reranker: str | None = None
    cascade: bool = False
    steps: tuple[str, ...] = ()
    long_forms: bool = True
    threshold: float | None = None
    risk: float | None = None
    calibration: str | None = None
    k: int = 64
    keep: int = 8
    where: Filter = NO_FILTER
    where_by_label: Mapping[str, Filter] = field(default_factory=dict)

    def open(self) -> Linker:
        """Open the linker.

        Raises:
            ArtifactError: the terminology is not built, or an index of it is damaged.
            UnknownNameError: nothing is registered under a name.
        """
        linker = Linker.open(
            self.terminology,
            generators=self.generators,
            detector=self.detectors if self.detect else None,
            overlaps=self.overlaps,
            reranker=self.reranker,
            cascade=self.cascade,
            steps=self.steps,
            threshold=self.threshold,
            risk=self.risk,
            calibration=self.calibration,
            k=self.k,
            keep=self.keep,
            where=self.where,
            where_by_label=self.where_by_label,
        )
        linker.long_forms = self.long_forms
        return linker

    def header(self, terminology: Terminology) -> RunHeader:
        """Return the header of a run that is made with these."""
        return RunHeader("+".join(self.generators), terminology.name, terminology.fingerprint)
