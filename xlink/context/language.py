"""The step that tells the language of a document and of paragraphs in another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlink.text.language import LANGUAGES, identified, paragraph_languages
from xlink.types import Document, Span

__all__ = ["LanguageStep"]

_UNKNOWN = "und"
_LEAST_CHARS = 60  # a short paragraph of names and values looks like any language


@dataclass(frozen=True, slots=True)
class LanguageStep:
    """Gives documents of unknown language the one of most of their text, by lingua.

    Paragraphs in another language become the `languages` of the document, so that names are looked
    for, and rules applied, in the language of the place. A language that is told stays.

    Give the `languages` that may occur where you know them: fewer are told apart better.

    Raises:
        MissingExtraError: lingua is not installed; raised when documents come.
    """

    languages: tuple[str, ...] = LANGUAGES

    name = "language"
    after_detection = False

    def annotate(self, documents: Sequence[Document]) -> list[Document]:
        """Return the documents with their languages."""
        return [self._told(document) for document in documents]

    def _told(self, document: Document) -> Document:
        if document.language != _UNKNOWN or not document.text.strip():
            return document
        told = identified(document, self.languages)
        return replace(told, languages=tuple(self._others(told)))

    def _others(self, document: Document) -> Iterator[tuple[Span, str]]:
        for (start, end), language in paragraph_languages(document.text, self.languages):
            if language not in (document.language, _UNKNOWN) and end - start >= _LEAST_CHARS:
                yield (start, end), language
