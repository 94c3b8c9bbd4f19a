"""CodiEsp: Spanish clinical cases coded in CIE10, with the evidence in the text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.decoding import read_text
from xlink.corpora.fragments import parse_parts, place_parts
from xlink.corpora.options import choices, words
from xlink.corpora.rows import Row, rows
from xlink.corpora.spans import surface
from xlink.tally import Tally
from xlink.types import Document, Mention, Span

__all__ = ["Codes", "CodiespReader", "Written"]

Codes = Literal["diagnosis", "procedure", "both"]
Written = Literal["icd10cm", "corpus"]

_COLUMNS = ("document", "label", "code", "text", "spans")
_SPLITS = ("train", "dev", "test")
_LABELS = {"diagnosis": "DIAGNOSTICO", "procedure": "PROCEDIMIENTO"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodiespReader:
    """Reads the corpus folder with `train/`, `dev/` and `test/`, from the files of sub-track X.

    `codes` takes mentions of diagnoses (ICD-10-CM), procedures (ICD-10-PCS) or both; their labels
    are those of the corpus, `DIAGNOSTICO` and `PROCEDIMIENTO`. The corpus writes codes in lower
    case; `written = "icd10cm"` gives them as ICD-10-CM does (`N44.8`, `BW03ZZZ`; `S02.0` for
    `s02.0xx`, whose seventh character the coders left out), `"corpus"` as they are.

    Lines with the same evidence become one composite mention: the coders gave it all of its codes.
    Evidence may have several parts, and nothing in CodiEsp is NIL. `split` is one or several of
    `train`, `dev` and `test`.

    Raises:
        SpecError: an option has a value that is not known.
    """

    codes: Codes = "diagnosis"
    written: Written = "icd10cm"
    split: str | Collection[str] = ("train", "dev")
    language: str = "es"

    def __post_init__(self) -> None:
        choices(self.codes, get_args(Codes), corpus="CodiEsp", option="codes")
        choices(self.written, get_args(Written), corpus="CodiEsp", option="way of writing codes")
        choices(self.split, _SPLITS, corpus="CodiEsp", option="split")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield a document a text, in the order of their names; some may have no mention.

        Raises:
            DataError: a file is missing or not of this format, or a mention leaves its text.
        """
        for folder in paths:
            for split in words(self.split):
                yield from self._split(folder / split, split, tally)

    def _split(self, folder: Path, split: str, tally: Tally) -> Iterator[Document]:
        evidence: dict[str, list[Row]] = {}
        for row in rows(
            folder / f"{split}X.tsv", {name: (name,) for name in _COLUMNS}, header=_COLUMNS
        ):
            if self.codes == "both" or row.cells["label"] == _LABELS[self.codes]:
                evidence.setdefault(row.cells["document"], []).append(row)
        texts = {path.stem: path for path in (folder / "text_files").glob("*.txt")}
        # A text that is missing is then refused where it is read.
        for name in sorted(texts.keys() | evidence.keys()):
            text = read_text(texts.get(name, folder / "text_files" / f"{name}.txt"))
            mentions = self._mentions(text, evidence.get(name, ()), tally)
            yield Document(name, text, self.language, mentions)

    def _mentions(self, text: str, lines: Iterable[Row], tally: Tally) -> tuple[Mention, ...]:
        codes: dict[tuple[tuple[Span, ...], str], set[str]] = {}
        for row in lines:
            spans = place_parts(
                text,
                parse_parts(row.cells["spans"], path=row.path, line=row.line),
                row.cells["text"],
                path=row.path,
                line=row.line,
                tally=tally,
            )
            given = codes.setdefault((spans, row.cells["label"]), set())
            code = row.cells["code"]
            code = _as_icd10cm(code) if self.written == "icd10cm" else code
            if code in given:
                tally.add("annotation repeated", str(row))
            elif given:
                tally.add("evidence of several codes: one composite mention", str(row))
            given.add(code)
        return tuple(
            Mention(
                f"T{number}",
                spans,
                surface(text, spans),
                label,
                frozenset(given),
                composite=len(given) > 1,
            )
            for number, ((spans, label), given) in enumerate(sorted(codes.items()), start=1)
        )


def _as_icd10cm(code: str) -> str:
    """Return a code in capitals, without the placeholders before a seventh character not given.

    ICD-10-CM has `X` as the last of six characters only to hold the place of a seventh.
    """
    code = code.upper()
    is_cut = len(code) == len("S02.0XX") and "." in code and code.endswith("X")
    return code.rstrip("X").removesuffix(".") if is_cut else code
