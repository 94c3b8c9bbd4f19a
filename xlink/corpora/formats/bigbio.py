"""The knowledge-base schema of BigBIO: records of it and documents, both ways without loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from xlink.corpora.gold import GoldOptions
from xlink.corpora.passages import assemble, check_passages, unmarked
from xlink.corpora.placing import UniqueIds, place
from xlink.corpora.records import parse
from xlink.corpora.spans import surface
from xlink.tally import Tally
from xlink.types import Document, Mention, Passage, Span

__all__ = ["from_bigbio", "to_bigbio"]

NIL = "NIL"
_PASSAGE, _UNMARKED = "_passage_", "_unmarked_"
_FOREIGN = GoldOptions(several="alternatives")


class _Item(BaseModel):
    """Anything in a record; loaders give numbers for ids, and Parquet null for what is missing."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, item: object) -> object:
        if not isinstance(item, dict):
            return item
        return {key: value for key, value in item.items() if value is not None}


class _Part(_Item):
    id: str
    type: str = ""
    text: list[str] | str = Field(default_factory=list)
    offsets: list[Span] = Field(default_factory=list)

    def texts(self) -> list[str]:
        return [self.text] if isinstance(self.text, str) else self.text


class _Id(_Item):
    db_name: str = ""
    db_id: str = ""


class _Entity(_Part):
    normalized: list[_Id] = Field(default_factory=list)
    composite: bool | None = None


class _Record(_Item):
    id: str
    document_id: str = ""
    passages: list[_Part]
    entities: list[_Entity] = Field(default_factory=list)
    events: list[object] = Field(default_factory=list)
    coreferences: list[object] = Field(default_factory=list)
    relations: list[object] = Field(default_factory=list)
    language: str = ""


_RECORD = TypeAdapter(_Record)


def to_bigbio(document: Document, *, database: str = "", strict: bool = False) -> dict[str, object]:
    """Return a document as a record of the schema.

    `database` is the name that ids are filed under; NIL is the id `NIL`, and a mention that was not
    annotated has none. Text outside the passages becomes passages `..._unmarked_1` of type `text`,
    so that the record holds all of it.

    The schema knows neither the language nor whether several ids are meant at once. Records get
    `language` and entities `composite` for them; `strict` keeps to the letter and loses both.

    Raises:
        DataError: a passage leaves the text.
    """
    check_passages(document.passages, len(document.text), document.id)
    spans = [(f"{_UNMARKED}{n}", "text", span) for n, span in enumerate(unmarked(document), 1)]
    parts = [(f"{_PASSAGE}{each.id}", each.type, each.span) for each in document.passages] + spans
    record: dict[str, object] = {
        "id": document.id,
        "document_id": document.id,
        "passages": [
            {
                "id": f"{document.id}{name}",
                "type": kind,
                "text": [document.text[start:end]],
                "offsets": [[start, end]],
            }
            for name, kind, (start, end) in parts
        ],
        "entities": [_entity(document, each, database, strict) for each in document.mentions],
        "events": [],
        "coreferences": [],
        "relations": [],
    }
    return record if strict else record | {"language": document.language}


def _entity(document: Document, mention: Mention, database: str, strict: bool) -> dict[str, object]:
    ids = [] if mention.gold is None else sorted(mention.gold) or [NIL]
    entity: dict[str, object] = {
        "id": f"{document.id}_{mention.id}",
        "type": mention.label,
        "text": [document.text[start:end] for start, end in mention.spans],
        "offsets": [list(span) for span in mention.spans],
        "normalized": [{"db_name": database, "db_id": each} for each in ids],
    }
    return entity if strict else entity | {"composite": mention.composite}


def from_bigbio(
    record: Mapping[str, object],
    options: GoldOptions = _FOREIGN,
    *,
    databases: tuple[str, ...] | None = None,
    path: Path = Path("record"),
    line: int = 1,
    tally: Tally | None = None,
) -> Document:
    """Return a record of the schema as a document.

    Gaps between passages become spaces. Ids such as `NIL` or `-1` are NIL; an entity without ids is
    not annotated. Of several ids each is right, for the schema does not say, unless `options` or
    the field `composite` say otherwise. With `databases`, only ids of these are taken.

    `path` and `line` say in messages where the record is from.

    Raises:
        DataError: the record is not of the schema, an id comes twice, or an entity leaves the text.
    """
    parsed = parse(_RECORD, dict(record), path=path, number=line, page="docs/corpora.md")
    counts = Tally() if tally is None else tally
    reading = _Reading(parsed, options, databases, path, line, counts)
    for kind in ("event", "coreference", "relation"):
        left_out: list[object] = getattr(parsed, f"{kind}s")
        counts.add(f"{kind} left out", f"{path}, line {line:,}", len(left_out))
    return reading.document()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A record on its way to a document."""

    record: _Record
    options: GoldOptions
    databases: tuple[str, ...] | None
    path: Path
    line: int
    tally: Tally
    unique: UniqueIds = field(default_factory=lambda: UniqueIds("entity"))

    @property
    def id(self) -> str:
        return self.record.document_id or self.record.id

    def document(self) -> Document:
        parts = [
            (start, text)
            for passage in self.record.passages
            for (start, _), text in zip(passage.offsets, passage.texts(), strict=False)
        ]
        text = assemble(parts, path=self.path, line=self.line)
        return Document(
            self.id,
            text,
            self.record.language or self.options.language,
            tuple(
                self._mention(each, text)
                for each in self.record.entities
                if self.options.wants(each.type)
            ),
            tuple(self._passages()),
        )

    def _passages(self) -> Iterator[Passage]:
        for part in self.record.passages:
            if part.id.startswith(f"{self.id}{_UNMARKED}") or not part.offsets:
                continue
            name = part.id.removeprefix(f"{self.id}{_PASSAGE}")
            yield Passage(name, part.type, (part.offsets[0][0], part.offsets[-1][1]))

    def _mention(self, entity: _Entity, text: str) -> Mention:
        self.unique.add(entity.id, path=self.path, line=self.line)
        ids = [
            each.db_id
            for each in entity.normalized
            if each.db_id and (self.databases is None or each.db_name in self.databases)
        ]
        gold = self.options.gold(ids) if ids else None
        wanted = " ".join(entity.texts())
        spans = place(
            text, entity.offsets, wanted, path=self.path, line=self.line, tally=self.tally
        )
        told = entity.composite
        return Mention(
            id=entity.id.removeprefix(f"{self.id}_"),
            spans=spans,
            text=surface(text, spans),
            label=entity.type,
            gold=gold,
            composite=self.options.is_composite(gold) if told is None else told,
        )
