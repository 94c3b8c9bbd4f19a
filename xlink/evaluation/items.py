"""What facets look at: gold mentions and predicted ones alike, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from xlink.evaluation.gold import Gold
from xlink.evaluation.linking import Outcomes
from xlink.types import Link, Mention

__all__ = ["Items", "Prediction"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A link without its candidates; `generator` is the one that proposed its concept."""

    mention: Mention
    concept_id: str | None
    generator: str

    @classmethod
    def of(cls, link: Link) -> Prediction:
        """Keep of a link what it predicts."""
        named = (each.generator for each in link.candidates if each.concept_id == link.concept_id)
        return cls(link.mention, link.concept_id, next(named, ""))


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """Mentions with their languages, concepts and generators; one entry an item in each column.

    `ids` are None where nobody annotated, and empty for NIL.
    """

    languages: list[str]
    mentions: list[Mention]
    ids: list[frozenset[str] | None]
    generators: list[str]

    @classmethod
    def of_gold(cls, gold: Gold, outcomes: Outcomes) -> Items:
        """Take the gold mentions; a generator is the one that found the gold."""
        languages = [gold.documents[number].language for number in gold.document_numbers.tolist()]
        return cls(languages, list(gold.mentions), list(gold.ids), outcomes.generators)

    @classmethod
    def of_predictions(cls, gold: Gold, predictions: list[list[Prediction]]) -> Items:
        """Take what was predicted in each document of the gold."""
        made = list(chain.from_iterable(predictions))
        pairs = zip(gold.documents, predictions, strict=True)
        return cls(
            [document.language for document, several in pairs for _ in several],
            [each.mention for each in made],
            [frozenset(filter(None, [each.concept_id])) for each in made],
            [each.generator for each in made],
        )

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.mentions)

    def pairs(self) -> tuple[npt.NDArray[np.int64], list[str]]:
        """Return every id with the place of its item, ids in order within an item."""
        ids = [sorted(each or ()) for each in self.ids]
        places = np.repeat(np.arange(len(self)), [len(each) for each in ids])
        return places, [each for several in ids for each in several]
