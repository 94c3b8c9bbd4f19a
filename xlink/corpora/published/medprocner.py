"""MedProcNER (ProcTEMIST): procedures in Spanish clinical cases, linked to SNOMED CT."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.options import choices, words
from xlink.corpora.published.temist import COLUMNS, SPLITS, Annotation, linked_documents
from xlink.corpora.rows import rows
from xlink.tally import Tally
from xlink.types import Document

__all__ = ["MedprocnerReader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MedprocnerReader:
    """Reads the corpus folder with `medprocner_train/` and `medprocner_test/`.

    `a+b` becomes a composite mention, and `NO_CODE` is NIL. `split` is `train`, `test` or both.
    `relations` keeps gold only where all relations of a mention are among these (`EXACT`, `NARROW`,
    `NO_CODE`); the other mentions become unannotated. Mentions whose label is `UNCLEAR` are kept.

    Raises:
        SpecError: there is no such split.
    """

    split: str | Collection[str] = "train"
    relations: str | Collection[str] | None = None
    language: str = "es"

    def __post_init__(self) -> None:
        choices(self.split, SPLITS, corpus="MedProcNER", option="split")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the linked documents of the corpus folders, in the order of their files.

        Raises:
            DataError: a file is missing or not of this format, or a mention leaves its text.
        """
        for folder in paths:
            yield from linked_documents(
                self._annotations(folder),
                language=self.language,
                relations=self.relations,
                tally=tally,
            )

    def _annotations(self, folder: Path) -> Iterator[Annotation]:
        for split in words(self.split):
            home = folder / f"medprocner_{split}"
            # The first releases have the texts only beside the BRAT files.
            texts = home / "txt" if (home / "txt").is_dir() else home / "brat"
            for row in rows(home / "tsv" / f"medprocner_tsv_{split}_subtask2.tsv", COLUMNS):
                text_path = texts / f"{row.cells['document']}.txt"
                yield Annotation(row, text_path, row.cells["code"])
