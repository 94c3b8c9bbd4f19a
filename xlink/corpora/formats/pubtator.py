"""PubTator: titles and abstracts with annotations by offset, as BC5CDR and MedMentions have it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xlink.corpora.decoding import numbered_lines
from xlink.corpora.gold import GoldOptions, split_ids
from xlink.corpora.placing import UniqueIds, place
from xlink.corpora.spans import surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention, Passage

__all__ = ["PubtatorReader"]

_TEXT = re.compile(r"(?P<id>[^|\t]+)\|(?P<part>[ta])\|(?P<text>.*)", re.DOTALL)
_N_COLUMNS = (5, 6, 7)
_REMEDY = "A line is `id|t|title`, `id|a|abstract` or `id⇥start⇥end⇥text⇥type⇥concept`."


@dataclass(slots=True)
class _Block:
    """The lines of one document."""

    id: str
    line: int
    texts: dict[str, str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def text(self) -> str:
        title, abstract = self.texts["t"], self.texts.get("a", "")
        # Offsets count one character between the two.
        return f"{title} {abstract}" if abstract else title

    @property
    def passages(self) -> tuple[Passage, ...]:
        end = len(self.texts["t"])
        title = Passage("title", "title", (0, end))
        if not self.texts.get("a"):
            return (title,)
        return title, Passage("abstract", "abstract", (end + 1, len(self.text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PubtatorReader(GoldOptions):
    """Reads PubTator files: BC5CDR, NCBI-disease, MedMentions (full and ST21pv).

    The title and the abstract are joined by a space. Several ids stand between `|`, `+`, `;` or
    `,`; in BC5CDR and NCBI-disease all of them are meant at once, hence the default of `several`.
    `-1` is NIL, and a missing id means not annotated. The prefixes in `strip` are taken from ids
    before `prefix` is put on.

    `ids` is a file of document ids, one a line, as the splits of MedMentions are: other documents
    are left out.
    """

    language: str = "en"
    strip: tuple[str, ...] = ("UMLS:", "MESH:")
    ids: Path | None = None

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the documents in the order of the files; relations are counted.

        Raises:
            DataError: a line has another form, a mention leaves its text, or an id comes twice.
        """
        wanted = (
            None if self.ids is None else {line.strip() for _, line in numbered_lines(self.ids)}
        )
        seen = UniqueIds("document")
        n_taken = 0
        for path in paths:
            for block in _blocks(path):
                if wanted is not None and block.id not in wanted:
                    continue
                seen.add(block.id, path=path, line=block.line)
                n_taken += 1
                yield self._document(block, path, tally)
        if wanted is not None:
            tally.add("id without a document", str(self.ids), len(wanted) - n_taken)

    def _document(self, block: _Block, path: Path, tally: Tally) -> Document:
        mentions: list[Mention] = []
        for number, row in block.rows:
            if _is_relation(row):
                tally.add("relation left out", f"{path}, line {number:,}")
            elif len(row) not in _N_COLUMNS:
                problem = f"{len(row)} columns where {_N_COLUMNS[0]} to {_N_COLUMNS[-1]} can be"
                raise DataError(problem, path=path, line=number, remedy=_REMEDY)
            elif self.wants(row[4]):
                mention_id = f"T{len(mentions) + 1}"
                mentions.append(self._mention(mention_id, row, number, block.text, path, tally))
        return Document(block.id, block.text, self.language, tuple(mentions), block.passages)

    def _mention(
        self, mention_id: str, row: list[str], number: int, text: str, path: Path, tally: Tally
    ) -> Mention:
        try:
            span = int(row[1]), int(row[2])
        except ValueError:
            raise DataError(
                "an offset is not a number", path=path, line=number, remedy=_REMEDY
            ) from None
        spans = place(text, (span,), row[3], path=path, line=number, tally=tally)
        if len(row) > 6 and row[6]:
            tally.add("wording of the parts of a composite left out", f"{path}, line {number:,}")
        ids = split_ids(row[5], self.strip) if len(row) > 5 else []
        gold = self.gold(ids) if ids else None
        return Mention(
            id=mention_id,
            spans=spans,
            text=surface(text, spans),
            label=row[4],
            gold=gold,
            composite=self.is_composite(gold),
        )


def _blocks(path: Path) -> Iterator[_Block]:
    """Yield the documents of a file; a title begins a new one."""
    block: _Block | None = None
    for number, line in numbered_lines(path):
        found = _TEXT.fullmatch(line)
        if found and found["part"] == "t":
            if block is not None:
                yield block
            block = _Block(found["id"], number, {"t": found["text"]})
            continue
        row = line.split("\t")
        owner = found["id"] if found else row[0]
        if block is None or block.id != owner:
            problem = f"there is no title of document {owner[:40]!r} before this line"
            raise DataError(problem, path=path, line=number, remedy=_REMEDY)
        if found is None:
            block.rows.append((number, row))
        elif "a" in block.texts:
            raise DataError("the document has a second abstract", path=path, line=number)
        else:
            block.texts["a"] = found["text"]
    if block is not None:
        yield block


def _is_relation(row: list[str]) -> bool:
    """Tell a relation, `id⇥type⇥first⇥second` and perhaps a fifth, by what stands for an offset."""
    return len(row) in (4, 5) and row[1][:1].isalpha()
