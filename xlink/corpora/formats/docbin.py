"""spaCy's DocBin: documents with entities, span groups and knowledge-base ids, in and out."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import TypeAdapter

from xlink.corpora.aside import file_aside
from xlink.corpora.formats.spacy_docs import NO_LABEL, kb_id_of, mentions_of
from xlink.corpora.options import choices
from xlink.corpora.records import document_record, parse
from xlink.corpora.spans import check_spans, surface
from xlink.errors import DataError, MissingExtraError
from xlink.tally import Tally
from xlink.types import Document, Mention

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, DocBin
    from spacy.tokens import Span as Tokens

__all__ = ["Annotations", "DocbinReader", "DocbinWriter"]

Annotations = Literal["auto", "record", "spans", "ents"]

_RECORD = "xlink"
_DOCUMENT = TypeAdapter(Document)
# What zlib, msgpack and spaCy raise; much of a document is unpacked only when it is looked at.
_FAULTS = (zlib.error, ValueError, LookupError, TypeError, ArithmeticError)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocbinReader:
    """Reads DocBin files, those of `DocbinWriter` without loss. Needs the extra `spacy`.

    `annotations` says what the mentions are: `record` what the writer kept beside the tokens,
    `spans` the span group `group`, `ents` the entities; `auto` is the first of these there is.
    After a correction in another tool, `spans` or `ents` has it and the record has not.

    Parts in a group that have one span id are one mention. A `kb_id_` of `a+b` is a composite, one
    of `a|b` has alternatives, `NIL` says that no concept fits, and an empty one that nobody
    annotated it. Documents without a record are named `<file>#<number>`, in `language`.

    Raises:
        SpecError: there is no such kind of annotations.
    """

    annotations: Annotations = "auto"
    group: str = "xlink"
    language: str = "und"

    def __post_init__(self) -> None:
        kinds = get_args(Annotations)
        choices(self.annotations, kinds, corpus="A DocBin", option="annotations")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the documents of each file.

        Raises:
            DataError: a file can't be read or is not a DocBin, or a document has no record where
                `annotations` asks for it.
            MissingExtraError: spaCy is not installed.
        """
        for path in paths:
            with _refused(path):
                for number, doc in enumerate(_stored(path), start=1):
                    yield self._document(doc, path, number, tally)

    def _document(self, doc: Doc, path: Path, number: int, tally: Tally) -> Document:
        kept = doc.user_data.get(_RECORD)
        record: dict[str, object] | None = kept if isinstance(kept, dict) else None
        if record is None and self.annotations == "record":
            raise DataError(
                f"document {number:,} has no record of xlink",
                path=path,
                remedy='Read annotations = "spans" or "ents".',
            )
        named = {"id": f"{path.stem}#{number}", "language": self.language} | (record or {})
        if record is not None and self.annotations in ("auto", "record"):
            return _recorded(named | {"text": doc.text}, path, number)
        example = f"{path}: {named['id']}"
        found, in_parts = self._spans(doc, example, tally)
        mentions = mentions_of(doc, found, example, tally, in_parts=in_parts)
        return Document(str(named["id"]), doc.text, str(named["language"]), mentions)

    def _spans(self, doc: Doc, example: str, tally: Tally) -> tuple[Iterable[Tokens], bool]:
        """Return the spans that are mentions, and whether those with one id are parts of one."""
        if self.annotations != "ents" and self.group in doc.spans:
            found: Iterable[Tokens] = doc.spans[self.group]
            return found, True
        if self.annotations == "spans":
            tally.add(f"document without the span group {self.group!r}", example)
            return (), True
        return doc.ents, False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocbinWriter:
    """Writes a DocBin of blank pipelines' tokens. Needs the extra `spacy`.

    Every mention is in the span group `xlink`, with its id as the span id; a discontinuous one is
    several spans with one id. Those in one part that do not overlap a longer one are entities as
    well. `kb_id_` is as `DocbinReader` describes it, and a mention without a label has `MENTION`.

    Tokens can't hold every offset: a mention that begins or ends inside one is widened to whole
    tokens. `tally` counts these, and mentions that are not among the entities; what the document
    was is kept in `doc.user_data["xlink"]`, from which it is read back as it was.
    """

    tally: Tally = field(default_factory=Tally, compare=False)

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write `documents`; an existing file is replaced when all is written.

        Raises:
            MissingExtraError: spaCy is not installed.
        """
        spacy_docbin = _docbin()
        tokenizers: dict[str, Language] = {}
        for document in documents:
            language = document.language.partition("-")[0]
            if language not in tokenizers:
                tokenizers[language] = _blank(language)
            spacy_docbin.add(self._doc(document, tokenizers[language]))
        with file_aside(path) as aside:
            spacy_docbin.to_disk(aside)

    def _doc(self, document: Document, pipeline: Language) -> Doc:
        from spacy.util import filter_spans

        doc = pipeline.tokenizer(document.text)
        record = document_record(document)
        del record["text"]
        doc.user_data[_RECORD] = record
        group: list[Tokens] = []
        whole: list[Tokens] = []
        for mention in document.mentions:
            parts = self._parts(doc, mention, f"{document.id}: {mention.text!r}")
            group += parts
            whole += parts if len(mention.spans) == 1 else ()
        doc.spans[_RECORD] = group
        entities = filter_spans(whole)
        doc.set_ents(entities)
        left = len(document.mentions) - len(entities)
        self.tally.add("mention that is no entity: in parts, or overlapping", document.id, left)
        return doc

    def _parts(self, doc: Doc, mention: Mention, example: str) -> list[Tokens]:
        found: list[Tokens] = []
        for start, end in mention.spans:
            tokens = doc.char_span(
                start,
                end,
                label=mention.label or NO_LABEL,
                kb_id=kb_id_of(mention),
                alignment_mode="expand",
                span_id=mention.id,
            )
            # The space after a token belongs to it, so that a span of that alone is empty.
            if tokens is None or not tokens.text:
                self.tally.add("part of a mention without tokens", example)
                continue
            if (tokens.start_char, tokens.end_char) != (start, end):
                self.tally.add("mention widened to whole tokens", example)
            found.append(tokens)
        return found


def _docbin() -> DocBin:
    try:
        from spacy.tokens import DocBin
    except ImportError:
        raise MissingExtraError("Reading and writing DocBin", "spacy") from None
    return DocBin(store_user_data=True)


def _blank(language: str) -> Language:
    """Return the blank pipeline of a language, or of none where spaCy or its packages lack it."""
    import spacy

    try:
        return spacy.blank(language)
    except ImportError:
        return spacy.blank("xx")


def _stored(path: Path) -> Iterator[Doc]:
    stored = _docbin()
    from spacy.vocab import Vocab

    return stored.from_disk(path).get_docs(Vocab())


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """Turn what spaCy raises for a file that is damaged, or something else, into a `DataError`."""
    try:
        yield
    except DataError:
        raise
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
        ) from None
    except _FAULTS as error:
        raise DataError(
            f"it is not a whole DocBin: {error}", path=path, remedy="Write it again with spaCy 3."
        ) from None


def _recorded(record: dict[str, object], path: Path, number: int) -> Document:
    document = parse(_DOCUMENT, record, path=path, number=number)
    for mention in document.mentions:
        problem = check_spans(mention.spans, len(document.text))
        if problem or surface(document.text, mention.spans) != mention.text:
            raise DataError(
                f"the record of document {number:,} does not fit its tokens: {mention.id!r}",
                path=path,
                remedy='Read annotations = "spans" or "ents".',
            )
    return document
