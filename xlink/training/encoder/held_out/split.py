"""Names that a training does not see, so that it can be measured by them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlink.terminology import Terminology
from xlink.training.encoder.held_out.protocols import NameSearch, held_out_names
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
        """Hold out names as the options say, of all languages alike unless of one.

        Each concept keeps its first name; see `held_out_names`. The galleries are cut down to
        10,000 and 3,000 names, for an encoder is slow on a laptop: the figures compare trainings,
        and not this terminology with others.

        Raises:
            DataError: there are fewer names than that.
        """
        if not options.held_out:
            return cls()
        test = _names(terminology, options, options.seed)
        shown = shrunk(test, _GALLERY, options.seed)
        if options.patience is None:
            return cls(shown)
        other = _names(terminology, options, options.seed + 1)
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


def _names(terminology: Terminology, options: TrainingOptions, seed: int) -> NameSearch:
    """Hold out names as the options say, in one search."""
    told = options.held_out_language
    searches = held_out_names(
        terminology,
        n=options.held_out,
        languages=options.languages,
        asked=() if told is None else (told,),
        seed=seed,
    )
    return replace(
        searches[0],
        label=f"names withheld, {' '.join(each.label for each in searches)}",
        queries=[text for each in searches for text in each.queries],
        gold=np.concatenate([each.gold for each in searches]),
    )


def shrunk(search: NameSearch, n_gallery: int, seed: int) -> NameSearch:
    """Cut a gallery down to the concepts that are asked for and, up to `n_gallery`, other names."""
    wanted = np.isin(search.concepts, search.gold)
    others = np.random.default_rng(seed).permutation(np.flatnonzero(~wanted))
    room = max(0, n_gallery - int(wanted.sum()))
    kept = np.sort(np.concatenate([np.flatnonzero(wanted), others[:room]]))
    gallery = [search.gallery[place] for place in kept.tolist()]
    return replace(search, gallery=gallery, concepts=search.concepts[kept])
