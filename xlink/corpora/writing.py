"""Files that appear only when they are whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

__all__ = ["written_whole"]


@contextmanager
def written_whole(path: Path) -> Iterator[TextIO]:
    """Give a UTF-8 stream whose content replaces `path` when the block ends well.

    On an error, what was at `path` stays as it was. A device or pipe is written to as it is, and
    a link is followed.
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        return
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=path.parent) as folder:
        aside = Path(folder) / path.name
        # A file made in the ordinary way has the user's permissions; one of tempfile has not.
        with aside.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        aside.replace(path)
