"""Sentences of running text, letters and notes, as spans of the raw text.

pysbd knows the abbreviations of many languages; what clinical writers do to full stops and line
breaks is handled around it, so that it sees one paragraph at a time and is linear over a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Protocol

from xlink.errors import MissingExtraError
from xlink.text.tokens import primary_language
from xlink.types import Span

__all__ = ["sentences"]

_BLOCK_CHARS = 1_000  # pysbd takes time by the square of what it is given
_LEAST_WIDTH = 50  # nobody wraps text narrower
_LINE = re.compile(r"[^\n\r\u2028\u2029\f\v]+")
_LIST_MARK = re.compile(r"\s*(?:[-*•·–—▪◦+]\s|\(?(?:\d{1,2}|[a-zA-Z])[.)]\s)")
# Not that of a decimal number.
_INNER_STOP = re.compile(r"(?:[!?。！？．｡؟।…;]|\.(?!(?<=\d\.)\d))(?=.*\w)", re.DOTALL)
_ENDS = tuple(".!?:。！？：")
_SPACE = re.compile(r"\s")
_NO_SPACE = re.compile(r"(?<=[^\W\d_]{3})[.!?](?=[^\W\d_]{2})")
_ENDED = re.compile(r"[.!?:…。！？．؟।۔][\"'”’»)\]）」』]*$")
_SURE_STOP = re.compile(r"\b([^\W\d_]{5,})[.!?][^\S\n]+(?=[^\W\d_]{2})(?=[^a-zß-ÿ])")
_LAST_WORD = re.compile(r"([^\W_]+)\.$")
# Abbreviations of the ward that pysbd ends a sentence at, in any language.
_ABBREVIATIONS = frozenset(
    "approx aprox bds bzgl dr dra dres env evtl fig hosp incl inkl mr mrs ms núm pat prof pt pte "
    "pts sr sra tab tto vs".split()
)
_RELATED = {"pt": "es", "ca": "es", "gl": "es", "no": "da", "nb": "da", "sv": "da", "uk": "ru"}


class _Segmenter(Protocol):
    def segment(self, text: str) -> list[str]: ...


def sentences(text: str, language: str = "und", *, model: str | None = None) -> list[Span]:
    """Return the sentences of `text`, in order, without the white space around them.

    Headings, list items and lines that end before their paragraph's width are sentences of their
    own. With `model`, a Segment-any-Text model by its name, such as `sat-3l-sm`, splits instead.

    Raises:
        MissingExtraError: pysbd, or wtpsplit for a `model`, is not installed.
    """
    if model is not None:
        return _aligned(text, (0, len(text)), _sat(model).split(text))
    segmenter = _pysbd(_known_language(text, primary_language(language)))
    found: list[Span] = []
    for start, end in _surely_apart(text):
        if _INNER_STOP.search(text, start, end) is None:
            found.append((start, end))
            continue
        pieces = segmenter.segment(text[start:end])
        found += _mended(text, _aligned(text, (start, end), pieces))
    return found


def _surely_apart(text: str) -> Iterator[Span]:
    """Yield blocks parted at full stops that no abbreviation has, which saves most of the time."""
    for start, end in _blocks(text):
        for stop in _SURE_STOP.finditer(text, start, end):
            if stop[1].lower() not in _ABBREVIATIONS:
                yield start, stop.end(1) + 1
                start = stop.end()
        yield start, end


def _blocks(text: str) -> Iterator[Span]:
    """Yield what is surely apart: paragraphs, headings, list items, and no more than `pysbd` can.

    A line that had room for the first word of the next was ended on purpose.
    """
    for paragraph in _paragraphs(text):
        width = max(end - start for start, end in paragraph)
        begin = paragraph[0][0]
        for (start, end), (below, below_end) in pairwise(paragraph):
            line, following = text[start:end].rstrip(), text[below:below_end]
            first_word = (following.split(maxsplit=1) or [""])[0]
            roomy = len(line) + 1 + len(first_word) <= max(width, _LEAST_WIDTH)
            if (
                _LIST_MARK.match(following)
                or line.endswith(_ENDS)
                or (roomy and not first_word[:1].islower())
            ):
                yield from _cut(text, begin, end)
                begin = below
        yield from _cut(text, begin, paragraph[-1][1])


def _paragraphs(text: str) -> Iterator[list[Span]]:
    """Yield the lines of each paragraph; a blank line parts two."""
    lines: list[Span] = []
    for match in _LINE.finditer(text):
        if not match[0].strip():
            continue
        if lines and re.search(r"\n[^\S\n]*\r?\n", text[lines[-1][1] : match.start()]):
            yield lines
            lines = []
        lines.append(match.span())
    if lines:
        yield lines


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > _BLOCK_CHARS:
        limit = start + _BLOCK_CHARS
        place = max(text.rfind(stop, start, limit) for stop in (". ", ".\n", "。")) + 1
        if place <= start:
            place = text.rfind(" ", start, limit)
        if place <= start:
            place = limit
        yield from _stripped(text, start, place)
        start = place
    yield from _stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    inner = piece.strip()
    if inner:
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(inner)


def _aligned(text: str, place: Span, pieces: list[str]) -> list[Span]:
    """Find `pieces` in `text[place]` by counting what is not white space; one span if they differ.

    Segmenters rewrite what they split, so that pieces need not be found as they are.
    """
    counts = [len(_SPACE.sub("", piece)) for piece in pieces]
    visible = [at for at in range(*place) if not text[at].isspace()]
    if sum(counts) != len(visible):
        return list(_stripped(text, *place))
    spans, done = [], 0
    for count in filter(None, counts):
        spans.append((visible[done], visible[done + count - 1] + 1))
        done += count
    return spans


def _mended(text: str, spans: list[Span]) -> list[Span]:
    """Join what an abbreviation parted, and part what misses the space after its full stop."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and _goes_on(text[slice(*joined[-1])], text[start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    parted: list[Span] = []
    for start, end in joined:
        for stop in _NO_SPACE.finditer(text, start, end):
            if text[stop.end()].isupper() and text[stop.start() - 1].islower():
                parted.append((start, stop.end()))
                start = stop.end()
        parted.append((start, end))
    return parted


def _goes_on(before: str, following: str) -> bool:
    ended = _ENDED.search(before)
    if ended is None or (following.islower() and ended[0][0] == "."):
        return True
    word = _LAST_WORD.search(before)
    return word is not None and word[1].lower() in _ABBREVIATIONS


def _known_language(text: str, language: str) -> str:
    from_pysbd = _pysbd_languages()
    if language in from_pysbd:
        return language
    return _RELATED.get(language, "ja" if "。" in text else "en")


@cache
def _pysbd_languages() -> frozenset[str]:
    try:
        from pysbd.languages import LANGUAGE_CODES
    except ImportError:
        raise MissingExtraError("Sentence segmentation", "sentences") from None
    return frozenset(LANGUAGE_CODES)


@cache
def _pysbd(language: str) -> _Segmenter:
    import pysbd

    segmenter: _Segmenter = pysbd.Segmenter(language=language, clean=False)
    return segmenter


class _Splitter(Protocol):
    def split(self, text: str) -> list[str]: ...


@cache
def _sat(model: str) -> _Splitter:
    try:
        from wtpsplit import SaT
    except ImportError:
        raise MissingExtraError("Sentence segmentation by model", "wtpsplit") from None
    splitter: _Splitter = SaT(model)
    return splitter
