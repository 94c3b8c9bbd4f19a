"""Why a mention was linked: names to read, the alias that fired, and what came close."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xlink.terminology import Terminology
from xlink.text.abbreviations import Abbreviations
from xlink.types import Candidate, Document, Link, LinkedDocument

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
    were not chosen, best first. `category` is what a link is coloured by. `context` is what the
    text says of the mention, such as `negated, in findings`; empty where that is nothing.
    `long_form` is what was searched for a short form, and empty for any other mention. `page` is
    None where the source has no pages.
    """

    link: Link
    name: str
    english: str
    chosen: Candidate | None
    runners_up: tuple[Proposal, ...]
    category: str
    long_form: str = ""
    page: int | None = None

    @property
    def context(self) -> str:
        """The assertion of the mention, its section and whether it is a part of another."""
        mention = self.link.mention
        said = [*mention.assertion, f"in {mention.section}" if mention.section else ""]
        said.append(f"part of {mention.part_of}" if mention.part_of else "")
        return ", ".join(filter(None, said)).replace("_", " ")


@dataclass(slots=True)
class Explainer:
    """Explains links to concepts of one terminology; names are looked up once.

    `long_forms` is that of the linker.
    """

    terminology: Terminology
    n_runners_up: int = 4
    long_forms: bool = True
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def explain(self, linked: LinkedDocument) -> list[Explanation]:
        """Return one explanation a link, in order.

        Raises:
            UnknownNameError: a link or candidate is not of this terminology.
        """
        known = Abbreviations(linked.document.text if self.long_forms and linked.links else "")
        return [self._explain(link, linked.document, known) for link in linked.links]

    def _explain(self, link: Link, document: Document, known: Abbreviations) -> Explanation:
        mention, language = link.mention, document.language
        lines = document.lines_at(mention.spans[0])
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
            long_form=known.expand(mention.text, mention.start) or "",
            page=lines[0].page if lines else None,
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
