"""Every cosine of queries and names, by products of scikit-learn's matrices: nothing is left out.

Shares with xlink only the normalisation of texts; n-grams, weights and cosines are made anew.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array
from sklearn.feature_extraction.text import CountVectorizer

from xlink.candidate_set import CandidateSet
from xlink.terminology import Terminology
from xlink.text.cognates import shared_spelling
from xlink.text.folding import fold_many
from xlink.text.tokens import based_text, is_spaceless

TOLERANCE = 1e-6
CHUNK = 64
"""Queries multiplied at a time."""

windows = CountVectorizer(analyzer="char_wb", ngram_range=(3, 3)).build_analyzer()


def count_differences(
    terminology: Terminology, mentions: list[str], found: CandidateSet, k: int
) -> int:
    """Count the queries of which other concepts or scores (to 1e-6) were found; all are English.

    Concepts that tie with the last one found may stand for it.
    """
    names, alias_texts = np.unique(normalised(terminology.alias_texts()), return_inverse=True)
    vectoriser = CountVectorizer(analyzer=ngrams, binary=True, dtype=np.float64)
    has = csr_array(vectoriser.fit_transform(names.tolist()))
    n_texts = int((has.sum(axis=1) > 0).sum())
    idf = 1 + np.log((1 + n_texts) / (1 + has.sum(axis=0)))
    lengths = np.sqrt(has @ idf**2)
    lengths[lengths == 0] = np.inf
    by_term = (diags_array(1 / lengths) @ has @ diags_array(idf)).T.tocsr()
    texts = normalised(mentions)
    asked = csr_array(vectoriser.transform(texts)) @ diags_array(idf)
    n_unseen = np.array([len(set(ngrams(text))) for text in texts]) - np.diff(asked.indptr)
    norms = np.sqrt((asked**2).sum(axis=1) + n_unseen * (1 + np.log(1 + n_texts)) ** 2)
    asked = (diags_array(1 / np.where(norms > 0, norms, np.inf)) @ asked).tocsr()
    n_wrong = 0
    for start in range(0, len(texts), CHUNK):
        cosines = asked[start : start + CHUNK] @ by_term
        for row in range(cosines.shape[0]):
            scores = cosines[[row]].toarray()[0]
            first, last = found.query_offsets[start + row : start + row + 2]
            n_wrong += not is_best(
                terminology.alias_concepts,
                scores[alias_texts],
                found.concept_rows[first:last],
                found.scores[first:last],
                k,
            )
    return n_wrong


def normalised(texts: list[str]) -> list[str]:
    return [shared_spelling(based_text(text, "en")) for text in fold_many(texts)]


def ngrams(text: str) -> list[str]:
    """Return what `char_wb` gives, with one and two characters of scripts without spaces."""
    found = [] if not text else windows(text)
    if not text.isascii():
        pieces = [text[n : n + size] for size in (1, 2) for n in range(len(text) - size + 1)]
        found += [piece for piece in pieces if " " not in piece and is_spaceless(piece)]
    return found


def is_best(
    concepts: npt.NDArray[np.int32],
    cosines: npt.NDArray[np.float64],
    rows: npt.NDArray[np.int32],
    scores: npt.NDArray[np.float32],
    k: int,
) -> bool:
    """Tell whether `rows` are `k` best concepts by their best aliases, with their `scores`.

    *Shapes:* (aliases,), (aliases,), and (found,) the others.
    """
    floor = scores[-1] - 2 * TOLERANCE if len(rows) == k else 0.0
    near = cosines > max(0.0, floor)
    owners, places = np.unique(concepts[near], return_inverse=True)
    best = np.zeros(len(owners))
    np.maximum.at(best, places, cosines[near])
    order = np.argsort(-best)[:k]
    if len(order) != len(rows) or not np.isin(rows, owners).all():
        return False
    of_found = best[np.searchsorted(owners, rows)]
    surely = owners[best > best[order[-1]] + TOLERANCE] if len(order) else owners
    return (
        np.allclose(scores, best[order], rtol=0, atol=TOLERANCE)
        and np.allclose(scores, of_found, rtol=0, atol=TOLERANCE)
        and bool(np.isin(surely, rows).all())
    )
