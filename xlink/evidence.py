"""Why a mention is linked as it is: the aliases that fired, and what each generator said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.terminology import Terminology
from xlink.types import Alias

__all__ = ["Evidence", "evidence_of"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One candidate of a mention: its name, the alias that fired, and scores by generator.

    `generator_scores` pairs the name of each generator with its score, None where it did not
    propose the candidate. After re-ranking, `prior` is the score that the candidate came with, and
    `logit` what the re-ranker said of it, None where it did not read it. `margin` is its score less
    that of the best other candidate, None where there is no other; `probability` that it is right,
    which a calibration says of the first alone.
    """

    concept_id: str
    name: str
    alias: Alias
    score: float
    generator_scores: tuple[tuple[str, float | None], ...]
    prior: float | None = None
    logit: float | None = None
    margin: float | None = None
    probability: float | None = None


def evidence_of(
    found: CandidateSet,
    query: int,
    terminology: Terminology,
    *,
    language: str = "und",
    n: int | None = None,
    probability: float | None = None,
) -> tuple[Evidence, ...]:
    """Explain the candidates of one query, the best `n` or all, named in `language` or in English.

    `probability` is that of the first.
    """
    start, end = found.query_offsets[query : query + 2].tolist()
    best = found.scores[start : min(start + 2, end)].tolist()
    shown = found.part(query, query + 1)
    shown = shown if n is None else shown.top(n)
    return tuple(
        Evidence(
            concept_id=candidate.concept_id,
            name=terminology.name_of(candidate.concept_id, (language, "en")),
            alias=candidate.alias,
            score=candidate.score,
            generator_scores=_generator_scores(found, start + rank),
            prior=_at(found.prior_scores, start + rank),
            logit=_at(found.logits, start + rank),
            margin=_margin(candidate.score, rank, best),
            probability=probability if rank == 0 else None,
        )
        for rank, candidate in enumerate(shown.candidates(0, terminology))
    )


def _margin(score: float, rank: int, best: list[float]) -> float | None:
    """Return how far a score lies above the best of the others, which are those of two ranks."""
    return score - best[0 if rank else 1] if len(best) > 1 else None


def _generator_scores(found: CandidateSet, place: int) -> tuple[tuple[str, float | None], ...]:
    if found.trace_scores is None or found.trace_ranks is None:
        return ((found.proposers(place), float(found.scores[place])),)
    return tuple(
        (name, float(score) if rank >= 0 else None)
        for name, score, rank in zip(
            found.generators, found.trace_scores[place], found.trace_ranks[place], strict=True
        )
    )


def _at(scores: npt.NDArray[np.float32] | None, place: int) -> float | None:
    """Return one of the scores; None where there is none, or it is NaN."""
    if scores is None or np.isnan(scores[place]):
        return None
    return float(scores[place])
