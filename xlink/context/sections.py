"""Headings of letters and notes, and the step that says which section a mention stands in."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from xlink.context.rules import plain
from xlink.types import Document, Span

__all__ = ["Section", "SectionsStep", "section_keys", "sections_of"]

_MOST_CHARS, _MOST_WORDS = 60, 7
_LINE = re.compile(r"[^\n]*\n?")
# A heading in the line of its text: at the beginning of the line, or after a full stop.
_INLINE = re.compile(
    r"(?:^|(?<=[.;!?]\s))[^\S\n]*([^\W\d_][^\n:.;!?]{1,60}?)[^\S\n]*:", re.MULTILINE
)
_MARKUP = re.compile(r"^[\s#*_=\-–•>]*(?:\d{1,2}[.)]\s*)*|[\s#*_=\-–:.]+$")
_ENDS = tuple(".!?")


@dataclass(frozen=True, slots=True)
class Section:
    """Code points `start:end` of a text, from its heading on; `key` says what it is about."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class SectionsStep:
    """Gives mentions the `section` that they stand in, by headings in six languages.

    A heading has its own line, and ends in a colon, is in capitals or is a known one; or it is a
    known one with a colon before its text. Known ones become a key such as `family_history`, others
    stay as they are written, in small letters. A section that a mention has already stays.
    """

    name = "sections"
    after_detection = True

    def annotate(self, documents: Sequence[Document]) -> list[Document]:
        """Return the documents with the sections of their mentions."""
        return [_annotated(document) if document.mentions else document for document in documents]


def _annotated(document: Document) -> Document:
    mentions = tuple(
        replace(mention, section=key)
        for mention, key in zip(document.mentions, section_keys(document), strict=True)
    )
    return replace(document, mentions=mentions)


def section_keys(document: Document) -> list[str]:
    """Return the section of each mention: its own, or that of its place; empty if there is none."""
    found = sections_of(document.text)
    starts = [section.start for section in found]
    keys = []
    for mention in document.mentions:
        place = bisect_right(starts, mention.start) - 1
        inside = place >= 0 and mention.start < found[place].end
        keys.append(mention.section or (found[place].key if inside else ""))
    return keys


def sections_of(text: str) -> list[Section]:
    """Return the sections of a text, in order; they do not overlap.

    One whose heading has a line of its own goes to the next heading; one whose text follows in the
    line goes no further than the first line that ends with a full stop, or than a blank one.
    """
    headings = sorted({*_own_lines(text), *_inline(text)})
    limits = [*(start for (start, _), _, _ in headings[1:]), len(text)]
    return [
        Section(start, limit if has_line else min(limit, _end_of_inline(text, heading_end)), key)
        for ((start, heading_end), key, has_line), limit in zip(headings, limits, strict=False)
    ]


Heading = tuple[Span, str, bool]


def _own_lines(text: str) -> Iterator[Heading]:
    for match in _LINE.finditer(text):
        line = match[0].strip()
        if not line or len(line) > _MOST_CHARS or not line[0].isprintable():
            continue
        name = _MARKUP.sub("", line)
        key = _known(name)
        if key is None and not _looks_like_heading(line, name):
            continue
        yield match.span(), key or _slug(name), True


def _inline(text: str) -> Iterator[Heading]:
    for match in _INLINE.finditer(text):
        key = _known(match[1])
        has_line = text[match.end() :].partition("\n")[0].strip() == ""
        if key is not None and not has_line:
            yield match.span(), key, False


def _end_of_inline(text: str, start: int) -> int:
    """Return where the paragraph ends that begins in the line of its heading."""
    for match in _LINE.finditer(text, start):
        line = match[0].strip()
        if not line or line.endswith(_ENDS):
            return match.end()
    return len(text)


def _looks_like_heading(line: str, name: str) -> bool:
    words = name.split()
    if not words or len(words) > _MOST_WORDS or not name[0].isupper():
        return False
    n_letters = sum(character.isalpha() for character in name)
    shouted = name.isupper() and n_letters >= 4 and not line.endswith(_ENDS)
    return n_letters >= 3 and (line.endswith(":") or (shouted and n_letters > len(name) / 2))


def _known(name: str) -> str | None:
    return _headings().get(" ".join(plain(name).split()))


def _slug(name: str) -> str:
    return "_".join(re.findall(r"\w+", name.lower()))


@cache
def _headings() -> dict[str, str]:
    content = (files("xlink.context") / "headings.toml").read_text(encoding="utf-8")
    return {name: key for key, names in tomllib.loads(content).items() for name in names}
