"""The demonstration: seven letters in seven languages, linked to ICD-10."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from xlink.artifact import is_artifact
from xlink.home import terminology_path
from xlink.linker import Linker
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.spec import build_from_spec, load_spec
from xlink.types import Document

__all__ = ["LANGUAGES", "demo_linker", "notes"]

LANGUAGES = ("es", "fr", "de", "pt", "ja", "zh", "en")

_TERMINOLOGY = "icd10"


def notes() -> Iterator[Document]:
    """Yield the letters, which are invented."""
    folder = files("xlink.demo") / "notes"
    for language in LANGUAGES:
        text = (folder / f"{language}.txt").read_text(encoding="utf-8")
        yield Document(language, text, language)


def demo_linker(tally: Tally) -> Linker:
    """Open a linker to ICD-10, building terminology and indexes where they are missing.

    Raises:
        XlinkError: the content can't be downloaded, or is not what it should be.
    """
    place = terminology_path(_TERMINOLOGY)
    if not is_artifact(place):
        tally.merge(build_from_spec(load_spec(_TERMINOLOGY), place).tally)
    return Linker.open(Terminology.open(place))
