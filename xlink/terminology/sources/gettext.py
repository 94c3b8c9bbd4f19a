"""Names and their translations from gettext files, one message a concept.

`.po` files are read as pairs of a name (`msgid`) and its translation (`msgstr`); the id of the
concept is in the context of the message. Where that is a record id of the application and not the
code, the `.xml` data files beside them (as Tryton writes them) say which code it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polib

from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.terminology.sources.markup import parsed
from xlink.types import Alias, Concept

__all__ = ["GettextSource"]

_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x80-\x9f]")
_LINE = re.compile(r"\(line (\d+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class GettextSource:
    """Reads `.po` files; `languages` gives the language of each by the stem of its name.

    `context` and `parent` are patterns for whole strings with a group each: `(?P<id>…)` within the
    context of a message, `(?P<parent>…)` within a code. `repair` undoes, for a file, a wrong legacy
    encoding: `["cp1250", "cp1252"]` turns letters that only the first has into those
    that the second has in their place. Files of other languages are not read.

    Raises:
        SpecError: a pattern is not valid or lacks its group, or an encoding is unknown.
    """

    files: tuple[Path, ...]
    context: str
    languages: Mapping[str, str]
    msgid_language: str = "en"
    parent: str | None = None
    code_field: str = "code"
    repair: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _pattern(self.context, "id")
        if self.parent is not None:
            _pattern(self.parent, "parent")
        for encodings in self.repair.values():
            _repairs(*encodings)

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield each message as a concept with its name and one translation.

        Raises:
            DataError: a file is not what its ending says, has no such messages, or is missing.
        """
        codes = _codes([path for path in self.files if path.suffix == ".xml"], self.code_field)
        named: set[str] = set()
        for path in self._translations():
            read = False
            for key, entry in self._messages(path):
                read = True
                code = codes.get(key) if codes else key
                if code is None:
                    tally.add("message skipped: its record has no code", f"{path.name}: {key}")
                    continue
                name = tidy(entry.msgid)
                # The name stands in every file: only the first one gives it as an alias.
                own = () if code in named else (Alias(name, self.msgid_language, "preferred"),)
                named.add(code)
                translated = self._translated(entry, path.stem, tally)
                yield Concept(code, name, own + translated, parents=self._parents(code))
            if not read:
                raise DataError(
                    f"no message has a context that {self.context!r} matches",
                    path=path,
                    remedy="Check the option `context`.",
                )

    def _translations(self) -> Iterator[Path]:
        by_stem = {path.stem: path for path in self.files if path.suffix == ".po"}
        for stem in self.languages:
            if stem not in by_stem:
                raise DataError(
                    f"there is no file {stem}.po for the language {self.languages[stem]!r}",
                    remedy=f"Found: {', '.join(sorted(by_stem)) or 'no .po file'}.",
                )
            yield by_stem[stem]

    def _messages(self, path: Path) -> Iterator[tuple[str, polib.POEntry]]:
        pattern = _pattern(self.context, "id")
        for entry in _entries(path):
            match = pattern.fullmatch(entry.msgctxt or "")
            if match is not None and not entry.obsolete:
                yield match["id"], entry

    def _translated(self, entry: polib.POEntry, stem: str, tally: Tally) -> tuple[Alias, ...]:
        text, language = tidy(entry.msgstr), self.languages[stem]
        fault = _fault(text, entry.fuzzy)
        if fault is not None:
            tally.add(f"{language} translation skipped: {fault}", f"{entry.msgctxt} {text}".strip())
            return ()
        if stem in self.repair:
            mended = text.translate(_repairs(*self.repair[stem]))
            if mended != text:
                tally.add(f"{language} translation mended: wrong encoding", f"{text} -> {mended}")
                text = mended
        return (Alias(text, language, "preferred"),)

    def _parents(self, code: str) -> tuple[str, ...]:
        match = None if self.parent is None else re.fullmatch(self.parent, code)
        return () if match is None else (match["parent"],)


def _fault(text: str, fuzzy: bool) -> str | None:
    """Say what is wrong with a translation, if anything."""
    if not text:
        return "it is empty"
    if text.lower() == "nan":
        return "it is the word nan"
    if fuzzy:
        return "it is marked as fuzzy"
    if _UNREADABLE.search(text) or _is_garbled(text):
        return "it is garbled"
    return None


def _is_garbled(text: str) -> bool:
    """Tell whether `text` is UTF-8 that was read as a legacy encoding: `FiÃ¨vre`."""
    try:
        return not text.isascii() and bool(text.encode("cp1252").decode("utf-8"))
    except UnicodeError:
        return False


def _pattern(pattern: str, group: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise SpecError(f"{pattern!r} is not a regular expression: {error}") from None
    if group not in compiled.groupindex:
        raise SpecError(f"{pattern!r} needs a group (?P<{group}>…)")
    return compiled


@cache
def _repairs(wrong: str, right: str) -> Mapping[int, str]:
    """Return what becomes of each letter that `wrong` has and `right` has not."""
    table: dict[int, str] = {}
    for code in range(0x80, 0x100):
        byte = bytes([code])
        try:
            seen, meant = byte.decode(wrong, "replace"), byte.decode(right, "replace")
            seen.encode(right)
        except LookupError as error:
            raise SpecError(f"{error}. Name one that Python knows, such as cp1250.") from None
        except UnicodeEncodeError:
            if len(seen) == 1 and "\ufffd" not in (seen, meant):
                table[ord(seen)] = meant
    return table


def _entries(path: Path) -> Iterable[polib.POEntry]:
    try:
        # polib takes a path that does not exist for the content of a file.
        path.stat()
        entries: Iterable[polib.POEntry] = polib.pofile(str(path), encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise DataError(
            "it is not UTF-8", path=path, line=line, remedy="Convert the file to UTF-8."
        ) from None
    except OSError as error:
        place = _LINE.search(str(error))
        raise DataError(
            error.strerror or "it is not a gettext file" + (": bad syntax" if place else ""),
            path=path,
            line=int(place[1]) if place else None,
            remedy="Fetch the file again.",
        ) from None
    return entries


def _codes(paths: list[Path], code_field: str) -> dict[str, str]:
    """Return the codes by record id, from data files with `<record id><field name=…>`."""
    codes: dict[str, str] = {}
    for path in paths:
        for _, record in parsed(path, tag="record"):
            code = record.findtext(f"field[@name='{code_field}']")
            if code:
                codes[record.get("id", "")] = code.strip()
            record.clear()
    if paths and not codes:
        raise DataError(
            f"no record has a field {code_field!r}",
            path=paths[0],
            remedy="Check the option `code_field`.",
        )
    return codes
