"""Plain text: files, folders of `.txt` files, and standard input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.decoding import STDIN, read_text
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.text.encodings import check_encoding
from xlink.types import Document

__all__ = ["TextReader", "document_ids"]

_SUFFIX = ".txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReader:
    """Reads each file as one document without mentions; `-` is standard input.

    The id is the file's name without its suffix; where names repeat, the path below the named
    folder without its suffix, and where those repeat too, the path as found.

    Raises:
        SpecError: `encoding` is not one that Python knows.
    """

    encoding: str = "utf-8"
    language: str = "und"

    def __post_init__(self) -> None:
        check_encoding(self.encoding)

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a file, those of a folder in the order of their paths.

        Line ends stay as they are. Empty files and files left out of folders are counted.

        Raises:
            DataError: a path does not exist, a folder has no `.txt` file, or a file is not text.
        """
        files = list(_files(paths, tally))
        for document_id, (path, _) in zip(document_ids(files), files, strict=True):
            text = read_text(path, self.encoding)
            if not text:
                tally.add("document without text", str(path))
            yield Document(document_id, text, self.language)


def _files(paths: Iterable[Path], tally: Tally) -> Iterator[tuple[Path, Path]]:
    """Yield each file once, with the folder it was named by (its own, for a single file)."""
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found = sorted(each for each in path.rglob("*") if each.is_file())
            texts = [each for each in found if each.suffix.lower() == _SUFFIX]
            if not texts:
                raise DataError(
                    f"the folder has no {_SUFFIX} file", path=path, remedy="Name files one by one."
                )
            if len(texts) < len(found):
                reason = f"file of a folder left out: its name does not end in {_SUFFIX}"
                other = next(each for each in found if each.suffix.lower() != _SUFFIX)
                tally.add(reason, str(other), len(found) - len(texts))
            pairs = [(each, path) for each in texts]
        else:
            pairs = [(path, path.parent)]
        for each, folder in pairs:
            if each in seen:
                tally.add("file named twice, read once", str(each))
                continue
            seen.add(each)
            yield each, folder


def document_ids(files: list[tuple[Path, Path]]) -> list[str]:
    """Return for each file, given with its folder, the shortest of three names no other has.

    They are its name without the suffix, its path below the folder, and its path as found.
    """
    names = [
        ("stdin",) * 3
        if path == STDIN
        else (
            path.stem,
            path.relative_to(folder).with_suffix("").as_posix(),
            path.as_posix(),
        )
        for path, folder in files
    ]
    uses = [Counter(level) for level in zip(*names, strict=True)]
    return [
        next((name for name, used in zip(own, uses, strict=True) if used[name] == 1), own[-1])
        for own in names
    ]
