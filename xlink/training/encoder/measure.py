"""Names that a training does not see, so that it can be measured by them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from xlink.errors import DataError
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.training.encoder.holdout import NameSearch, held_out_synonyms
from xlink.training.encoder.options import TrainingOptions

__all__ = ["HeldOut", "shrunk"]

_GALLERY = 10_000
_VALIDATION_GALLERY = 3_000


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """The search that a training is measured by, and the one that chooses its weights, if any."""

    test: NameSearch | None = None
    validation: NameSearch | None = None

    @classmethod
    def of(cls, terminology: Terminology, options: TrainingOptions) -> HeldOut:
        """Hold out synonyms as the options say, of all languages alike unless of one.

        The galleries are cut down to 10,000 and 3,000 names, for an encoder is slow on a laptop:
        the figures compare trainings, and not this terminology with others.

        Raises:
            DataError: there are fewer synonyms than that.
        """
        if not options.held_out:
            return cls()
        test = _synonyms(terminology, options, options.seed)
        shown = shrunk(test, _GALLERY, options.seed)
        if options.patience is None:
            return cls(shown)
        other = _synonyms(terminology, options, options.seed + 1)
        apart = [
            place for place, text in enumerate(other.queries) if text not in test.without_texts
        ]
        queries = [other.queries[place] for place in apart]
        validation = replace(
            other, queries=queries, gold=other.gold[apart], without_texts=frozenset(queries)
        )
        return cls(shown, shrunk(validation, _VALIDATION_GALLERY, options.seed))

    @property
    def without_texts(self) -> frozenset[str]:
        """What a training must not see."""
        searches = [each for each in (self.test, self.validation) if each is not None]
        return frozenset().union(*(each.without_texts for each in searches))


def _synonyms(terminology: Terminology, options: TrainingOptions, seed: int) -> NameSearch:
    """Hold out as many synonyms of each language; those with fewer are left out."""
    told = options.held_out_language
    languages = (told,) if told is not None else options.languages or terminology.languages
    searches = []
    for language in languages:
        n = max(1, options.held_out // len(languages))
        with suppress(DataError):
            searches.append(
                held_out_synonyms(terminology, n=n, n_gallery=None, language=language, seed=seed)
            )
    if not searches:
        raise DataError(
            f"There are no {options.held_out:,} synonyms to hold out in {', '.join(languages)}",
            remedy="Hold out fewer, none (--held-out 0), or of one language (--held-out-language).",
        )
    return _joined(searches)


def _joined(searches: Sequence[NameSearch]) -> NameSearch:
    """Make one search of those in several languages: every name is looked for among all."""
    if len(searches) == 1:
        return searches[0]
    queries = [text for each in searches for text in each.queries]
    gallery = [text for each in searches for text in each.gallery]
    concepts = np.concatenate([each.concepts for each in searches])
    asked = set(fold_many(queries))
    kept = [place for place, text in enumerate(fold_many(gallery)) if text not in asked]
    order = np.array(kept, dtype=np.int64)[np.argsort(concepts[kept], kind="stable")]
    return NameSearch(
        f"{searches[0].label} and {len(searches) - 1} other languages",
        queries,
        np.concatenate([each.gold for each in searches]),
        [gallery[place] for place in order.tolist()],
        concepts[order],
        without_texts=frozenset(queries),
    )


def shrunk(search: NameSearch, n_gallery: int, seed: int) -> NameSearch:
    """Cut a gallery down to the concepts that are asked for and, up to `n_gallery`, other names."""
    wanted = np.isin(search.concepts, search.gold)
    others = np.random.default_rng(seed).permutation(np.flatnonzero(~wanted))
    room = max(0, n_gallery - int(wanted.sum()))
    kept = np.sort(np.concatenate([np.flatnonzero(wanted), others[:room]]))
    gallery = [search.gallery[place] for place in kept.tolist()]
    return replace(search, gallery=gallery, concepts=search.concepts[kept])
