"""Files and folders that are written aside and take their place when they are whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlink.errors import DataError

__all__ = ["file_aside", "folder_aside"]


@contextmanager
def file_aside(path: Path) -> Iterator[Path]:
    """Give the path of a file to write, which replaces `path` when the block ends well."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=path.parent) as folder:
        yield Path(folder) / path.name
        (Path(folder) / path.name).replace(path)


@contextmanager
def folder_aside(path: Path) -> Iterator[Path]:
    """Give a new folder to fill, which becomes `path` when the block ends well.

    Raises:
        DataError: there is something at `path` already other than an empty folder.
    """
    path = path.resolve()
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise DataError(
            "there is something already", path=path, remedy="Name a new folder, or an empty one."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=path.parent) as folder:
        aside = Path(folder) / path.name
        aside.mkdir()
        yield aside
        if path.exists():
            path.rmdir()  # Windows does not rename onto a folder, even an empty one
        aside.rename(path)
