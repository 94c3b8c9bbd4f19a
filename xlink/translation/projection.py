"""Documents translated with their annotations.

A mention is kept where its markers come back. Else another kind of marker is tried, and then the
mention is translated by itself and looked for in the sentence. What is not found is left out and
counted: every mention of every document is in one of the counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlink.corpora.spans import surface
from xlink.errors import SpecError, UnknownNameError
from xlink.tally import Tally
from xlink.text.tokens import primary_language
from xlink.translation.alignment import assigned, found
from xlink.translation.markers import MARKERS, Marker
from xlink.translation.rebuilding import Rebuilt, rebuilt
from xlink.translation.translator import Translator
from xlink.translation.units import Unit, units_of
from xlink.types import Document, Mention, Span

__all__ = ["Projector", "TranslatedDocument"]


@dataclass(frozen=True, slots=True)
class TranslatedDocument:
    """A translation, and by reason what became of the mentions of its original."""

    document: Document
    tally: Tally


@dataclass(slots=True)
class _Draft:
    """A unit on its way: its translation, and where parts of mentions are in it, and how found."""

    unit: Unit
    text: str | None = None
    places: dict[Span, Span] = field(default_factory=dict)
    how: dict[Span, str] = field(default_factory=dict)

    def take(self, text: str, places: Mapping[Span, Span], how: str) -> None:
        """Take a translation if it keeps more than the one before."""
        if places and len(places) > len(self.places):
            self.text, self.places = text, dict(places)
            self.how = dict.fromkeys(places, how)


class Projector:
    """Translates documents and carries their mentions along.

    `markers` are tried in their order: `brackets`, `tags`, `quotes`. What is looked for by its own
    translation must be as like as `least`, in [0, 1], after folding.

    Raises:
        UnknownNameError: there is no such kind of marker.
        SpecError: `least` is not in [0, 1].
    """

    def __init__(
        self,
        translator: Translator,
        *,
        markers: Sequence[str] = ("brackets", "tags", "quotes"),
        least: float = 0.8,
    ) -> None:
        for name in markers:
            if name not in MARKERS:
                raise UnknownNameError("kind of marker", name, MARKERS)
        if not 0 <= least <= 1:
            raise SpecError(f"`least` is a likeness in [0, 1], not {least}.")
        self.translator = translator
        self.markers = tuple(markers)
        self.least = least
        self._alone: dict[str, str] = {}

    def translate(self, documents: Iterable[Document]) -> list[TranslatedDocument]:
        """Translate documents in the language of the translator; of others nothing comes back.

        All that is to be translated at a time goes to the translator at once. A document that does
        not say its language is taken to be in the right one.
        """
        self._alone.clear()  # so that what a call gives does not depend on those before
        source = self.translator.source
        given = [each for each in documents if _may_be(each, source)]
        drafts = [[_Draft(unit) for unit in units_of(each, source)] for each in given]
        flat = [draft for own in drafts for draft in own]
        for name in self.markers:
            self._mark(flat, MARKERS[name])
        self._translate_plain(flat)
        self._repair(flat)
        return [
            self._translated(document, own) for document, own in zip(given, drafts, strict=True)
        ]

    def _mark(self, drafts: Sequence[_Draft], marker: Marker) -> None:
        """Translate what still lacks mentions with one kind of marker."""
        pending = [
            draft
            for draft in drafts
            if len(draft.places) < len(draft.unit.marked) and marker.fits(draft.unit.text)
        ]
        texts = [marker.marked(draft.unit.text, draft.unit.marked) for draft in pending]
        answers = self.translator.translate(texts)
        self._translate_alone(
            draft.unit.text[slice(*span)]
            for draft in pending
            if len(draft.unit.marked) > 1
            for span in draft.unit.marked
        )
        for draft, answer in zip(pending, answers, strict=True):
            text, places = self._read(draft.unit, marker, answer)
            draft.take(text, places, f"mention kept by {marker.name}")

    def _read(self, unit: Unit, marker: Marker, answer: str) -> tuple[str, dict[Span, Span]]:
        reading = marker.read(answer)
        if not reading.pieces:
            return reading.text, {}
        if len(unit.marked) == len(reading.pieces) == 1:
            return reading.text, {unit.marked[0]: reading.pieces[0].span}
        if any(piece.number is not None for piece in reading.pieces):
            numbered = {piece.number: piece.span for piece in reversed(reading.pieces)}
            return reading.text, {
                span: numbered[number]
                for number, span in enumerate(unit.marked, start=1)
                if number in numbered
            }
        self._translate_alone(unit.text[slice(*span)] for span in unit.marked)
        alone = [self._alone[unit.text[slice(*span)]] for span in unit.marked]
        chosen = assigned(reading.pieces, reading.text, alone, least=self.least)
        return reading.text, {unit.marked[row]: span for row, span in chosen.items()}

    def _translate_plain(self, drafts: Sequence[_Draft]) -> None:
        pending = [draft for draft in drafts if draft.text is None]
        answers = self.translator.translate([draft.unit.text for draft in pending])
        for draft, answer in zip(pending, answers, strict=True):
            draft.text = answer.strip()

    def _translate_alone(self, texts: Iterable[str]) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self._alone]
        self._alone |= dict(zip(new, self.translator.translate(new), strict=True))

    def _repair(self, drafts: Sequence[_Draft]) -> None:
        """Look for what no marker has kept, the longest first."""
        lacking = [
            (draft, span)
            for draft in drafts
            for span in sorted(draft.unit.spans, key=lambda each: (each[0] - each[1], each))
            if span not in draft.places
        ]
        self._translate_alone(draft.unit.text[slice(*span)] for draft, span in lacking)
        for draft, span in lacking:
            place = self._found(draft, span)
            if place is not None:
                draft.places[span] = place
                draft.how[span] = "mention repaired: found by its own translation"

    def _found(self, draft: _Draft, span: Span) -> Span | None:
        unit, text = draft.unit, draft.text or ""
        own = unit.text[slice(*span)]
        outer = unit.around(span)
        if outer is not None and outer not in draft.places:
            outer = None
        within = (0, len(text)) if outer is None else draft.places[outer]
        # What the mention overlaps in the original, it may overlap in the translation.
        taken = [
            place
            for other, place in draft.places.items()
            if other[1] <= span[0] or other[0] >= span[1]
        ]
        near = round(span[0] / len(unit.text) * len(text))
        return found((self._alone[own], own), text, within, taken, near=near, least=self.least)

    def _translated(self, document: Document, drafts: Sequence[_Draft]) -> TranslatedDocument:
        tally, target = Tally(), self.translator.target
        places: dict[Span, tuple[Span, str]] = {}
        texts = [draft.text or "" for draft in drafts]
        new = rebuilt(document, [draft.unit.span for draft in drafts], texts, target, tally)
        for draft, start in zip(drafts, new.starts, strict=True):
            begun = draft.unit.span[0]
            for (low, high), (first, last) in draft.places.items():
                how = draft.how[low, high]
                places[low + begun, high + begun] = (first + start, last + start), how
        if document.languages:
            tally.add("parts in another language translated like the rest", document.id)
        mentions = tuple(_mentions(document, new, places, tally))
        kept = {mention.id for mention in mentions}
        mentions = tuple(
            each if each.part_of in kept else replace(each, part_of="") for each in mentions
        )
        made = replace(
            document,
            id=f"{document.id}~{target}",
            text=new.text,
            language=target,
            mentions=mentions,
            passages=new.passages,
            languages=(),
            lines=(),
            origin=f"translated {self.translator.source}>{target} by {self.translator.name}",
        )
        return TranslatedDocument(made, tally)


def _may_be(document: Document, language: str) -> bool:
    own = primary_language(document.language)
    return own in ("und", primary_language(language))


def _mentions(
    document: Document,
    new: Rebuilt,
    places: Mapping[Span, tuple[Span, str]],
    tally: Tally,
) -> Iterator[Mention]:
    """Yield the mentions all parts of which were found, and count what became of each."""
    for mention in document.mentions:
        parts = [places[span] for span in mention.spans if span in places]
        if len(parts) < len(mention.spans):
            reason = "a part of it was" if len(mention.spans) > 1 else "it was"
            tally.add(
                f"mention lost: {reason} not found in the translation",
                f"{document.id}: {mention.text!r}",
            )
            continue
        # The reason that a part was repaired comes after that it was kept.
        tally.add(max(how for _, how in parts), f"{document.id}: {mention.text!r}")
        spans = _merged(span for span, _ in parts)
        yield replace(mention, spans=spans, text=surface(new.text, spans))


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that touch or overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
