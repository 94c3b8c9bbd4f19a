"""ICD-10-CM from its tabular list, with the codes that a seventh character makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.markup import parsed
from xlink.types import Alias, Concept

__all__ = ["Icd10CmSource"]

_ENTRIES = ("chapter", "section", "diag")
# Chapters and sections repeat the range of their codes: "Intestinal infectious diseases (A00-A09)".
_RANGE = re.compile(r" \([A-Z]\w\w(-[A-Z]\w\w)?\)$")
_STEM_CHARACTERS = 7  # with the dot: `S06.0X` is padded to `S06.0X?` by the placeholder X


@dataclass(slots=True)
class _Entry:
    """A chapter, section or code whose XML element is still open."""

    tag: str
    code: str = ""
    name: str = ""
    inclusions: list[str] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Icd10CmSource:
    """Reads the tabular XML; inclusion terms become synonyms.

    Seventh characters are added to the codes below the note that defines them. The list takes some
    combinations back in prose; a `.txt` file with all codes, one a line and without dots, tells
    which of them exist.
    """

    files: tuple[Path, ...]
    language: str = "en"

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield chapters, sections and codes, children first.

        Raises:
            DataError: a file is missing or is not the tabular list.
        """
        listed = _listed([path for path in self.files if path.suffix == ".txt"])
        for path in self.files:
            if path.suffix == ".txt":
                continue
            found = False
            for concept in self._read(path, tally):
                found = True
                if listed and _key(concept.id) not in listed:
                    tally.add("code skipped: it is not on the list of codes", concept.id)
                    continue
                yield concept
            if not found:
                raise DataError(
                    "it has no chapters of codes",
                    path=path,
                    remedy="Name the tabular XML of an ICD-10-CM release.",
                )

    def _read(self, path: Path, tally: Tally) -> Iterator[Concept]:
        open_entries: list[_Entry] = []
        for event, element in parsed(path, events=("start", "end")):
            if element.tag in _ENTRIES and event == "start":
                open_entries.append(_Entry(element.tag, element.get("id", "")))
            elif event == "end" and open_entries:
                if element.tag in _ENTRIES:
                    entry = open_entries.pop()
                    yield from self._close(entry, open_entries, tally)
                    element.clear()
                else:
                    _fill(open_entries[-1], element)

    def _close(self, entry: _Entry, above: list[_Entry], tally: Tally) -> Iterator[Concept]:
        if entry.tag == "section" and entry.code in entry.children:
            tally.add("section skipped: it has the id of its one category", entry.code)
            return
        # The category of such a section hangs on the chapter.
        chain = [each.code for each in above if each.code != entry.code]
        parents = (chain[-1],) if chain else ()
        if above:
            above[-1].children.append(entry.code)
        yield self._concept(entry.code, entry.name, parents, entry.inclusions)
        if entry.tag == "diag" and not entry.children:
            extensions = next((e.extensions for e in [entry, *above[::-1]] if e.extensions), {})
            stem = entry.code if "." in entry.code else f"{entry.code}."
            for character, meaning in extensions.items():
                code = stem.ljust(_STEM_CHARACTERS, "X") + character
                yield self._concept(code, f"{entry.name}, {meaning}", (entry.code,))

    def _concept(
        self, code: str, name: str, parents: tuple[str, ...], synonyms: list[str] | None = None
    ) -> Concept:
        aliases = [Alias(name, self.language, "preferred")]
        aliases += [Alias(text, self.language) for text in synonyms or ()]
        return Concept(code, name, tuple(aliases), parents=parents)


def _fill(entry: _Entry, element: etree._Element) -> None:
    parent = element.getparent()
    home, text = "" if parent is None else parent.tag, tidy(element.text or "")
    if home in _ENTRIES and element.tag == "name":
        entry.code = text
    elif home in _ENTRIES and element.tag == "desc":
        entry.name = text if entry.tag == "diag" else _RANGE.sub("", text)
    elif home == "inclusionTerm" and element.tag == "note":
        entry.inclusions.append(text)
    elif home == "sevenChrDef" and element.tag == "extension":
        entry.extensions[element.get("char", "")] = text


def _listed(paths: list[Path]) -> frozenset[str]:
    """Return the codes on a list, as `_key` writes them."""
    codes: set[str] = set()
    for path in paths:
        try:
            lines = path.read_text("ascii").splitlines()
        except UnicodeDecodeError:
            raise DataError("it is not a list of codes", path=path) from None
        except OSError as error:
            raise DataError(f"it can't be read: {error.strerror}", path=path) from None
        codes.update(_key(line.split(maxsplit=1)[0]) for line in lines if line.strip())
    return frozenset(codes)


def _key(code: str) -> str:
    return code.replace(".", "")
