"""Files of BioC as they are: documents with passages, sentences and annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from xlink.corpora.decoding import numbered_lines
from xlink.corpora.markup import Element, attribute, line_of
from xlink.corpora.records import parse, parse_object
from xlink.errors import DataError
from xlink.terminology.sources.documents import json_document
from xlink.terminology.sources.markup import parsed

__all__ = ["BiocAnnotation", "BiocDocument", "BiocLocation", "BiocPassage", "bioc_documents"]


class _Item(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    infons: dict[str, str] = Field(default_factory=dict)

    @field_validator("infons", mode="before")
    @classmethod
    def _only_texts(cls, infons: object) -> object:
        """Leave out the infons that are lists or null, which some exports have."""
        if not isinstance(infons, dict):
            return infons
        return {key: value for key, value in infons.items() if isinstance(value, str | int | float)}


class BiocLocation(BaseModel):
    """A place, counted from the beginning of the document."""

    offset: int
    length: int


class BiocAnnotation(_Item):
    """A mention."""

    id: str | None = None
    text: str = ""
    locations: list[BiocLocation]


class _Stretch(_Item):
    offset: int
    text: str | None = None
    annotations: list[BiocAnnotation] = Field(default_factory=list)
    relations: list[object] = Field(default_factory=list)


class BiocPassage(_Stretch):
    """A passage with a text, or with sentences that have it."""

    sentences: list[_Stretch] = Field(default_factory=list)

    def parts(self) -> Iterator[tuple[int, str]]:
        """Yield its texts with their offsets."""
        if self.text is not None or not self.sentences:
            yield self.offset, self.text or ""
        else:
            yield from ((each.offset, each.text or "") for each in self.sentences)


class BiocDocument(_Item):
    """A document, whose annotations may lie on any level."""

    id: str
    passages: list[BiocPassage]
    annotations: list[BiocAnnotation] = Field(default_factory=list)
    relations: list[object] = Field(default_factory=list)

    def all_annotations(self) -> Iterator[BiocAnnotation]:
        """Yield those of passages, of their sentences, and of the document."""
        for passage in self.passages:
            for stretch in (passage, *passage.sentences):
                yield from stretch.annotations
        yield from self.annotations

    def n_relations(self) -> int:
        """Count the relations on all levels."""
        stretches = [each for passage in self.passages for each in (passage, *passage.sentences)]
        return len(self.relations) + sum(len(each.relations) for each in stretches)


_DOCUMENT = TypeAdapter(BiocDocument)


def bioc_documents(path: Path) -> Iterator[tuple[int, BiocDocument]]:
    """Yield the documents of a collection, each with its line, or with its number in JSON.

    XML and `.jsonl` are read in a stream; a JSON collection is held in memory as a whole.

    Raises:
        DataError: the file is not BioC.
    """
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        found: Iterable[tuple[int, object]] = (
            (number, parse_object(line, path=path, number=number))
            for number, line in numbered_lines(path)
        )
    elif suffix == ".json":
        found = enumerate(_members(json_document(path), path), start=1)
    else:
        found = _elements(path)
    for number, record in found:
        yield number, parse(_DOCUMENT, record, path=path, number=number, page="docs/corpora.md")


def _members(content: object, path: Path) -> list[object]:
    """Return the documents in a collection, in the answer of a service, or a single one."""
    if isinstance(content, dict):
        if "passages" in content:
            return [content]
        lists = [value for key, value in content.items() if key in ("documents", "PubTator3")]
        content = lists[0] if lists else None
    if not isinstance(content, list):
        raise DataError("it is not a collection of BioC", path=path, remedy='Look for "documents".')
    return content


def _elements(path: Path) -> Iterator[tuple[int, object]]:
    root = None
    for _, element in parsed(path, tag=("document", "collection")):
        if element.tag == "document":
            yield line_of(element), _record(element, path)
            # What was read is let go of, with what lies before it.
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]  # type: ignore[union-attr]
        root = element
    if root is None or root.tag != "collection":
        raise DataError("there is no collection of BioC in it", path=path, remedy="Name another.")


def _record(element: Element, path: Path) -> dict[str, object]:
    """Return an element as the object that stands for it in JSON."""
    record: dict[str, object] = dict(element.attrib)  # type: ignore[arg-type]
    infons: dict[str, str] = {}
    for child in element:
        if any(each.tag is etree.Entity for each in child):
            problem = "it has an entity that stands for other text"
            raise DataError(problem, path=path, line=line_of(child), remedy="Write the text out.")
        if child.tag == "infon":
            infons[attribute(child, "key", path)] = child.text or ""
        elif child.tag in ("passage", "sentence", "annotation", "location", "relation"):
            several = record.setdefault(f"{child.tag}s", [])
            if isinstance(several, list):
                several.append(_record(child, path))
        elif isinstance(child.tag, str):
            record[child.tag] = child.text or ""
    return record | {"infons": infons}
