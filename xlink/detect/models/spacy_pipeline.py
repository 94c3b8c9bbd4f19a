"""Mention detection by a spaCy pipeline: its entities, its span groups, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from xlink.detect.models.marking import Labelled, marked, pieces
from xlink.detect.options import read_options, written_options
from xlink.errors import ArtifactError, MissingExtraError, UnknownNameError
from xlink.types import NO_FILTER, Document, Filter

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["SpacyDetector", "SpacyOptions"]

_PIECE_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class SpacyOptions:
    """What of a pipeline's spans become mentions.

    `labels` says which labels count and what they become; if it is empty, all stay as they are.
    `groups` are span groups, such as `sc` of a spancat. Of overlapping spans the longest stays,
    unless `nested` keeps all. What is in `disable` is not run: most pipelines also tag and
    parse, which takes time and which their entities do not need.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    entities: bool = True
    groups: tuple[str, ...] = ()
    nested: bool = False
    disable: tuple[str, ...] = ()


class SpacyDetector:
    """Marks what a spaCy pipeline finds; texts that are too long for it come in pieces.

    ```python
    SpacyDetector.open("en_core_web_sm", SpacyOptions(labels={"ORG": "Hospital"}))
    ```

    `name` is what `Linker.open(detector=...)` takes; it is empty for a pipeline made elsewhere.

    Raises:
        UnknownNameError: the pipeline has no component that is to be disabled.
    """

    def __init__(
        self, nlp: Language, options: SpacyOptions | None = None, *, place: str = ""
    ) -> None:
        self.nlp = nlp
        self.options = SpacyOptions() if options is None else options
        self.place = place
        for name in self.options.disable:
            if name not in nlp.pipe_names:
                raise UnknownNameError("component of the pipeline:", name, nlp.pipe_names)

    @classmethod
    def open(cls, model: Path | str, options: SpacyOptions | None = None) -> Self:
        """Open an installed pipeline by name, or one in a folder.

        Raises:
            MissingExtraError: spaCy is not installed.
            ArtifactError: there is no such pipeline, or it can't be opened.
        """
        try:
            import spacy
        except ImportError:
            raise MissingExtraError("Mention detection by spaCy", "spacy") from None
        try:
            nlp = spacy.load(model)
        except (OSError, ValueError, ImportError) as error:
            raise ArtifactError(f"The pipeline {model} can't be opened: {error}") from None
        return cls(nlp, options, place=str(model))

    @classmethod
    def from_name(cls, model: str, options: str) -> Self:
        """Open what `spacy:MODEL?OPTIONS` names.

        Raises:
            SpecError: an option is of no use.
            MissingExtraError: spaCy is not installed.
            ArtifactError: there is no such pipeline, or it can't be opened.
        """
        return cls.open(model, read_options(SpacyOptions, options, of=f"spacy:{model}"))

    @property
    def name(self) -> str:
        """What opens this detector again; empty if nothing does."""
        options = written_options(self.options)
        return f"spacy:{self.place}{'?' if options else ''}{options}" if self.place else ""

    def with_options(self, options: SpacyOptions) -> Self:
        """Return a detector of the same pipeline with other options."""
        return type(self)(self.nlp, options, place=self.place)

    def detect(
        self,
        documents: Sequence[Document],
        where: Filter = NO_FILTER,  # noqa: ARG002 - a model knows no terminology
    ) -> list[Document]:
        """Return the documents with what is found in place of the mentions they had."""
        found: list[list[Labelled]] = [[] for _ in documents]
        limit = min(_PIECE_CHARS, self.nlp.max_length)
        parts = (
            (text, (number, offset))
            for number, document in enumerate(documents)
            for offset, text in pieces(document.text, limit)
        )
        for doc, (number, offset) in self.nlp.pipe(
            parts, as_tuples=True, disable=self.options.disable
        ):
            found[number] += self._spans(doc, offset)
        return [
            marked(document, places, self.options.labels, nested=self.options.nested)
            for document, places in zip(documents, found, strict=True)
        ]

    def _spans(self, doc: Doc, offset: int) -> Iterator[Labelled]:
        groups = [doc.spans[name] for name in self.options.groups if name in doc.spans]
        for group in ([doc.ents] if self.options.entities else []) + groups:
            for span in group:
                yield Labelled(offset + span.start_char, offset + span.end_char, span.label_)
