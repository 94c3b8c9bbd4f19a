"""Things named together that share words: *type 1 and 2 diabetes*, *breast and ovarian cancer*."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

from xlink.text.folding import fold
from xlink.text.tokens import common_words, primary_language
from xlink.types import Span

__all__ = ["Part", "joined_text", "joining_words", "named_beside", "splits"]

_WORDS = {
    "de": "und oder sowie bzw",
    "en": "and or nor",
    "es": "y e o u ni",
    "fr": "et ou ni",
    "it": "e ed o od né",
    "pt": "e ou nem",
}
_JOINING = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_ANY = frozenset().union(*_JOINING.values())
_TOKEN = re.compile(r"-?\w+(?:[-.'’]\w+)*-?|[,/&]")
_SIGNS = frozenset("/&")
_ANY_OR_SIGN = _ANY | {"", "&"}  # nothing stands before or after a stroke
_MOST_TOKENS, _MOST_ITEMS, _MOST_WAYS = 16, 5, 24
_LEAST_LETTERS = 3  # of each half of a compound
_MOST_OWN_WORDS = 3  # of what is joined to a name
_MOST_CHARS_BESIDE, _MOST_CHARS_JOINING = 100, 8

Part = tuple[Span, ...]


def joining_words(language: str) -> frozenset[str]:
    """Return the words that join equals, of all languages if this one is not known."""
    return _JOINING.get(primary_language(language), _ANY)


def splits(text: str, language: str = "und") -> list[tuple[Part, ...]]:
    """Return the ways to split a mention as the spans of the parts, those that share less first.

    >>> text = "breast and ovarian cancer"
    >>> [[" ".join(text[a:b] for a, b in part) for part in parts] for parts in splits(text, "en")]
    [['breast', 'ovarian cancer'], ['breast cancer', 'ovarian cancer']]
    """
    joining = joining_words(language)
    items = _items(text, joining)
    if not items:
        return []
    halves = list(_sharing_half_a_word(text, items))
    found = dict.fromkeys(halves or _sharing_words(text, items))
    return list(found)[:_MOST_WAYS]


def _items(text: str, joining: frozenset[str]) -> list[list[Span]]:
    """Return the words of each thing that is coordinated; none if nothing is."""
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    words = [text[start:end].lower() for start, end in tokens]
    is_between = [word in joining or word in _SIGNS or word == "," for word in words]
    # Commas alone make a list of findings or an address, but nothing that shares a word.
    if len(tokens) > _MOST_TOKENS or not any(word in joining | _SIGNS for word in words):
        return []
    if is_between[0] or is_between[-1]:
        return []
    runs = groupby(zip(is_between, tokens, strict=True), key=lambda pair: pair[0])
    items = [[span for _, span in run] for between, run in runs if not between]
    return items if len(items) <= _MOST_ITEMS else []


def _sharing_words(text: str, items: list[list[Span]]) -> Iterator[tuple[Part, ...]]:
    """Yield parts that share the first words of the first item and the last of the last."""
    first, last = items[0], items[-1]
    counts = [(head, tail) for head in range(len(first)) for tail in range(len(last))]
    for head, tail in sorted(counts, key=lambda pair: (sum(pair), pair)):
        before, after = first[:head], last[len(last) - tail :]
        middle = [_part(text, [*before, *item, *after]) for item in items[1:-1]]
        yield _part(text, [*first, *after]), *middle, _part(text, [*before, *last])


def _sharing_half_a_word(text: str, items: list[list[Span]]) -> Iterator[tuple[Part, ...]]:
    """Yield parts whose words end in a hyphen and share the end of the last word."""
    *others, (*before, (start, end)) = items
    if not all(text[item[-1][1] - 1] == "-" for item in others):
        return
    for cut in range(start + _LEAST_LETTERS, end - _LEAST_LETTERS + 1):
        opened = [[*item[:-1], (item[-1][0], item[-1][1] - 1), (cut, end)] for item in others]
        yield *(_part(text, each) for each in opened), _part(text, [*before, (start, end)])


def _part(text: str, words: Sequence[Span]) -> Part:
    """Return words as spans; those with only white space between become one."""
    spans = list(words[:1])
    for start, end in words[1:]:
        if text[spans[-1][1] : start].isspace():
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return tuple(spans)


def named_beside(
    text: str, span: Span, language: str, taken: bytes | bytearray
) -> Iterator[tuple[Span, Part]]:
    """Yield what may be named beside a name at `span`: where its own words are, and all its spans.

    Up to five things may stand in a row in one line, before words that are `taken`. Of each up to
    three words are its own, the most first, and the outermost no everyday one; of the name one
    word is shared, then more.

    >>> text = "palmar and plantar pits"
    >>> for own, part in named_beside(text, (11, 23), "en", bytes(len(text))):
    ...     print(text[slice(*own)], "|", *(text[a:b] for a, b in part))
    palmar | palmar pits
    """
    start, end = span
    before, after = _is_joined(text, span)
    if not before and not after:
        return
    words = [each.span() for each in _TOKEN.finditer(text, start, end) if each[0] not in _SIGNS]
    if before:
        first = max(0, start - _MOST_CHARS_BESIDE)
        found = [each.span() for each in _TOKEN.finditer(text, first, start)]
        found = found[1 if first else 0 :]  # the first word may have begun before
        row = list(_row(text, (start, start), reversed(found), language, taken))
        for own in _own_words(text, row, language):
            if text[own[1] - 1] == "-":
                yield from ((own, part) for part in _compounds(own, words[-1]))
            else:
                yield from ((own, (own, (word[0], end))) for word in reversed(words[1:]))
    if after:
        following = (each.span() for each in _TOKEN.finditer(text, end, end + _MOST_CHARS_BESIDE))
        row = list(_row(text, (end, end), following, language, taken))
        n_joined = max((n for n, (is_joined, _) in enumerate(row, start=1) if is_joined), default=0)
        for own in _own_words(text, row[:n_joined], language):
            yield from ((own, ((start, word[1]), own)) for word in words[:-1])


def _is_joined(text: str, span: Span) -> tuple[bool, bool]:
    """Tell at a glance whether something before or after a name may share words with it.

    A single word has only its end to share. A comma alone before a name joins nothing to it.
    """
    start, end = span
    words = text[max(0, start - _MOST_CHARS_JOINING) : start].split()
    before = bool(words) and words[-1].rpartition("/")[2].lower() in _ANY_OR_SIGN
    if text.find(" ", start, end) < 0:
        return before and "-" in text[max(0, start - _MOST_CHARS_BESIDE) : start], False
    if text.startswith(",", end):
        words = text[end : end + _MOST_CHARS_BESIDE].lower().split()
        return before, not _ANY_OR_SIGN.isdisjoint(words)
    words = text[end : end + _MOST_CHARS_JOINING].split(maxsplit=1)
    return before, bool(words) and words[0].partition("/")[0].lower() in _ANY_OR_SIGN


def joined_text(text: str, spans: Part) -> str:
    """Return the words at `spans`, those of *Leber- und Nierenversagen* as *Leberversagen*."""
    joined = ""
    for start, end in spans:
        is_half = start > 0 and text[start - 1].isalnum()
        joined += ("" if is_half or not joined else " ") + text[start:end]
    return joined


def _row(
    text: str, name: Span, tokens: Iterable[Span], language: str, taken: bytes | bytearray
) -> Iterator[tuple[bool, list[Span]]]:
    """Yield the words of things that stand in a row with a name, going away from it.

    With each comes whether more than a comma joins it.
    """
    joining, near, item = joining_words(language), name, list[Span]()
    is_joined: bool | None = None
    for token in tokens:
        low, high = sorted((near, token))
        gap, word = text[low[1] : high[0]], text[slice(*token)].lower()
        near = token
        if (gap and (not gap.isspace() or "\n" in gap)) or taken[token[0]]:
            break
        if word == "," or word in _SIGNS or word in joining:
            if item:
                yield bool(is_joined), item
                is_joined, item = None, []
            is_joined = bool(is_joined) or word != ","
        elif is_joined is None or len(item) == _MOST_OWN_WORDS:
            break
        else:
            item.append(token)
    if item:
        yield bool(is_joined), item


def _own_words(text: str, row: Iterable[tuple[bool, list[Span]]], language: str) -> Iterator[Span]:
    """Yield the words of each thing in a row that may be its own, the most first."""
    everyday = common_words(language)
    for _, item in islice(row, _MOST_ITEMS - 1):
        for count in range(len(item), 0, -1):
            nearest, outermost = item[0], item[count - 1]
            if fold(text[slice(*outermost)]) not in everyday:
                low, high = sorted((nearest, outermost))
                yield low[0], high[1]


def _compounds(own: Span, word: Span) -> Iterator[Part]:
    """Yield a word that ends in a hyphen with the ends of another one, the longest first."""
    for cut in range(word[0] + _LEAST_LETTERS, word[1] - _LEAST_LETTERS + 1):
        yield (own[0], own[1] - 1), (cut, word[1])
