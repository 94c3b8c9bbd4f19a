"""The linker that a system of a recipe is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlink.candidates.fusion import Fusion, ReciprocalRankFusion, WeightedFusion
from xlink.candidates.training_mentions import TrainingMentions
from xlink.context.steps import open_steps
from xlink.decide import ThresholdDecider
from xlink.linker import Linker
from xlink.protocols import CandidateGenerator, MentionDetector, Reranker
from xlink.recipes.model import LinkerSpec
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.types import Document

__all__ = ["generators_of", "linker_of"]


def generators_of(
    spec: LinkerSpec,
    terminology: Terminology,
    training: Callable[[], Sequence[Document]],
    opened: Callable[[str], CandidateGenerator],
    *,
    tally: Tally | None = None,
) -> list[CandidateGenerator]:
    """Return the generators of a system: `opened` by name, but mentions of `training` looked up."""
    return [
        TrainingMentions.build(terminology, documents=training(), tally=tally)
        if name == TrainingMentions.name
        else opened(name)
        for name in spec.generators
    ]


def linker_of(
    spec: LinkerSpec,
    terminology: Terminology,
    generators: Sequence[CandidateGenerator],
    *,
    detector: MentionDetector | None = None,
    reranker: Reranker | None = None,
) -> Linker:
    """Put a linker together as `spec` says; it keeps all candidates of a link."""
    return Linker(
        terminology,
        generators=generators,
        detector=detector,
        fusion=_fusion(spec),
        reranker=reranker,
        decider=ThresholdDecider(threshold=spec.threshold, keep=spec.k),
        steps=open_steps(spec.steps),
        k=spec.k,
        where=spec.filter.where(),
        where_by_label={label: own.where() for label, own in spec.filter_by_label.items()},
        window_chars=spec.window_chars,
        long_forms=spec.long_forms,
    )


def _fusion(spec: LinkerSpec) -> Fusion:
    if spec.fusion == "weighted":
        return WeightedFusion(weights=spec.weights, cut_at=spec.k)
    return ReciprocalRankFusion(weights=spec.weights)
