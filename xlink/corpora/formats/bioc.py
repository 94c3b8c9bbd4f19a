"""BioC, in XML and in JSON: passages with offsets, annotations in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.formats.bioc_files import BiocAnnotation, BiocDocument, bioc_documents
from xlink.corpora.gold import GoldOptions, split_ids
from xlink.corpora.passages import assemble
from xlink.corpora.placing import UniqueIds, place
from xlink.corpora.spans import surface
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Assertion, Document, Mention, Passage, Span

__all__ = ["BiocReader"]

Unit = Literal["characters", "bytes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BiocReader(GoldOptions):
    """Reads BioC collections: `.json` and `.jsonl` files as JSON, all others as XML.

    `identifiers` are the infons of an annotation that hold its ids, in any case, with `|`, `+`, `;`
    or `,` between several; the prefixes in `strip` are taken off. An annotation with none of these
    infons is not annotated, `-1` and `-` are NIL. The label is the infon `type`.

    Offsets count from the beginning of the document, and gaps between passages become spaces. Some
    collections count UTF-8 bytes: `offsets = "bytes"`.

    Raises:
        SpecError: `offsets` counts something else.
    """

    identifiers: tuple[str, ...] = ("identifier", "MESH", "CUI", "OMIM")
    strip: tuple[str, ...] = ("UMLS:", "MESH:")
    offsets: Unit = "characters"

    def __post_init__(self) -> None:
        GoldOptions.__post_init__(self)
        if self.offsets not in get_args(Unit):
            raise SpecError(f"offsets count characters or bytes, not {self.offsets!r}.")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the documents in the order of the files; relations are counted.

        Raises:
            DataError: a file is not BioC, passages overlap and differ, an annotation leaves its
                text, or a document's id comes twice.
        """
        seen = UniqueIds("document")
        for path in paths:
            for line, found in bioc_documents(path):
                seen.add(found.id, path=path, line=line)
                yield _Reading(self, found, path, line, tally).document()

    def gold_of(self, infons: dict[str, str]) -> frozenset[str] | None:
        """Return the gold that the infons of an annotation hold."""
        wanted = {each.lower() for each in self.identifiers}
        cells = [value for key, value in infons.items() if key.lower() in wanted]
        ids = [each for cell in cells for each in split_ids(cell, self.strip)]
        return self.gold(ids) if ids else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A document of BioC on its way to one of ours."""

    options: BiocReader
    found: BiocDocument
    path: Path
    line: int
    tally: Tally

    def document(self) -> Document:
        text, places = self._text()
        mentions: dict[str, Mention] = {}
        for annotation in self.found.all_annotations():
            if self.options.wants(annotation.infons.get("type", "")):
                mention = self._mention(annotation, text, places, mentions)
                mentions[mention.id] = mention
        self.tally.add(
            "relation left out", f"{self.path}, line {self.line:,}", self.found.n_relations()
        )
        return Document(
            self.found.id,
            text,
            self.found.infons.get("language", self.options.language),
            tuple(mentions.values()),
            tuple(self._passages(places)),
        )

    def _text(self) -> tuple[str, Sequence[int] | None]:
        """Return the text, and which character each byte belongs to if offsets count bytes."""
        parts = [part for passage in self.found.passages for part in passage.parts()]
        if self.options.offsets == "characters":
            return assemble(parts, path=self.path, line=self.line), None
        # Every byte stands for itself while the parts are put together.
        as_bytes = [(offset, part.encode().decode("latin-1")) for offset, part in parts]
        joined = assemble(as_bytes, path=self.path, line=self.line).encode("latin-1")
        text = joined.decode()
        places = [place for place, character in enumerate(text) for _ in character.encode()]
        return text, [*places, len(text)]

    def _passages(self, places: Sequence[int] | None) -> Iterator[Passage]:
        for number, passage in enumerate(self.found.passages, start=1):
            parts = list(passage.parts())
            if passage.infons.get("xlink") == "unmarked" or not parts:
                continue
            sizes = [len(part if places is None else part.encode()) for _, part in parts]
            span = parts[0][0], parts[-1][0] + sizes[-1]
            yield Passage(
                passage.infons.get("id", f"P{number}"),
                passage.infons.get("type", ""),
                self._in_characters(span, places),
            )

    def _in_characters(self, span: Span, places: Sequence[int] | None) -> Span:
        if places is None:
            return span
        if not 0 <= span[0] <= span[1] < len(places):
            raise DataError(f"the bytes {span} leave the text", path=self.path, line=self.line)
        return places[span[0]], places[span[1]]

    def _mention(
        self,
        annotation: BiocAnnotation,
        text: str,
        places: Sequence[int] | None,
        earlier: dict[str, Mention],
    ) -> Mention:
        example = f"{self.path}, line {self.line:,}: {annotation.id!r} of {self.found.id!r}"
        spans = [
            self._in_characters((each.offset, each.offset + each.length), places)
            for each in annotation.locations
        ]
        placed = place(
            text,
            spans,
            annotation.text,
            path=self.path,
            line=self.line,
            tally=self.tally,
            remedy="Check that the text is the one, or read with offsets=bytes.",
        )
        mention_id = annotation.id or f"T{len(earlier) + 1}"
        if mention_id in earlier:
            self.tally.add("annotation given another id: its own comes twice", example)
            mention_id = next(
                new
                for n in range(2, len(earlier) + 3)
                if (new := f"{mention_id}~{n}") not in earlier
            )
        gold = self.options.gold_of(annotation.infons)
        told = annotation.infons.get("several")
        return Mention(
            id=mention_id,
            spans=placed,
            text=surface(text, placed),
            label=annotation.infons.get("type", ""),
            gold=gold,
            composite=self.options.is_composite(gold) if told is None else told == "composite",
            assertion=_assertion(annotation.infons.get("assertion", "")),
            section=annotation.infons.get("section", ""),
            part_of=annotation.infons.get("part_of", ""),
        )


def _assertion(said: str) -> tuple[Assertion, ...]:
    """Return what our writer says; infons of this name that others have are let be."""
    values = said.split("|")
    return tuple(name for name in get_args(Assertion) if name in values)
