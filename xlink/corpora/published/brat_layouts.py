"""Corpora that come as BRAT, each with the options that fit its own way of writing ids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.formats.brat import BratReader

__all__ = ["MantraReader", "NerelBioReader", "QuaeroReader"]

_CUI = "C[0-9]{7}(?![0-9])"
_FOLDER_LANGUAGES = {
    "English": "en",
    "French": "fr",
    "German": "de",
    "Spanish": "es",
    "Dutch": "nl",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MantraReader(BratReader):
    """Reads the Mantra GSC, whose mentions bear their CUI in the place of a label.

    The label is the semantic group, which ends the note: `"C0014609", "Epithelium", "Tissue"
    ,"ANAT"`. The language is that of the folder, `French` for one.
    """

    label_is_id: bool = True
    note_label: str | None = r'"([^"]*)"\s*$'

    def _language(self, path: Path, folder: Path) -> str:
        parts = (*folder.parts, *path.relative_to(folder).parts)
        known = [_FOLDER_LANGUAGES[part] for part in parts if part in _FOLDER_LANGUAGES]
        return known[-1] if known else self.language


@dataclass(frozen=True, slots=True, kw_only=True)
class QuaeroReader(BratReader):
    """Reads QUAERO, whose notes on mentions are CUIs.

    Where a note has several, they are near synonyms (child as a person and as an age group), and so
    alternatives. Notes with something that is no CUI are counted, their mentions not annotated.
    """

    notes: str | None = _CUI
    language: str = "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class NerelBioReader(BratReader):
    """Reads NEREL-BIO, whose mentions nest and have references to the UMLS, where they are linked.

    Take the folder of one language at a time, and name it.
    """

    language: str = "ru"
    databases: tuple[str, ...] | None = ("UMLS",)
