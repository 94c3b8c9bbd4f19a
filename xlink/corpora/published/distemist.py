"""DisTEMIST: diseases in Spanish clinical cases, linked to SNOMED CT and mapped elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.options import choices, words
from xlink.corpora.published.temist import SPLITS, Annotation, linked_documents
from xlink.corpora.rows import rows
from xlink.errors import SpecError
from xlink.tally import Tally
from xlink.types import Document

__all__ = ["Codes", "DistemistReader"]

Codes = Literal["snomed", "mesh", "icd10", "hpo", "omim"]

_COLUMNS = {
    "document": ("filename",),
    "id": ("mark",),
    "label": ("label",),
    "start": ("off0",),
    "end": ("off1",),
    "text": ("span",),
    "code": ("code",),
    "relation": ("semantic_rel",),
}
_PARTS = {"train": ("training1", "training2"), "test": ("test",)}
_FOLDERS = {"train": "training", "test": "test_annotated"}
_NOT_MAPPED = "None"


@dataclass(frozen=True, slots=True, kw_only=True)
class DistemistReader:
    """Reads the corpus folder as published, or one part of it that has `subtrack2_linking/`.

    `codes` names the terminology of the gold ids. `a+b` becomes a composite mention, `NOMAP` is
    NIL, and a mention that was not mapped to `codes` is not annotated. Where only some codes of a
    composite are mapped, the mapped ones are the gold, which is counted; ranges such as `A15-A19.9`
    stay as written.

    `split` is `train`, `test` or both; `parts` names files of linked mentions in their place
    (`training1`, `training2`, `test`).

    `relations` keeps gold only where the annotators called it one of these (`EXACT`, `NARROW`,
    `COMPOSITE`, `NOMAP`); the other mentions become unannotated. The relation is not put into the
    label: a query carries the label, and a system must not see it.

    Raises:
        SpecError: `codes` is not one of the five, or there is no such split.
    """

    codes: Codes = "snomed"
    split: str | Collection[str] = "train"
    parts: str | Collection[str] | None = None
    relations: str | Collection[str] | None = None
    language: str = "es"

    def __post_init__(self) -> None:
        choices(self.split, SPLITS, corpus="DisTEMIST", option="split")
        if self.codes not in get_args(Codes):
            known = ", ".join(get_args(Codes))
            raise SpecError(f"DisTEMIST has no codes of {self.codes!r}. Known: {known}.")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the linked documents of the corpus folders, in the order of their files.

        Raises:
            DataError: a file is missing or not of this format, or a mention leaves its text.
        """
        for folder in paths:
            yield from linked_documents(
                self._annotations(folder, tally),
                language=self.language,
                relations=self.relations,
                tally=tally,
            )

    def _annotations(self, folder: Path, tally: Tally) -> Iterator[Annotation]:
        parts = (
            [part for split in words(self.split) for part in _PARTS[split]]
            if self.parts is None
            else words(self.parts)
        )
        for part in parts:
            home = folder
            if not (folder / "subtrack2_linking").is_dir():
                home = folder / _FOLDERS["test" if part == "test" else "train"]
            yield from self._part(home, part, tally)

    def _part(self, folder: Path, part: str, tally: Tally) -> Iterator[Annotation]:
        """Yield each annotation of a file with its gold in the terminology asked for."""
        path = folder / "subtrack2_linking" / f"distemist_subtrack2_{part}_linking.tsv"
        # The cross-mappings went through a spreadsheet, which spoilt long SNOMED CT ids.
        mappings = None if self.codes == "snomed" else self._mappings(path)
        for row in rows(path, _COLUMNS):
            text_path = folder / "text_files" / f"{row.cells['document']}.txt"
            if mappings is None:
                yield Annotation(row, text_path, row.cells["code"])
                continue
            key = row.cells["document"], row.cells["id"]
            if key not in mappings:
                tally.add("mention without a line of cross-mappings", f"{path}: {key}")
            yield Annotation(row, text_path, mappings.get(key, _NOT_MAPPED), digits=False)

    def _mappings(self, path: Path) -> dict[tuple[str, str], str]:
        columns = {
            "document": ("filename",),
            "id": ("mark",),
            "mapped": (f"{self.codes}_code",),
        }
        beside = path.with_name(f"{path.stem}_crossmappings.tsv")
        return {
            (row.cells["document"], row.cells["id"]): row.cells["mapped"]
            for row in rows(beside, columns)
        }
