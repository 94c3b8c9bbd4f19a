"""DisTEMIST: diseases in Spanish clinical cases, linked to SNOMED CT and mapped elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.decoding import read_text
from xlink.corpora.spans import anchor, surface
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["Codes", "DistemistReader"]

Codes = Literal["snomed", "mesh", "icd10", "hpo", "omim"]

_MENTION_COLUMNS = ("filename", "mark", "label", "off0", "off1", "span", "code", "semantic_rel")
_NO_CODE_FITS, _NOT_MAPPED = "NOMAP", "None"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a TSV file by column, with its place."""

    path: Path
    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistemistReader:
    """Reads the corpus folder with `text_files/` and `subtrack2_linking/`.

    `codes` names the terminology of the gold ids. `a+b` becomes a composite mention, `NOMAP` is
    NIL, and a mention that was not mapped to `codes` is not annotated. Where only some codes of a
    composite are mapped, the mapped ones are the gold, which is counted; ranges such as `A15-A19.9`
    stay as written.

    `relations` keeps gold only where the annotators called it one of these (`EXACT`, `NARROW`,
    `COMPOSITE`, `NOMAP`); the other mentions become unannotated. The relation is not put into the
    label: a query carries the label, and a system must not see it.

    Raises:
        SpecError: `codes` is not one of the five.
    """

    codes: Codes = "snomed"
    parts: Collection[str] = ("training1", "training2")
    relations: Collection[str] | None = None
    language: str = "es"

    def __post_init__(self) -> None:
        if self.codes not in get_args(Codes):
            known = ", ".join(get_args(Codes))
            raise SpecError(f"DisTEMIST has no codes of {self.codes!r}. Known: {known}.")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the linked documents of the corpus folders, in the order of their files.

        Raises:
            DataError: a file is missing or not of this format, or a mention leaves its text.
        """
        for folder in paths:
            by_document: dict[str, list[Mention]] = defaultdict(list)
            texts: dict[str, str] = {}
            for row, mapped in self._rows(folder, tally):
                name = row.cells["filename"]
                if name not in texts:
                    texts[name] = read_text(folder / "text_files" / f"{name}.txt")
                by_document[name].append(self._mention(row, mapped, texts[name], tally))
            for name, mentions in by_document.items():
                ordered = sorted(mentions, key=lambda mention: mention.spans)
                yield Document(name, texts[name], self.language, tuple(ordered))

    def _rows(self, folder: Path, tally: Tally) -> Iterator[tuple[_Row, str]]:
        """Yield each annotation with its gold as written in the terminology asked for."""
        for part in self.parts:
            stem = f"distemist_subtrack2_{part}_linking"
            path = folder / "subtrack2_linking" / f"{stem}.tsv"
            if self.codes == "snomed":
                # The cross-mappings went through a spreadsheet, which spoilt long SNOMED CT ids.
                yield from ((row, row.cells["code"]) for row in _tsv(path, _MENTION_COLUMNS))
                continue
            column = f"{self.codes}_code"
            mappings = {
                (row.cells["filename"], row.cells["mark"]): row.cells[column]
                for row in _tsv(
                    path.with_name(f"{stem}_crossmappings.tsv"), ("filename", "mark", column)
                )
            }
            for row in _tsv(path, _MENTION_COLUMNS):
                key = row.cells["filename"], row.cells["mark"]
                if key not in mappings:
                    tally.add("mention without a line of cross-mappings", f"{path}: {key}")
                yield row, mappings.get(key, _NOT_MAPPED)

    def _mention(self, row: _Row, mapped: str, text: str, tally: Tally) -> Mention:
        cells = row.cells
        try:
            span = int(cells["off0"]), int(cells["off1"])
        except ValueError:
            raise DataError("an offset is not a number", path=row.path, line=row.line) from None
        span = anchor(text, span, cells["span"], path=row.path, line=row.line, tally=tally)
        gold = _gold(mapped)
        if self.relations is not None and cells["semantic_rel"] not in self.relations:
            gold = None
        if gold and len(gold) < cells["code"].count("+") + 1:
            tally.add("composite mention mapped in part", f"{row.path}, line {row.line:,}")
        return Mention(
            id=cells["mark"],
            spans=(span,),
            text=surface(text, (span,)),
            label=cells["label"],
            gold=gold,
            composite=gold is not None and len(gold) > 1,
        )


def _gold(cell: str) -> frozenset[str] | None:
    if cell in (_NOT_MAPPED, ""):
        return None
    return frozenset() if cell == _NO_CODE_FITS else frozenset(cell.split("+"))


def _tsv(path: Path, columns: Collection[str]) -> Iterator[_Row]:
    """Yield the lines below the header; quotes are part of the text."""
    lines = read_text(path).split("\n")
    header = lines[0].rstrip("\r").split("\t")
    if missing := sorted(set(columns) - set(header)):
        raise DataError(
            f"there is no column {missing[0]!r}",
            path=path,
            line=1,
            remedy="Name the folder of the corpus as published.",
        )
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = line.rstrip("\r").split("\t")
        if len(cells) != len(header):
            problem = f"{len(cells)} columns where the header has {len(header)}"
            raise DataError(problem, path=path, line=number)
        yield _Row(path, number, dict(zip(header, cells, strict=True)))
