"""Any delimited file with a mention a line: the user says which column is what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.decoding import read_text
from xlink.corpora.options import choices, words
from xlink.corpora.rows import Row, rows
from xlink.corpora.spans import anchor, surface
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.text.encodings import check_encoding
from xlink.types import Document, Mention, Span

__all__ = ["ColumnsReader", "Delimiter"]

Delimiter = Literal["tab", "comma", "semicolon"]

_CHARACTERS = {"tab": "\t", "comma": ",", "semicolon": ";"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsReader:
    r"""Reads TSV and CSV files; an option names a column, and an empty one says there is none.

    - `mention` and `concept` are needed: what the text says, and the gold id.
    - `document`, `label`: the document's id, and the type of the mention.
    - `text`: the document's text. `texts` in its place names a folder beside the file, in which
      the document `a` is `a.txt`.
    - `start`, `end`: offsets in code points, half-open. Without them the mention is looked for in
      the text, and the first place is taken.

    Without a text, each line becomes a document whose text is the mention, `<document>#<line>`.
    A line with a text and no mention is a document that may have none.

    In `concept`, `alternatives` stands between ids any of which is right, and `composite` between
    ids that are meant together; a `nil` value means that no concept fits, and an empty cell that
    nobody annotated one. `header` names the columns of files without a header.

    Raises:
        SpecError: options that do not fit together.
    """

    mention: str = "mention"
    concept: str = "concept"
    document: str = ""
    label: str = ""
    text: str = ""
    texts: str = ""
    start: str = ""
    end: str = ""
    header: str | Collection[str] = ()
    delimiter: Delimiter = "tab"
    alternatives: str = "|"
    composite: str = "+"
    nil: str | Collection[str] = ("NIL",)
    encoding: str = "utf-8"
    language: str = "und"

    def __post_init__(self) -> None:
        choices(self.delimiter, get_args(Delimiter), corpus="The reader", option="delimiter")
        check_encoding(self.encoding)
        if bool(self.start) != bool(self.end):
            raise SpecError("Name both columns of offsets, `start` and `end`, or none.")
        if self.start and not (self.text or self.texts):
            raise SpecError("Offsets need a text. Name its column (`text`) or folder (`texts`).")
        if self.text and self.texts:
            raise SpecError("Name the column of the text (`text`) or its folder (`texts`).")
        if self.texts and not self.document:
            raise SpecError("A folder of texts needs the column of their names (`document`).")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the documents of each file, in the order of their first lines.

        Raises:
            DataError: a column or a text is missing, a mention leaves its text, or a document has
                two texts.
        """
        for path in paths:
            if self.text or self.texts:
                yield from self._documents(path, tally)
            else:
                yield from self._mentions_alone(path, tally)

    def _rows(self, path: Path) -> Iterator[Row]:
        named = {
            "mention": self.mention,
            "concept": self.concept,
            "document": self.document,
            "label": self.label,
            "text": self.text,
            "start": self.start,
            "end": self.end,
        }
        return rows(
            path,
            {name: (column,) for name, column in named.items() if column},
            header=words(self.header) or None,
            delimiter=_CHARACTERS[self.delimiter],
            encoding=self.encoding,
        )

    def _mentions_alone(self, path: Path, tally: Tally) -> Iterator[Document]:
        for row in self._rows(path):
            said = row.cells["mention"]
            if not said:
                tally.add("mention without text left out", str(row))
                continue
            mention = self._mention(row, "T1", (0, len(said)), said)
            name = row.cells.get("document", path.stem)
            yield Document(f"{name}#{row.line}", said, self.language, (mention,))

    def _documents(self, path: Path, tally: Tally) -> Iterator[Document]:
        texts: dict[str, str] = {}
        mentions: dict[str, list[Mention]] = {}
        names: dict[str, str] = {}
        for row in self._rows(path):
            text = self._text(row)
            key = row.cells["document"] if self.document else text
            if texts.setdefault(key, text) != text:
                raise DataError(
                    f"document {key!r} has another text here than before",
                    path=path,
                    line=row.line,
                    remedy="Name a column whose values tell texts apart.",
                )
            names.setdefault(key, key if self.document else f"{path.stem}#{row.line}")
            own = mentions.setdefault(key, [])
            span = self._span(row, text, tally)
            if span is not None:
                own.append(self._mention(row, f"T{len(own) + 1}", span, text))
        for key, text in texts.items():
            yield Document(names[key], text, self.language, tuple(mentions[key]))

    def _text(self, row: Row) -> str:
        if self.text:
            return row.cells["text"]
        path = row.path.parent / self.texts / f"{row.cells['document']}.txt"
        return read_text(path, self.encoding)

    def _span(self, row: Row, text: str, tally: Tally) -> Span | None:
        said = row.cells["mention"]
        if not said:
            tally.add("line without a mention", str(row))
            return None
        if self.start:
            return anchor(text, row.span(), said, path=row.path, line=row.line, tally=tally)
        start = text.find(said)
        if start < 0:
            tally.add("mention left out: its text does not have it", f"{row}: {said!r}")
            return None
        if text.find(said, start + 1) >= 0:
            tally.add("mention with several places: the first taken", f"{row}: {said!r}")
        return start, start + len(said)

    def _mention(self, row: Row, mention_id: str, span: Span, text: str) -> Mention:
        gold, composite = self._gold(row.cells["concept"].strip())
        label = row.cells.get("label", "")
        said = surface(text, (span,))
        return Mention(mention_id, (span,), said, label, gold, composite=composite)

    def _gold(self, written: str) -> tuple[frozenset[str] | None, bool]:
        if not written:
            return None, False
        if written in words(self.nil):
            return frozenset(), False
        for separator, composite in ((self.composite, True), (self.alternatives, False)):
            if separator and separator in written:
                ids = {each.strip() for each in written.split(separator)} - {""}
                return frozenset(ids), composite and len(ids) > 1
        return frozenset({written}), False
