"""SympTEMIST: symptoms, signs and findings in Spanish clinical cases, linked to SNOMED CT."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.options import choices, words
from xlink.corpora.published.temist import COLUMNS, SPLITS, Annotation, gold_of, linked_documents
from xlink.corpora.rows import rows
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["Release", "SymptemistReader"]

Release = Literal["composite", "complete", "task"]

_SUFFIXES = {
    ("composite", "train"): "_complete+COMPOSITE",
    ("composite", "test"): "+COMPOSITE",
    ("complete", "train"): "_complete",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptemistReader:
    """Reads the corpus folder with `symptemist_train/` and `symptemist_test/`.

    `release` chooses the file of linked mentions: `composite` has all of them, `complete` leaves
    out mentions of several codes, and `task` is what the shared task gave out. `a+b` becomes a
    composite mention, and `NO_CODE` is NIL; `split` and `relations` are as for MedProcNER.

    A `language` other than `es` reads its file of subtask 3, which comes without texts: each
    mention becomes a document of its own whose text is the mention.

    Raises:
        SpecError: there is no such split or release.
    """

    split: str | Collection[str] = "train"
    release: Release = "composite"
    relations: str | Collection[str] | None = None
    language: str = "es"

    def __post_init__(self) -> None:
        choices(self.split, SPLITS, corpus="SympTEMIST", option="split")
        choices(self.release, get_args(Release), corpus="SympTEMIST", option="release")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield the linked documents of the corpus folders, in the order of their files.

        Raises:
            DataError: a file is missing or not of this format, or a mention leaves its text.
        """
        for folder in paths:
            if self.language == "es":
                yield from linked_documents(
                    self._annotations(folder),
                    language=self.language,
                    relations=self.relations,
                    tally=tally,
                )
            else:
                yield from self._mentions_alone(folder, tally)

    def _annotations(self, folder: Path) -> Iterator[Annotation]:
        for split in words(self.split):
            home = folder / f"symptemist_{split}"
            suffix = _SUFFIXES.get((self.release, split), "")
            name = f"symptemist_tsv_{split}_subtask2{suffix}.tsv"
            for row in rows(home / "subtask2-linking" / name, COLUMNS):
                text_path = home / "subtask1-ner" / "txt" / f"{row.cells['document']}.txt"
                yield Annotation(row, text_path, row.cells["code"])

    def _mentions_alone(self, folder: Path, tally: Tally) -> Iterator[Document]:
        for split in words(self.split):
            home = folder / f"symptemist_{split}" / "subtask3-experimental_multilingual"
            suffix = "" if split == "train" else f"_{split}"
            path = home / f"symptemist_task3_{self.language}{suffix}.tsv"
            columns = {name: COLUMNS[name] for name in ("document", "label", "text", "code")}
            for row in rows(path, columns):
                text = row.cells["text"]
                if not text:
                    tally.add("mention without text left out", str(row))
                    continue
                gold = gold_of(Annotation(row, path, row.cells["code"]), tally)
                composite = gold is not None and len(gold) > 1
                mention = Mention(
                    "T1", ((0, len(text)),), text, row.cells["label"], gold, composite=composite
                )
                yield Document(f"{path.stem}#{row.line}", text, self.language, (mention,))
