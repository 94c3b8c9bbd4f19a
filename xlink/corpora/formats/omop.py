"""NOTE_NLP of the OMOP common data model (version 5.4) as CSV."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from xlink.corpora.decoding import numbered_lines
from xlink.corpora.options import choices
from xlink.corpora.writing import written_whole
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["NOTE_NLP_COLUMNS", "NoteNlpWriter"]

NOTE_NLP_COLUMNS = (
    "note_nlp_id",
    "note_id",
    "section_concept_id",
    "snippet",
    "offset",
    "lexical_variant",
    "note_nlp_concept_id",
    "note_nlp_source_concept_id",
    "nlp_system",
    "nlp_date",
    "nlp_datetime",
    "term_exists",
    "term_temporal",
    "term_modifiers",
)

_WIDTH_CHARS = 250  # of `snippet` and `lexical_variant` in the data model
_CONTEXT_CHARS = 60
_NO_CONCEPT = 0
_NOT_THERE = frozenset({"family", "hypothetical", "negated"})
_CONCEPT_COLUMNS = ("concept_code", "concept_id", "vocabulary_id", "standard_concept")


class _OmopConcept(NamedTuple):
    concept_id: int
    is_standard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNlpWriter:
    """Writes a line a mention and gold id, and beside `notes.csv` the ids in `notes.note_ids.csv`.

    The model numbers its notes. `note_ids = "number"` numbers the documents from 1, and the second
    file says which is which; `"keep"` takes the documents' ids, which must be numbers then.

    The model numbers its concepts as well. `concepts` is the CONCEPT.csv that Athena gives out, and
    `vocabulary` the `vocabulary_id` that the gold ids are codes of: then
    `note_nlp_source_concept_id` is the concept of a code, and `note_nlp_concept_id` the same where
    it is a standard concept. Both are 0, the model's "no matching concept", where it is not known
    or the mention has none. `term_modifiers` always has the id as the terminology writes it, the
    mention's id, label and offsets, and whether several ids are a composite or alternatives; also
    its assertion, with `|` between several, section and whole. `term_exists` is `N` for what is
    negated, hypothetical or of the family, and `term_temporal` is `Past` for what is historical.

    `offset` is that of the first code point; `nlp_date` is today unless `date` says otherwise.
    `tally` counts texts that were cut to the 250 characters of a column, and ids not in `concepts`.

    Raises:
        SpecError: an option has a value that is not known, or `date` is no date.
    """

    concepts: Path | None = None
    vocabulary: str = "SNOMED"
    note_ids: Literal["number", "keep"] = "number"
    date: str = ""
    system: str = "xlink"
    tally: Tally = field(default_factory=Tally, compare=False)

    def __post_init__(self) -> None:
        choices(self.note_ids, ("number", "keep"), corpus="NOTE_NLP", option="note ids")
        try:
            datetime.date.fromisoformat(self.date or "2000-01-01")
        except ValueError:
            raise SpecError(f"{self.date!r} is no date. Write 2026-01-31.") from None

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write `documents`; existing files are replaced when all is written.

        Raises:
            DataError: a document's id is no number, or comes twice, or `concepts` is not such a
                file.
        """
        known = {} if self.concepts is None else _concepts(Path(self.concepts), self.vocabulary)
        numbers = path.with_name(f"{path.stem}.note_ids{path.suffix}")
        with written_whole(path) as notes, written_whole(numbers) as mapping:
            rows = csv.writer(notes, lineterminator="\n")
            named = csv.writer(mapping, lineterminator="\n")
            rows.writerow(NOTE_NLP_COLUMNS)
            named.writerow(("note_id", "document_id"))
            n_rows, taken = 0, set[str]()
            for number, document in enumerate(documents, start=1):
                if document.id in taken:
                    raise DataError(f"two documents have the id {document.id!r}")
                taken.add(document.id)
                note_id = self._note_id(document, number)
                named.writerow((note_id, document.id))
                for row in self._rows(document, note_id, known):
                    n_rows += 1
                    rows.writerow((n_rows, *row))

    def _note_id(self, document: Document, number: int) -> int:
        if self.note_ids == "number":
            return number
        if not (document.id.isascii() and document.id.isdecimal()):
            raise DataError(
                f"the id {document.id!r} of a document is no number",
                remedy='Let the documents be numbered: note_ids = "number".',
            )
        return int(document.id)

    def _rows(
        self, document: Document, note_id: int, known: dict[str, _OmopConcept]
    ) -> Iterator[tuple[object, ...]]:
        date = self.date or datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        for mention in document.mentions:
            for gold_id in sorted(mention.gold or ()) or [""]:
                concept = known.get(gold_id)
                if known and gold_id and concept is None:
                    self.tally.add(f"id that {self.vocabulary} of OMOP does not have", gold_id)
                source = _NO_CONCEPT if concept is None else concept.concept_id
                standard = source if concept is not None and concept.is_standard else _NO_CONCEPT
                yield (
                    note_id,
                    _NO_CONCEPT,
                    _snippet(document.text, mention),
                    mention.start,
                    self._cut(mention.text),
                    standard,
                    source,
                    self.system,
                    date,
                    "",
                    "Y" if _NOT_THERE.isdisjoint(mention.assertion) else "N",
                    "Past" if "historical" in mention.assertion else "",
                    _modifiers(mention, gold_id),
                )

    def _cut(self, text: str) -> str:
        if len(text) > _WIDTH_CHARS:
            self.tally.add(f"mention cut to {_WIDTH_CHARS} characters")
        return " ".join(text.split())[:_WIDTH_CHARS]


def _snippet(text: str, mention: Mention) -> str:
    around = text[max(0, mention.start - _CONTEXT_CHARS) : mention.end + _CONTEXT_CHARS]
    return " ".join(around.split())[:_WIDTH_CHARS]


def _modifiers(mention: Mention, gold_id: str) -> str:
    spans = " ".join(f"{start}-{end}" for start, end in mention.spans)
    said = {"mention": mention.id, "spans": spans, "label": mention.label, "concept": gold_id}
    if mention.gold is not None and not mention.gold:
        said["concept"] = "NIL"
    if mention.gold is not None and len(mention.gold) > 1:
        said["several"] = "composite" if mention.composite else "alternatives"
    said |= {"assertion": "|".join(mention.assertion), "section": mention.section}
    said["part_of"] = mention.part_of
    return ",".join(f"{name}={value}" for name, value in said.items() if value)


def _concepts(path: Path, vocabulary: str) -> dict[str, _OmopConcept]:
    """Return the concepts of a vocabulary by their codes, from a file of several million lines."""
    lines = numbered_lines(path)
    header = next(lines, (1, ""))[1].split("\t")
    missing = [name for name in _CONCEPT_COLUMNS if name not in header]
    if missing:
        raise DataError(
            f"there is no column {missing[0]!r}",
            path=path,
            line=1,
            remedy="Name the CONCEPT.csv of Athena, with tabs between its columns.",
        )
    code, concept_id, vocabulary_id, standard = (header.index(name) for name in _CONCEPT_COLUMNS)
    found: dict[str, _OmopConcept] = {}
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) != len(header) or not cells[concept_id].isdecimal():
            raise DataError("the line is cut or not a concept", path=path, line=number)
        if cells[vocabulary_id] == vocabulary:
            found[cells[code]] = _OmopConcept(int(cells[concept_id]), cells[standard] == "S")
    if not found:
        raise DataError(
            f"it has no concept of the vocabulary {vocabulary!r}",
            path=path,
            remedy="Set the option `vocabulary` to a `vocabulary_id` that is in it.",
        )
    return found
