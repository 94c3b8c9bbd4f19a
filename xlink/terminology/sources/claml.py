"""Classifications in ClaML: ICD-10 of the WHO and of BfArM, ICF, OPS and their kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from lxml import etree

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.documents import OnError, tolerated
from xlink.terminology.sources.markup import parsed
from xlink.types import Alias, Concept

__all__ = ["ClamlSource"]

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFERRED = ("preferred", "preferredLong")
# Codes that a label points to are not part of what it says.
_POINTERS = ("Reference",)


@dataclass(frozen=True, slots=True)
class _Character:
    """What a character of a modifier means, and the characters that it can't follow."""

    names: tuple[Alias, ...]
    not_after: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _ModifiedBy:
    """A modifier as a class takes it: with all of its characters, or some."""

    modifier: str
    only: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of the classification, as far as the codes below it need it."""

    parents: tuple[str, ...]
    names: tuple[Alias, ...]
    types: tuple[str, ...]
    modified_by: tuple[_ModifiedBy, ...]
    not_modified_by: frozenset[str]


@dataclass(slots=True)
class _Modifiers:
    """Characters that may follow the codes of some classes, and these classes."""

    characters: dict[str, dict[str, _Character]] = field(default_factory=dict)
    classes: dict[str, _Class] = field(default_factory=dict)

    def codes(self, tally: Tally) -> Iterator[Concept]:
        """Yield the codes that modifiers make of classes without subclasses."""
        if not self.characters:
            return
        above = {parent for each in self.classes.values() for parent in each.parents}
        for code, each in self.classes.items():
            if code not in above:
                start = Concept(code, "", each.names, each.types)
                yield from self._extended(start, self._modifiers(code), ("", ""), tally)

    def _extended(
        self,
        base: Concept,
        modifiers: tuple[_ModifiedBy, ...],
        last: tuple[str, str],
        tally: Tally,
    ) -> Iterator[Concept]:
        """Yield `base` with each character of the first of `modifiers`, then of the others."""
        if not modifiers:
            return
        modifier, *further = modifiers
        if modifier.modifier not in self.characters:
            tally.add("modifier skipped: it is not defined", modifier.modifier)
        for character, meaning in self.characters.get(modifier.modifier, {}).items():
            code, names = base.id + character, _joined(base.aliases, meaning.names)
            if code in self.classes or not names or last in meaning.not_after:
                continue
            if modifier.only and character not in modifier.only:
                continue
            extended = Concept(code, names[0].text, names, base.types, parents=(base.id,))
            yield extended
            last_here = (modifier.modifier, character)
            yield from self._extended(extended, tuple(further), last_here, tally)

    def _modifiers(self, code: str) -> tuple[_ModifiedBy, ...]:
        """Return the modifiers of a class: its own, or those of the nearest class above."""
        excluded: frozenset[str] = frozenset()
        passed: set[str] = set()
        while code in self.classes and code not in passed:
            passed.add(code)
            each = self.classes[code]
            excluded |= each.not_modified_by
            if each.modified_by:
                return tuple(by for by in each.modified_by if by.modifier not in excluded)
            code = each.parents[0] if each.parents else ""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClamlSource:
    """Reads ClaML 2 and 3; each label names its language, and else has `language`.

    `synonyms` are the kinds of rubrics that are names besides the preferred. The kind of a class
    becomes its type. With `modifiers`, the codes that a fourth or fifth character makes are added
    where the file does not list them.
    """

    files: tuple[Path, ...]
    language: str = "und"
    synonyms: tuple[str, ...] = ("preferredLong", "inclusion")
    modifiers: bool = True
    on_error: OnError = "raise"

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the classes, then the codes that modifiers make of them.

        Raises:
            DataError: a file is missing, is not XML, or has no classes of ClaML.
        """
        for path in self.files:
            modifiers = _Modifiers()
            for _, element in parsed(path, tag=("ModifierClass", "Class")):
                try:
                    if element.tag == "Class":
                        concept = self._class(element, modifiers, path, tally)
                        if concept is not None:
                            yield concept
                    else:
                        self._character(element, modifiers, path)
                except DataError as error:
                    tolerated(error, "class", self.on_error, tally)
                element.clear()
            if not modifiers.classes:
                raise DataError("it has no classes", path=path, remedy="Name a ClaML file.")
            if self.modifiers:
                yield from modifiers.codes(tally)

    def _class(
        self, element: etree._Element, modifiers: _Modifiers, path: Path, tally: Tally
    ) -> Concept | None:
        code = _required(element, "code", path)
        names = tuple(self._labels(element, ("preferred",), "preferred"))
        if not names:
            names = tuple(self._labels(element, _PREFERRED, "preferred"))
        if code in modifiers.classes:
            tally.add("class merged with an earlier one of the same code", code)
        modifiers.classes[code] = _Class(
            parents=_codes(element, "SuperClass"),
            names=names,
            types=tuple(filter(None, [element.get("kind")])),
            modified_by=tuple(_modified_by(element)),
            not_modified_by=frozenset(_codes(element, "ExcludeModifier")),
        )
        if not names:
            tally.add("class skipped: it has no preferred label", code)
            return None
        definitions = [each.text for each in self._labels(element, ("definition",), "synonym")]
        return Concept(
            id=code,
            name=names[0].text,
            aliases=names + tuple(self._labels(element, self.synonyms, "synonym")),
            types=modifiers.classes[code].types,
            definition=definitions[0] if definitions else None,
            parents=modifiers.classes[code].parents,
        )

    def _character(self, element: etree._Element, modifiers: _Modifiers, path: Path) -> None:
        modifier = _required(element, "modifier", path)
        code = _required(element, "code", path)
        names = tuple(self._labels(element, ("preferred",), "preferred"))
        modifiers.characters.setdefault(modifier, {})[code] = _Character(
            names, frozenset(_not_after(element))
        )

    def _labels(
        self, element: etree._Element, kinds: tuple[str, ...], kind: Literal["preferred", "synonym"]
    ) -> Iterator[Alias]:
        for rubric in element.iterfind("Rubric"):
            if rubric.get("kind") in kinds:
                for label in rubric.iterfind("Label"):
                    text = tidy(" ".join(_texts(label)))
                    if text:
                        yield Alias(text, label.get(_LANGUAGE, self.language), kind)


