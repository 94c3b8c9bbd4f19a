"""XL-BEL: mentions of UMLS concepts in sentences of Wikipedia, in ten languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.decoding import numbered_lines
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["XlbelReader"]

_TARGET = re.compile(r"<tgt>(.+?)</tgt>")
_LANGUAGE = re.compile(r"([a-z]{2})_")


@dataclass(frozen=True, slots=True, kw_only=True)
class XlbelReader:
    """Reads files such as `de_1k_test_query_with_context.txt`, or all `.txt` files of a folder.

    A line is `CUI||mention||sentence`, in which `<tgt>` and `</tgt>` stand about the mention; it
    becomes the document `<file>#<line>`. Without a sentence (version 0.0) the text is the mention.
    Several CUIs, as in `C1|C2`, are alternatives. Without `language`, the first two letters of the
    file's name are taken.
    """

    language: str | None = None

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a line.

        Raises:
            DataError: a folder has no such file, a line has another form, or a file's name does
                not say the language.
        """
        for path in paths:
            files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
            if not files:
                raise DataError("the folder has no .txt file", path=path, remedy="Name a file.")
            for file in files:
                yield from self._documents(file, tally)

    def _documents(self, path: Path, tally: Tally) -> Iterator[Document]:
        language = self.language or _language(path)
        for number, line in numbered_lines(path):
            cells = line.split("||", 2)
            ids = frozenset(cells[0].strip().split("|"))
            if len(cells) < 2 or not cells[1] or "" in ids:
                raise DataError(
                    f"{line[:60]!r} is not a mention",
                    path=path,
                    line=number,
                    remedy="A line is `CUI||mention||sentence with <tgt>mention</tgt>`.",
                )
            text, start, end = _placed(cells, f"{path}, line {number:,}", tally)
            mention = Mention("T1", ((start, end),), text[start:end], gold=ids)
            yield Document(f"{path.stem}#{number}", text, language, (mention,))


def _placed(cells: list[str], place: str, tally: Tally) -> tuple[str, int, int]:
    """Return the text of a line with the start and end of the mention in it."""
    mention = cells[1]
    if len(cells) == 2:
        return mention, 0, len(mention)
    target = _TARGET.search(cells[2])
    if target is None:
        tally.add("sentence without a mark: the mention stands alone", place)
        return mention, 0, len(mention)
    if target[1] != mention:
        tally.add("mention taken as the sentence marks it", f"{place}: {mention!r}")
    text = cells[2][: target.start()] + target[1] + cells[2][target.end() :]
    return text, target.start(), target.start() + len(target[1])


def _language(path: Path) -> str:
    found = _LANGUAGE.match(path.name)
    if found is None:
        raise DataError(
            "its name does not begin with a language",
            path=path,
            remedy="Set the option `language`.",
        )
    return found[1]
