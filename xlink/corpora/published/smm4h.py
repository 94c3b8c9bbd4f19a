"""SMM4H: adverse drug reactions in posts, linked to MedDRA."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.formats.columns import ColumnsReader
from xlink.corpora.options import choices
from xlink.tally import Tally
from xlink.types import Document

__all__ = ["Smm4hReader", "Task"]

Task = Literal["2017", "2019"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Smm4hReader:
    """Reads the tab-separated files of two shared tasks; the gold is a MedDRA code.

    `task = "2019"` (and 2020) has a header with `tweet_id begin end type extraction tweet
    meddra_code` among its columns. `"2017"` has lines of a number, a mention and a code without a
    header; each becomes a document of its own whose text is the mention. Other layouts are for the
    reader `columns`.

    Raises:
        SpecError: there is no such task.
    """

    task: Task = "2019"
    language: str = "en"

    def __post_init__(self) -> None:
        choices(self.task, get_args(Task), corpus="SMM4H", option="task")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a post or, without posts, a mention.

        Raises:
            DataError: a file is not of this format, or a mention leaves its text.
        """
        if self.task == "2017":
            reader = ColumnsReader(
                header=("document", "mention", "concept"),
                document="document",
                alternatives="",
                composite="",
                language=self.language,
            )
        else:
            reader = ColumnsReader(
                document="tweet_id",
                start="begin",
                end="end",
                label="type",
                mention="extraction",
                text="tweet",
                concept="meddra_code",
                alternatives="",
                composite="",
                language=self.language,
            )
        yield from reader.read(paths, tally)
