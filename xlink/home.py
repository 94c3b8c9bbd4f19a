"""Where built terminologies and their indexes lie when the user does not say."""

from __future__ import annotations

import os
from pathlib import Path

from xlink.artifact import is_artifact

__all__ = ["home", "index_path", "terminology_path"]


def home() -> Path:
    """Return the folder of built terminologies: `$XLINK_HOME`, or the user's data folder."""
    told = os.environ.get("XLINK_HOME")
    if told:
        return Path(told)
    from platformdirs import user_data_path

    return user_data_path("xlink", appauthor=False)


def terminology_path(name_or_path: str | Path) -> Path:
    """Return the folder of a terminology given by path, or by name within `home()`."""
    given = Path(name_or_path)
    is_path = len(given.parts) > 1 or is_artifact(given)
    return given if is_path else home() / given


def index_path(terminology: Path, index: str) -> Path:
    """Return the folder of an index: they lie beside their terminology, in `NAME.indexes`."""
    named = terminology if terminology.name.strip(".") else terminology.resolve()  # "." and ".."
    return named.with_name(f"{named.name}.indexes") / index
