"""Why a mention was linked: names to read, the alias that fired, and what came close."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xlink.terminology import Terminology
from xlink.types import Candidate, Link, LinkedDocument

__all__ = ["Explainer", "Explanation", "Proposal"]

_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate with its name in the language of the document."""

    candidate: Candidate
    name: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A link in words. For NIL, `name` is empty and `chosen` is None.

    `english` is empty where it says the same as `name`. `runners_up` are the best candidates that
    were not chosen, best first. `category` is what a link is coloured by.
    """

    link: Link
    name: str
    english: str
    chosen: Candidate | None
    runners_up: tuple[Proposal, ...]
    category: str


@dataclass(slots=True)
class Explainer:
    """Explains links to concepts of one terminology; names are looked up once."""

    terminology: Terminology
    n_runners_up: int = 4
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def explain(self, linked: LinkedDocument) -> list[Explanation]:
        """Return one explanation a link, in order.

        Raises:
            UnknownNameError: a link or candidate is not of this terminology.
        """
        return [self._explain(link, linked.document.language) for link in linked.links]

    def _explain(self, link: Link, language: str) -> Explanation:
        concept_id = link.concept_id
        chosen = [each for each in link.candidates if each.concept_id == concept_id]
        others = [each for each in link.candidates if each.concept_id != concept_id]
        name = "" if concept_id is None else self._name(concept_id, language)
        english = "" if concept_id is None else self._name(concept_id, "en")
        return Explanation(
            link=link,
            name=name,
            english="" if english == name else english,
            chosen=chosen[0] if chosen else None,
            runners_up=tuple(
                Proposal(each, self._name(each.concept_id, language))
                for each in others[: self.n_runners_up]
            ),
            category=self._category(link),
        )

    def _name(self, concept_id: str, language: str) -> str:
        key = concept_id, language
        if key not in self._names:
            self._names[key] = self.terminology.name_of(concept_id, (language,))
        return self._names[key]

    def _category(self, link: Link) -> str:
        """Return the mention's label, else the concept's type, else the letters its id begins with.

        Those letters are the chapter in ICD-10 and the vocabulary in ids such as `HP:0000819`.
        """
        if link.concept_id is None:
            return ""
        if link.mention.label:
            return link.mention.label
        types = self.terminology.concept(link.concept_id).types
        letters = _LETTERS.match(link.concept_id)
        return types[0] if types else letters.group() if letters else "concept"
