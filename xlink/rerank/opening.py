"""Re-rankers by name: registered ones, folders, and those at home."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from xlink.artifact import is_artifact
from xlink.errors import SpecError, UnknownNameError
from xlink.home import home
from xlink.registry import RERANKERS
from xlink.terminology import Terminology

if TYPE_CHECKING:
    from xlink.protocols import Reranker

__all__ = ["open_reranker", "reranker_path"]

_HOME = "rerankers"


def open_reranker(name: Path | str, terminology: Terminology, *, cascade: bool = False) -> Reranker:
    """Open a re-ranker for the candidates of a terminology.

    - a name that is registered under `xlink.rerankers`, for something callable with a terminology
    - a folder that `xlink train reranker` or `export_reranker` wrote, or its name at home

    With `cascade`, one in a folder leaves mentions alone that the candidate stage is sure of.

    Raises:
        SpecError: it has no cascade.
        UnknownNameError: it is none of these; the message lists what is registered or at home.
        MissingExtraError: the packages that it needs are not installed.
        ArtifactError: it is damaged.
    """
    if str(name) in RERANKERS.names():
        if cascade:
            raise SpecError(f"The re-ranker {name} has no cascade.")
        maker = cast("Callable[[Terminology], Reranker]", RERANKERS.load(str(name)))
        return maker(terminology)
    place = reranker_path(name)
    if not is_artifact(place):
        folder = home() / _HOME
        known = [each.name for each in folder.iterdir()] if folder.is_dir() else []
        raise UnknownNameError("re-ranker", str(name), [*RERANKERS.names(), *known])
    from xlink.rerank.saving import load_reranker

    return load_reranker(place, terminology, cascade=cascade)


def reranker_path(name: Path | str) -> Path:
    """Return the folder of a re-ranker given by path, or by name within `home()`."""
    given = Path(name)
    is_path = len(given.parts) > 1 or is_artifact(given)
    return given if is_path else home() / _HOME / given
