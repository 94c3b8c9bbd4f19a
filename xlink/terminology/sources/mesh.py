"""MeSH from the XML of the National Library of Medicine: descriptors and supplementary records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from lxml import etree

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.documents import OnError, tolerated
from xlink.terminology.sources.markup import parsed
from xlink.types import Alias, AliasKind, Concept

__all__ = ["MeshSource"]

_KINDS = {"DescriptorRecord": "Descriptor", "SupplementalRecord": "SupplementalRecord"}
_SCOPE_NOTE = "ConceptList/Concept[@PreferredConceptYN='Y']/ScopeNote"
_ABBREVIATIONS = ("ABB", "ABX", "ACR", "ACX")
_CATEGORIES = {
    "A": "Anatomy",
    "B": "Organisms",
    "C": "Diseases",
    "D": "Chemicals and Drugs",
    "E": "Analytical, Diagnostic and Therapeutic Techniques, and Equipment",
    "F": "Psychiatry and Psychology",
    "G": "Phenomena and Processes",
    "H": "Disciplines and Occupations",
    "I": "Anthropology, Education, Sociology, and Social Phenomena",
    "J": "Technology, Industry, and Agriculture",
    "K": "Humanities",
    "L": "Information Science",
    "M": "Named Groups",
    "N": "Health Care",
    "V": "Publication Characteristics",
    "Z": "Geographicals",
}
_SUPPLEMENTARY_CLASSES = {
    "1": "Supplementary: chemical",
    "2": "Supplementary: protocol",
    "3": "Supplementary: disease",
    "4": "Supplementary: organism",
    "5": "Supplementary: population group",
    "6": "Supplementary: anatomy",
}
# Three letters as the Library of Congress writes them, which need not be those of BCP 47.
_LANGUAGES = {
    "chi": "zh",
    "cro": "hr",
    "cze": "cs",
    "dut": "nl",
    "eng": "en",
    "fin": "fi",
    "fre": "fr",
    "ger": "de",
    "gre": "el",
    "ita": "it",
    "jpn": "ja",
    "lav": "lv",
    "nor": "no",
    "pol": "pl",
    "por": "pt",
    "rus": "ru",
    "scr": "hr",
    "slv": "sl",
    "spa": "es",
    "swe": "sv",
    "ukr": "uk",
}
# A translation repeats the English name: "Douleur abdominale[Abdominal Pain]".
_TRANSLATED = re.compile(r"(?P<name>.+)\[(?P<english>[^\[\]]+)\]")
_TERM_ID = re.compile(r"([a-z]{3})\d+")


@dataclass(slots=True)
class _Tree:
    """Places in the trees: the descriptor of each, and the places of each descriptor."""

    owners: dict[str, str] = field(default_factory=dict)

    def parents(self, tally: Tally) -> Iterator[Concept]:
        """Yield the descriptors that stand right below another."""
        for number, owner in self.owners.items():
            above, _, last = number.rpartition(".")
            if not last or not above:
                continue
            if above in self.owners:
                yield Concept(owner, "", parents=(self.owners[above],))
            else:
                tally.add("tree number skipped: nothing stands above it", number)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshSource:
    """Reads `desc*.xml` and `supp*.xml`, also those of translators (`fredesc2019.xml`).

    Entry terms become synonyms: with `narrower` also those that mean something narrower than the
    record, with `permuted` also inverted ones (*Pain, Abdominal*). Tree numbers give parents and,
    by the tree, types; the headings that a supplementary record is mapped to are its parents.
    """

    files: tuple[Path, ...]
    narrower: bool = True
    permuted: bool = False
    on_error: OnError = "raise"

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the records, and then the parents of descriptors.

        Raises:
            DataError: a file is missing, is not XML, or holds no records of MeSH.
        """
        tree = _Tree()
        for path in self.files:
            found = False
            for _, record in parsed(path, tag=tuple(_KINDS)):
                found = True
                try:
                    yield self._concept(record, tree, path)
                except DataError as error:
                    tolerated(error, "record", self.on_error, tally)
                _forget(record)
            if not found:
                raise DataError(
                    "it has no descriptors or supplementary records",
                    path=path,
                    remedy="Name desc<year>.xml or supp<year>.xml of MeSH.",
                )
        yield from tree.parents(tally)

    def _concept(self, record: etree._Element, tree: _Tree, path: Path) -> Concept:
        kind = _KINDS[str(record.tag)]
        id_ = tidy(record.findtext(f"{kind}UI") or "")
        heading = tidy(record.findtext(f"{kind}Name/String") or "")
        if not id_ or not heading:
            raise DataError(
                f"a {record.tag} without {f'{kind}UI' if not id_ else f'{kind}Name'}",
                path=path,
                line=cast("int | None", record.sourceline),
            )
        above = record.getparent()
        language = _language(None if above is None else above.get("LanguageCode"), "en")
        numbers = [tidy(each.text or "") for each in record.iterfind("TreeNumberList/TreeNumber")]
        tree.owners.update((number, id_) for number in numbers if number)
        name, english = _names(heading, language)
        aliases = [Alias(name, language, "preferred")]
        if english:
            aliases.append(Alias(english, "en", "preferred"))
        aliases += self._terms(record, language, {name, english})
        return Concept(
            id=id_,
            name=english or name,
            aliases=tuple(aliases),
            types=_types(record, numbers),
            definition=tidy(record.findtext(_SCOPE_NOTE) or "") or None,
            parents=tuple(_headings(record)),
        )

    def _terms(self, record: etree._Element, language: str, known: set[str]) -> Iterator[Alias]:
        for concept in record.iterfind("ConceptList/Concept"):
            if not self.narrower and concept.get("PreferredConceptYN") != "Y":
                continue
            for term in concept.iterfind("TermList/Term"):
                text = tidy(term.findtext("String") or "")
                if text in known or (term.get("IsPermutedTermYN") == "Y" and not self.permuted):
                    continue
                abbreviated = term.get("LexicalTag") in _ABBREVIATIONS
                kind: AliasKind = "abbreviation" if abbreviated else "synonym"
                yield Alias(text, _term_language(term, language), kind)


def _types(record: etree._Element, numbers: list[str]) -> tuple[str, ...]:
    if record.tag == "SupplementalRecord":
        name = _SUPPLEMENTARY_CLASSES.get(record.get("SCRClass", ""))
        return () if name is None else (name,)
    letters = dict.fromkeys(number[:1] for number in numbers)
    return tuple(_CATEGORIES[letter] for letter in letters if letter in _CATEGORIES)


def _headings(record: etree._Element) -> Iterator[str]:
    for heading in record.iterfind(
        "HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorUI"
    ):
        # A star marks a main topic, for indexers.
        yield tidy(heading.text or "").lstrip("*")


def _names(heading: str, language: str) -> tuple[str, str]:
    """Return the name of a record, and the English one if that stands behind it."""
    match = None if language == "en" else _TRANSLATED.fullmatch(heading)
    return (heading, "") if match is None else (tidy(match["name"]), tidy(match["english"]))


def _term_language(term: etree._Element, language: str) -> str:
    """Return the language of a term: translators mark theirs by its id, as in `fre0012345`."""
    id_ = tidy(term.findtext("TermUI") or "")
    match = _TERM_ID.fullmatch(id_)
    if match is not None:
        return _language(match[1], language)
    return "en" if id_.startswith("T") else language


def _language(code: str | None, default: str) -> str:
    return default if code is None else _LANGUAGES.get(code, code)


def _forget(element: etree._Element) -> None:
    """Drop a record that is read, and what is left of those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
