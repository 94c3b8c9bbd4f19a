"""Mention detection by dictionary: the names of a terminology, found in texts of any script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Self, cast

from xlink.detect.automaton import Automaton
from xlink.detect.coordinations import with_coordinated
from xlink.detect.found import Finder
from xlink.detect.matches import Match, without_overlaps
from xlink.detect.readings import Reader
from xlink.detect.segments import Segments, join_segments
from xlink.detect.short_forms import with_short_forms
from xlink.detect.tables import NameTables
from xlink.detect.tokenised import TokenisedText
from xlink.detect.wordbags import WordBags
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.bound import open_bound, write_bound
from xlink.text.tokens import primary_language
from xlink.types import NO_FILTER, Document, Filter, Mention

__all__ = ["DetectionOptions", "DictionaryDetector"]

_KIND, _FORMAT = "dictionary detector", 4
_UNKNOWN = "und"
_OTHER_LANGUAGE_COST = 0.03
_OTHER_WORDS_BELOW = 0.89
_N_READERS = 64  # languages times filters; each holds the names it looks for


@dataclass(frozen=True, slots=True)
class DetectionOptions:
    """What is looked for, and what is kept of it.

    Beside names in its own language, a text is searched for those in `also_languages` that have
    several words or are abbreviations. Of overlapping mentions the longest stays, unless `nested`
    keeps all. With `short_forms`, the abbreviations that a text defines are found for what it says
    they mean; with `coordinated`, names that share words with one that is found, such as
    *palmar pits* in *palmar and plantar pits*.
    """

    also_languages: tuple[str, ...] = ("en",)
    nested: bool = False
    short_forms: bool = True
    coordinated: bool = True


_DEFAULT = DetectionOptions()


class DictionaryDetector:
    """Marks the names of a terminology in texts.

    Names are compared folded and in base form: case, accents, hyphens, plurals and British
    spelling do not matter, but abbreviations need their capitals. Within a phrase, words may
    change places and synonyms stand for one another. A text of unknown language is searched for
    the names of all languages.

    ```python
    detector = DictionaryDetector.build(icd10)
    document, = detector.detect([Document("note", "Fractures of both femurs.", "en")])
    ```

    `left_out` counts, by reason, the names that would be found where they are not meant.
    """

    name = "dictionary"

    def __init__(
        self,
        terminology: Terminology,
        tables: NameTables,
        left_out: dict[str, int],
        options: DetectionOptions = _DEFAULT,
    ) -> None:
        self.terminology = terminology
        self.left_out = left_out
        self.options = options
        self._tables = tables
        self._reader = lru_cache(_N_READERS)(self._new_reader)
        self._label = cache(self._new_label)

    @classmethod
    def build(
        cls,
        terminology: Terminology,
        options: DetectionOptions = _DEFAULT,
        *,
        paraphrase: bool = True,
    ) -> Self:
        """Prepare all names of `terminology`; `options` act later and are not saved.

        `paraphrase` learns from the synonyms of concepts which words may replace others.
        """
        tally = Tally()
        tables = NameTables.of(terminology, tally, paraphrase=paraphrase)
        return cls(terminology, tables, tally.counts(), options)

    def save(self, path: Path) -> None:
        """Write the names as an artifact bound to the fingerprint of their terminology."""
        with write_bound(
            path, kind=_KIND, format_version=_FORMAT, terminology=self.terminology
        ) as writer:
            self._tables.save(writer.folder)
            writer.parameters["left_out"] = dict(self.left_out)

    @classmethod
    def load(
        cls, path: Path, terminology: Terminology, options: DetectionOptions = _DEFAULT
    ) -> Self:
        """Open a saved detector; the names of a language are made ready when first needed.

        Raises:
            ArtifactError: it is missing or damaged.
            StaleIndexError: it was made for another terminology.
        """
        artifact = open_bound(path, kind=_KIND, format_version=_FORMAT, terminology=terminology)
        left_out = cast("dict[str, int]", artifact.manifest.parameters["left_out"])
        return cls(terminology, NameTables.load(artifact.folder), left_out, options)

    def with_options(self, options: DetectionOptions) -> Self:
        """Return a detector of the same names with other options."""
        return type(self)(self.terminology, self._tables, self.left_out, options)

    def detect(self, documents: Sequence[Document], where: Filter = NO_FILTER) -> list[Document]:
        """Return the documents with what is found in place of the mentions they had.

        Only the names that `where` admits are looked for.
        """
        return [
            replace(document, mentions=self._mentions(document, matches))
            for document, matches in zip(documents, self.find(documents, where), strict=True)
        ]

    def find(self, documents: Sequence[Document], where: Filter = NO_FILTER) -> list[list[Match]]:
        """Return what is found in each document, in the order of the text, with its aliases."""
        pieces = [
            (number, offset, text, language)
            for number, document in enumerate(documents)
            for offset, text, language in _in_one_language(document)
        ]
        in_pieces = self._matches([(text, language) for _, _, text, language in pieces], where)
        found: list[list[Match]] = [[] for _ in documents]
        for (number, offset, _, _), matches in zip(pieces, in_pieces, strict=True):
            found[number] += [match.moved(offset) for match in matches] if offset else matches
        if self.options.short_forms:
            found = [
                with_short_forms(document.text, matches, self.terminology, document.language)
                for document, matches in zip(documents, found, strict=True)
            ]
        if not self.options.nested:
            found = [without_overlaps(matches) for matches in found]
        if self.options.coordinated:
            named = partial(self._named, where=where)
            found = with_coordinated(documents, found, named, self.terminology)
        return [sorted(matches, key=lambda match: (match.start, -match.end)) for matches in found]

    def _matches(self, texts: Sequence[tuple[str, str]], where: Filter) -> list[list[Match]]:
        """Return all that is found in texts of one language each."""
        by_language: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for place, (text, language) in enumerate(texts):
            by_language[primary_language(language)].append((place, text))
        found: list[list[Match]] = [[] for _ in texts]
        for language, own in by_language.items():
            for segments in join_segments(own):
                self._search(segments, language, where, found)
        return found

    def _named_otherwise(self, match: Match) -> str:
        """Return the name of a match whose words are others, or in another order."""
        if match.score > _OTHER_WORDS_BELOW:
            return ""
        alias: str = self.terminology.alias_table["text"][match.aliases[0]].as_py()
        return alias

    def _named(self, texts: Sequence[tuple[str, str]], where: Filter) -> list[Match | None]:
        """Return the match that is all of a text, of texts with their languages."""
        return [
            next((match for match in own if match.end - match.start == len(text)), None)
            for (text, _), own in zip(texts, self._matches(texts, where), strict=True)
        ]

    def _search(
        self, segments: Segments, language: str, where: Filter, found: list[list[Match]]
    ) -> None:
        """Add the matches in `segments` to those of their documents."""
        text = TokenisedText.of(segments.text)
        readings: defaultdict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
        for spoken, native in self._searched_languages(language):
            cost = 0.0 if native else _OTHER_LANGUAGE_COST
            for first, last, read in self._reader(spoken, where).read(
                text, language, native=native
            ):
                readings[first, last] += [(cost - each.score, each.alias) for each in read]
        for (first, last), ranked in readings.items():
            start, end = int(text.starts[first]), text.end(first, last)
            place = segments.locate(start)
            if place is not None:
                number, offset = place
                ranked.sort()
                aliases = tuple(dict.fromkeys(alias for _, alias in ranked))
                match = Match(start - offset, end - offset, -ranked[0][0], aliases)
                found[number].append(match)

    def _searched_languages(self, language: str) -> list[tuple[str, bool]]:
        """Return the languages of names to search for, and whether each is that of the text."""
        known = self._tables.languages
        if language == _UNKNOWN:
            return [(each, True) for each in known]
        also = map(primary_language, self.options.also_languages)
        wanted = dict.fromkeys(also, False) | {language: True, _UNKNOWN: True}
        return [(each, wanted[each]) for each in known if each in wanted]

    def _new_reader(self, language: str, where: Filter) -> Reader:
        admitted = self.terminology.select(where).aliases if where else None
        tables = self._tables.only(language, admitted)
        finders: list[Finder] = [Automaton(tables.patterns), WordBags(language, tables.bags)]
        return Reader(self.terminology, language, finders)

    def _mentions(self, document: Document, matches: list[Match]) -> tuple[Mention, ...]:
        return tuple(
            Mention(
                id=f"T{number}",
                spans=match.spans,
                text=" ".join(document.text[start:end] for start, end in match.spans),
                label=self._label(int(self.terminology.alias_concepts[match.aliases[0]])),
                named=self._named_otherwise(match),
            )
            for number, match in enumerate(matches, start=1)
        )

    def _new_label(self, concept: int) -> str:
        types = self.terminology.concept_table["types"][concept].as_py()
        return str(types[0]) if types else ""


def _in_one_language(document: Document) -> Iterator[tuple[int, str, str]]:
    """Yield a document piece by piece, each with its offset and language; no name crosses one."""
    done = 0
    for (start, end), language in document.languages:
        if done < start:
            yield done, document.text[done:start], document.language
        yield start, document.text[start:end], language
        done = end
    if done < len(document.text) or not document.languages:
        yield done, document.text[done:], document.language
