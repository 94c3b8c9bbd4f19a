"""What mentions have to do with the names of a terminology and with training documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlink.progress import track
from xlink.terminology import Terminology
from xlink.text.keys import surface_key
from xlink.types import Document, Mention

__all__ = ["Names", "Training"]

_BATCH = 50_000


class Names:
    """Which concepts have a name equal to a mention, but for case and spacing."""

    def __init__(self, mentions: Iterable[Mention], terminology: Terminology) -> None:
        """Look `mentions` up among all names; only these can be asked for."""
        self._owners: dict[str, set[int]] = {surface_key(each.text): set() for each in mentions}
        concepts = terminology.alias_concepts
        for start in track(range(0, terminology.n_aliases, _BATCH), "Reading names"):
            texts = terminology.alias_texts(start, start + _BATCH)
            for place, text in enumerate(texts, start=start):
                owners = self._owners.get(surface_key(text))
                if owners is not None:
                    owners.add(int(concepts[place]))

    def concepts(self, mention: Mention) -> set[int]:
        """Return the rows of the concepts that a mention is a name of: several if ambiguous."""
        return self._owners[surface_key(mention.text)]


@dataclass(frozen=True, slots=True)
class Training:
    """The surfaces and the concepts that training documents have shown."""

    surfaces: frozenset[str]
    concepts: frozenset[str]

    @classmethod
    def of(cls, documents: Iterable[Document], terminology: Terminology | None) -> Training:
        """Collect what is annotated; with a `terminology`, in ids of today."""
        mentions = [mention for document in documents for mention in document.mentions]
        ids = {each for mention in mentions for each in mention.gold or ()}
        if terminology is not None:
            ids = {terminology.current_id(each) or each for each in ids}
        return cls(frozenset(surface_key(mention.text) for mention in mentions), frozenset(ids))