def _texts(element: etree._Element) -> Iterator[str]:
    if element.tag not in _POINTERS:
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


def _joined(names: tuple[Alias, ...], meanings: tuple[Alias, ...]) -> tuple[Alias, ...]:
    """Return what a code is called with its character: both parts in one language."""
    by_language = {each.language: each.text for each in meanings}
    return tuple(
        Alias(f"{name.text}: {by_language[name.language]}", name.language, "preferred")
        for name in names
        if name.language in by_language
    )


def _modified_by(element: etree._Element) -> Iterator[_ModifiedBy]:
    for each in element.iterfind("ModifiedBy"):
        modifier = tidy(each.get("code", ""))
        if modifier:
            yield _ModifiedBy(modifier, frozenset(_codes(each, "ValidModifierClass")))


def _not_after(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield the modifiers and characters that a character of ICD-10-GM must not follow."""
    for meta in element.iterfind("Meta[@name='excludeOnPrecedingModifier']"):
        modifier, _, character = tidy(meta.get("value", "")).partition(" ")
        yield modifier, character


def _codes(element: etree._Element, tag: str) -> tuple[str, ...]:
    codes = (tidy(each.get("code", "")) for each in element.iterfind(tag))
    return tuple(code for code in codes if code)


def _required(element: etree._Element, attribute: str, path: Path) -> str:
    value = tidy(element.get(attribute, ""))
    if not value:
        raise DataError(
            f"a {element.tag} without {attribute!r}",
            path=path,
            line=cast("int | None", element.sourceline),
        )
    return value
