"""What a decision goes by: numbers about the first candidate of each mention."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlink.candidate_set import CandidateSet
from xlink.terminology import Terminology
from xlink.text.folding import fold_many

__all__ = ["decision_features", "feature_names"]

Floats = npt.NDArray[np.float64]

_OWN = ("score", "margin", "agreement", "equal", "length")


def feature_names(candidates: CandidateSet) -> tuple[str, ...]:
    """Name the columns of `decision_features`: what a calibration must have been fitted on."""
    prior = () if candidates.prior_scores is None else ("prior",)
    return (*_OWN, *prior, *(f"by {name}" for name in candidates.generators))


def decision_features(
    candidates: CandidateSet, texts: Sequence[str], terminology: Terminology
) -> Floats:
    """Describe the first candidate of each mention. *Shape:* (q, features)

    - its score, and how far that lies above the score of the second, or above 0 if there is none
    - the share of generators that have it first
    - whether the alias that fired equals the mention, folded
    - the logarithm of 1 + the length of the mention in code points
    - the score that it came with, if the candidates are re-ranked
    - what each generator gives it, 0 where it is silent

    A mention without candidates has 0 everywhere but for its length.

    Raises:
        ValueError: there are not as many candidate lists as texts.
    """
    if len(texts) != len(candidates):
        raise ValueError(f"{len(candidates)} candidate lists for {len(texts)} mentions.")
    features = np.zeros((len(texts), len(feature_names(candidates))))
    features[:, len(_OWN) - 1] = np.log1p([len(text) for text in texts])
    counts = np.diff(candidates.query_offsets)
    found = np.flatnonzero(counts)
    places = candidates.query_offsets[:-1][found]
    scores = candidates.scores.astype(np.float64)
    seconds = np.where(counts[found] > 1, scores[np.minimum(places + 1, len(scores) - 1)], 0.0)
    said, is_first = _said(candidates, places)
    own = fold_many([texts[number] for number in found.tolist()])
    aliases = terminology.alias_table["text"].take(pa.array(candidates.alias_rows[places]))
    equal = np.array(own) == np.array(fold_many(aliases.to_pylist()))
    margins = scores[places] - seconds
    for column, values in enumerate((scores[places], margins, is_first.mean(axis=1), equal)):
        features[found, column] = values
    if candidates.prior_scores is not None:
        features[found, len(_OWN)] = candidates.prior_scores[places]
    features[found, -said.shape[1] :] = said
    return features


def _said(
    candidates: CandidateSet, places: npt.NDArray[np.int64]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return what each generator says of candidates, and whether it has them first."""
    if candidates.trace_scores is None or candidates.trace_ranks is None:
        codes = candidates.generator_codes[places][:, None]
        is_own = codes == np.arange(len(candidates.generators))
        return is_own * candidates.scores[places][:, None].astype(np.float64), is_own
    said = np.nan_to_num(candidates.trace_scores[places].astype(np.float64))
    return said, candidates.trace_ranks[places] == 0
