"""What DisTEMIST, MedProcNER and SympTEMIST share: a line a mention, texts in files beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.decoding import read_text
from xlink.corpora.options import words
from xlink.corpora.rows import Row
from xlink.corpora.spans import anchor, surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention, Span

__all__ = ["COLUMNS", "SPLITS", "Annotation", "gold_of", "linked_documents"]

SPLITS = ("train", "test")

COLUMNS = {
    "document": ("filename",),
    "label": ("label",),
    "start": ("start_span", "span_ini"),
    "end": ("end_span", "span_end"),
    "text": ("text",),
    "code": ("code",),
    "relation": ("sem_rel", "semantic_rel"),
}
"""The columns of MedProcNER and SympTEMIST; DisTEMIST has the same under other names."""

_NO_CODE_FITS = ("NOMAP", "NO_CODE")
_NOT_ANNOTATED = ("None", "")


@dataclass(frozen=True, slots=True)
class Annotation:
    """A line with the path of its text, and its gold as written in the terminology asked for.

    `digits` says that codes of that terminology have nothing but digits.
    """

    row: Row
    text_path: Path
    written: str
    digits: bool = True


def linked_documents(
    annotations: Iterable[Annotation],
    *,
    language: str,
    relations: str | Collection[str] | None,
    tally: Tally,
) -> Iterator[Document]:
    """Yield the documents that annotations belong to, in the order of their first ones.

    Raises:
        DataError: a text is missing, a mention leaves it, or two in one document have one id.
    """
    by_document: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        group = by_document.setdefault(annotation.row.cells["document"], [])
        if group and group[0].text_path != annotation.text_path:
            raise DataError(
                f"document {annotation.row.cells['document']!r} is in two splits",
                path=annotation.row.path,
                line=annotation.row.line,
                remedy="Read one split at a time.",
            )
        group.append(annotation)
    for name, group in by_document.items():
        text = read_text(group[0].text_path)
        yield Document(name, text, language, _mentions(group, text, relations, tally))


def gold_of(annotation: Annotation, tally: Tally) -> frozenset[str] | None:
    """Return the codes as written: `a+b` are several, `NOMAP` and `NO_CODE` are none.

    Some long SNOMED CT ids went through a spreadsheet and came out as `1.6E+16`. What such a
    mention means is lost; it becomes unannotated, and is counted.
    """
    if annotation.written in _NOT_ANNOTATED:
        return None
    codes = {code.strip() for code in annotation.written.split("+")} - set(_NO_CODE_FITS)
    if annotation.digits and not all(code.isdecimal() for code in codes):
        tally.add(
            "code that is no SNOMED CT id: mention unannotated",
            f"{annotation.row}: {annotation.written}",
        )
        return None
    return frozenset(codes)


def _mentions(
    group: list[Annotation], text: str, relations: str | Collection[str] | None, tally: Tally
) -> tuple[Mention, ...]:
    kept = None if relations is None else set(words(relations))
    placed = sorted(
        ((_span(each.row, text, tally), each) for each in group), key=lambda pair: pair[0]
    )
    mentions: list[Mention] = []
    seen: set[tuple[object, ...]] = set()
    for span, annotation in placed:
        cells = annotation.row.cells
        # Without ids of its own, a corpus may repeat a line; with ids, none may come twice.
        key = (cells["id"],) if "id" in cells else (span, cells["label"], annotation.written)
        if key in seen:
            if "id" in cells:
                raise DataError(
                    f"two mentions of document {cells['document']!r} have the id {cells['id']!r}",
                    path=annotation.row.path,
                    line=annotation.row.line,
                )
            tally.add("annotation repeated", str(annotation.row))
            continue
        seen.add(key)
        mention_id = cells.get("id", f"T{len(mentions) + 1}")
        mentions.append(_mention(annotation, span, text, mention_id, kept, tally))
    return tuple(mentions)


def _mention(
    annotation: Annotation,
    span: Span,
    text: str,
    mention_id: str,
    relations: set[str] | None,
    tally: Tally,
) -> Mention:
    cells = annotation.row.cells
    gold = gold_of(annotation, tally)
    if relations is not None and not relations.issuperset(cells["relation"].split("+")):
        gold = None
    if gold and len(gold) < cells["code"].count("+") + 1:
        tally.add("composite mention mapped in part", str(annotation.row))
    return Mention(
        id=mention_id,
        spans=(span,),
        text=surface(text, (span,)),
        label=cells["label"],
        gold=gold,
        composite=gold is not None and len(gold) > 1,
    )


def _span(row: Row, text: str, tally: Tally) -> Span:
    start, end = row.span()
    wanted = row.cells["text"]
    if text[start:end] != wanted and len(wanted) > 1 and wanted[0] == wanted[-1] == '"':
        # Some files quote a mention that has quotes in it, as CSV does.
        wanted = wanted[1:-1].replace('""', '"')
    return anchor(text, (start, end), wanted, path=row.path, line=row.line, tally=tally)
