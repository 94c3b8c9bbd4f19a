"""The nouns of entity linking as frozen values: no input or output happens here.

Offsets count Unicode code points and are half-open. Ids are strings, as the terminology writes
them (`C0011849`, `HP:0000819`, `44054006`).
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xlink.errors import DataError
from xlink.filters import NO_FILTER, Filter

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = [
    "NO_FILTER",
    "Alias",
    "AliasKind",
    "Assertion",
    "Candidate",
    "Concept",
    "Document",
    "Filter",
    "Link",
    "LinkedDocument",
    "Mention",
    "Passage",
    "PlacedLine",
    "Query",
    "Span",
]

AliasKind = Literal["preferred", "synonym", "abbreviation"]
Assertion = Literal["family", "historical", "hypothetical", "negated", "uncertain"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of a concept.

    `language` is a BCP 47 tag, or `und` where the source does not say; `source` names the
    vocabulary that the name comes from, or several with `|` between.
    """

    text: str
    language: str = "und"
    kind: AliasKind = "synonym"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of a terminology, with all of its names.

    `former_ids` are ids that the terminology once used for this concept (merged or replaced), and
    `xrefs` are ids of the same concept elsewhere, written `PREFIX:local`.
    """

    id: str
    name: str
    aliases: tuple[Alias, ...] = ()
    types: tuple[str, ...] = ()
    definition: str | None = None
    parents: tuple[str, ...] = ()
    xrefs: tuple[str, ...] = ()
    former_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a document that names a concept.

    `spans` has several parts when the mention is discontinuous. `gold is None` means that nobody
    annotated the concept; an empty set means annotated as NIL (no concept fits). Several gold ids
    are alternatives unless `composite` is set, in which case all of them are meant at once.

    `assertion` is what the text says of it beyond that it is so, sorted: `negated`, `uncertain`,
    `historical`, `hypothetical` (may happen or is looked for), `family` (of someone else). Empty is
    present, or not looked for. `section` is the key of the section it stands in, such as
    `family_history`, or the heading in lower case where that is not known, always with `_` between
    words. `part_of` is the id of the mention that it is a part of (*type 1 and 2 diabetes*), which
    a linker replaces by its parts; parts of one mention share it. `named` is the name that a
    detector took it for, where the text says that in other words: it is searched for as well.
    """

    id: str
    spans: tuple[Span, ...]
    text: str
    label: str = ""
    gold: frozenset[str] | None = None
    composite: bool = False
    assertion: tuple[Assertion, ...] = ()
    section: str = ""
    part_of: str = ""
    named: str = ""

    @property
    def start(self) -> int:
        """First code point of the mention."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """One past the last code point of the mention."""
        return self.spans[-1][1]


@dataclass(frozen=True, slots=True)
class Query:
    """What a generator or reranker sees of a mention: its surface and what stands around it."""

    mention_id: str
    text: str
    left: str = ""
    right: str = ""
    language: str = "und"
    label: str = ""
    long_form: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document that its source marks, such as the title or the abstract."""

    id: str
    type: str
    span: Span


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """Where a line of a text stands on a page.

    Pages count from 1. `box` is left, top, right and bottom in points (1/72 inch) from the left
    and top of the page as it is shown.
    """

    span: Span
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its mentions, which may be none yet.

    `passages` are those that the source marks; they need not cover the text. `languages` are the
    parts of the text in another language than the document's, in order. `lines` are those of a
    source with pages, in order. `origin` says what a text that nobody wrote was made of, and how.
    """

    id: str
    text: str
    language: str = "und"
    mentions: tuple[Mention, ...] = ()
    passages: tuple[Passage, ...] = ()
    languages: tuple[tuple[Span, str], ...] = ()
    lines: tuple[PlacedLine, ...] = ()
    origin: str = ""

    def language_at(self, place: int) -> str:
        """Return the language of the text at a code point."""
        after = bisect(self.languages, place, key=lambda part: part[0][0])
        (_, end), language = self.languages[after - 1] if after else ((0, 0), "")
        return language if place < end else self.language

    def lines_at(self, span: Span) -> tuple[PlacedLine, ...]:
        """Return the lines with pages and boxes that a part of the text stands on."""
        start, end = span
        return tuple(line for line in self.lines if line.span[0] < end and line.span[1] > start)

    @classmethod
    def from_spans(
        cls,
        text: str,
        spans: Iterable[Span | tuple[int, int, str]],
        *,
        id: str = "0",  # noqa: A002 - it is the name of the field
        language: str = "und",
    ) -> Document:
        """Make a document with a mention at each of `spans`: (start, end) or (start, end, label).

        ```python
        note = Document.from_spans("Known COPD.", [(6, 10)], language="en")
        ```

        Raises:
            DataError: a span is empty or leaves the text.
        """
        mentions = []
        for number, span in enumerate(spans, start=1):
            start, end, label = span if len(span) == 3 else (*span, "")
            if not 0 <= start < end <= len(text):
                raise DataError(
                    f"the span {(start, end)} is empty or leaves the text, which has "
                    f"{len(text):,} characters",
                    remedy="Count code points from 0, the end excluded.",
                )
            mentions.append(Mention(f"T{number}", ((start, end),), text[start:end], label))
        return cls(id, text, language, tuple(mentions))

    @classmethod
    def from_spacy(
        cls,
        doc: Doc,
        *,
        group: str | None = None,
        concept: str = "kb_id_",
        id: str = "0",  # noqa: A002 - it is the name of the field
        language: str | None = None,
    ) -> Document:
        """Make a document of a spaCy `Doc` with its entities, or the span group `group`.

        `concept` says where gold is: in `kb_id_`, or in an extension such as `kb_ents` of scispaCy.
        `language` is that of the `Doc` unless told.

        Raises:
            DataError: the `Doc` has no such span group, its spans no such extension, or the
                extension holds no ids.
        """
        from xlink.corpora.formats.spacy_docs import document_of

        return document_of(doc, group=group, concept=concept, name=id, language=language)

    @classmethod
    def from_bigbio(
        cls, record: Mapping[str, object], *, databases: tuple[str, ...] | None = None
    ) -> Document:
        """Make a document of a record of BigBIO's knowledge-base schema.

        With `databases`, only ids of these are taken.

        Raises:
            DataError: the record is not of the schema, or an entity leaves the text.
        """
        from xlink.corpora.formats.bigbio import from_bigbio

        return from_bigbio(record, databases=databases)

    def queries(self, *, window_chars: int = 128) -> Iterator[Query]:
        """Yield one query a mention, with up to `window_chars` code points of context a side."""
        for mention in self.mentions:
            yield Query(
                mention_id=mention.id,
                text=mention.text,
                left=self.text[max(0, mention.start - window_chars) : mention.start],
                right=self.text[mention.end : mention.end + window_chars],
                language=self.language_at(mention.start),
                label=mention.label,
            )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concept proposed for a mention: which alias fired, how well, and who proposed it."""

    concept_id: str
    score: float
    alias: Alias
    generator: str


@dataclass(frozen=True, slots=True)
class Link:
    """The decision on a mention; `concept_id is None` means NIL. `confidence` is in [0, 1]."""

    mention: Mention
    concept_id: str | None
    confidence: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkedDocument:
    """A document and one link for each of its mentions, in their order."""

    document: Document
    links: tuple[Link, ...] = ()
