"""The triggers of a language, and where they stand in a text.

Rules are after NegEx and ConText: Chapman et al. (2001), A simple algorithm for identifying negated
findings and diseases; Harkema et al. (2009), ConText: an algorithm for determining negation,
experiencer and temporal status from clinical reports. The phrases are our own.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Literal, get_args

from ahocorasick_rs import AhoCorasick, Implementation

from xlink.text.tokens import primary_language
from xlink.types import Assertion

__all__ = ["RULE_LANGUAGES", "Act", "Rules", "Trigger", "plain", "rules_for"]

RULE_LANGUAGES = ("de", "en", "es", "fr", "it", "pt")
"""The languages that have rules."""

Kind = Literal["forward", "backward", "either", "both", "end", "pseudo"]
_START = "^"  # of a phrase that acts at the beginning of a sentence only
_ALTERNATIVES = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Act:
    """What a phrase does, and for which assertion; None ends the scopes of all.

    One that acts on `either` side acts forward if it can, and one on `both` sides always on both.
    """

    kind: Kind
    assertion: Assertion | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A phrase at code points `start:end`, with all that it does."""

    start: int
    end: int
    acts: tuple[Act, ...]
    first_only: bool = False


class Rules:
    """Finds the triggers of one language or of several."""

    def __init__(self, phrases: Iterable[tuple[str, Act]]) -> None:
        listed: defaultdict[str, set[Act]] = defaultdict(set)
        for phrase, act in phrases:
            listed[phrase].add(act)
        acts = {phrase: _joined(several) for phrase, several in listed.items()}
        self.phrases = [phrase.removeprefix(_START) for phrase in acts]
        self._acts = list(acts.values())
        self._first_only = [phrase.startswith(_START) for phrase in acts]
        self._search = AhoCorasick(
            self.phrases, implementation=Implementation.ContiguousNFA, store_patterns=False
        )

    def triggers(self, text: str) -> list[Trigger]:
        """Return the triggers in a text that went through `plain`, the longest at each place."""
        hits = [
            (start, -end, number)
            for number, start, end in self._search.find_matches_as_indexes(text, overlapping=True)
            if _is_whole(text, start, end)
        ]
        found: list[Trigger] = []
        done = 0
        for start, minus_end, number in sorted(hits):
            if start >= done:
                done = -minus_end
                found.append(Trigger(start, done, self._acts[number], self._first_only[number]))
        return found


@cache
def rules_for(language: str) -> Rules | None:
    """Return the rules of a language; all of them for `und`, None where there are none."""
    spoken = primary_language(language)
    if spoken == "und":
        return Rules(each for known in RULE_LANGUAGES for each in _phrases(known))
    return Rules(_phrases(spoken)) if spoken in RULE_LANGUAGES else None


def plain(text: str) -> str:
    """Return `text`, as long as it was, in small letters, without accents, and with 0 for digits.

    >>> plain("Año 2010: SIN lesión")
    'ano 0000: sin lesion'
    """
    return text.translate(_PLAIN)


def _phrases(language: str) -> Iterator[tuple[str, Act]]:
    path = files("xlink.context") / "rules" / f"{language}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    for kind in get_args(Kind):
        for name, phrases in tables.get(kind, {}).items():
            assertion = name if name in get_args(Assertion) else None
            for phrase in phrases:
                for form in _forms(phrase):
                    yield form, Act(kind, assertion)


def _joined(acts: set[Act]) -> tuple[Act, ...]:
    """Return the acts of a phrase; what acts forward and backward acts on either side."""
    joined = set(acts)
    for act in acts:
        forward = Act("forward", act.assertion)
        if act.kind == "backward" and forward in acts:
            joined = joined - {act, forward} | {Act("either", act.assertion)}
    return tuple(sorted(joined, key=lambda act: (act.kind, act.assertion or "")))


def _forms(phrase: str) -> Iterator[str]:
    """Yield what `no (sign|signs) of` stands for."""
    parts = _ALTERNATIVES.split(phrase)
    choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    for chosen in product(*choices):
        yield " ".join("".join(chosen).split())


def _is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` is no part of a longer, perhaps hyphenated, word."""
    begins = start == 0 or not (_joins(text[start - 1]) and _joins(text[start]))
    return begins and (end == len(text) or not (_joins(text[end - 1]) and _joins(text[end])))


def _joins(character: str) -> bool:
    return character.isalnum() or character == "-"


def _base(character: str) -> str:
    lowered = unicodedata.normalize("NFD", character)[0].lower()
    return lowered if len(lowered) == 1 else character


_PLAIN = {code: _base(chr(code)) for code in range(0x41, 0x250)}
_PLAIN |= {ord(digit): "0" for digit in "123456789"}
_PLAIN |= {ord(space): " " for space in "\t\n\v\f\r\u00a0\u2007\u202f\u2028\u2029"}
_PLAIN |= {ord(quote): "'" for quote in "’‘ʼ´`"} | {ord(dash): "-" for dash in "‐‑‒"}
