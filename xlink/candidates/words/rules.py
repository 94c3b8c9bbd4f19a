"""Rules that turn words of a language into their cognates in the pivot language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from xlink.errors import DataError

__all__ = ["END", "START", "CognateRule", "CognateRules"]

START, END = "^", "$"

_COLUMNS: dict[str, type] = {
    "languages": np.str_,
    "written": np.str_,
    "becomes": np.str_,
    "n_words": np.int32,
    "shares": np.float64,
}
_BEAM = 48
_KEPT = 0.05  # the least that a letter's staying as it is counts


class CognateRule(NamedTuple):
    """One rewrite of letters, as it was seen.

    `written` becomes `becomes`; `^` and `$` are the bounds of a word. It happened in `n_words`
    pairs of cognates, which is the `share` of the words with `written`.
    """

    written: str
    becomes: str
    n_words: int
    share: float


@dataclass(frozen=True)
class CognateRules:
    """Rules by language, in alphabetical order.

    Words are in base form and in the spelling that European languages share (`pivot_form`).
    """

    by_language: Mapping[str, tuple[CognateRule, ...]]

    @classmethod
    def of(cls, rules: Mapping[str, Iterable[CognateRule]]) -> Self:
        """Put rules in order."""
        return cls({language: tuple(sorted(rules[language])) for language in sorted(rules)})

    @classmethod
    def shipped(cls) -> Self:
        """Return the rules that come with xlink; `data/README.md` says what of."""
        place = Path(str(files("xlink.candidates.words"))) / "data" / "cognates.json"
        return cls.from_json(place.read_text(encoding="utf-8"), place)

    def or_else(self, others: CognateRules) -> CognateRules:
        """Return these rules, and the others for the languages that these have none of."""
        return CognateRules.of({**others.by_language, **self.by_language})

    def rewrites(self, form: str, language: str) -> list[tuple[str, float]]:
        """Return what a word's pivot form may become, likeliest first, each with its share.

        The share is the product of those of the rules. A language without rules takes those of all
        together.
        """
        table = self._tables.get(language, self._pooled)
        text = START + form + END
        longest = max(table.longest, 1)
        states: list[dict[str, float]] = [{} for _ in range(len(text) + 1)]
        states[0][""] = 1.0
        for place in range(len(text)):
            ends = range(place + 1, min(len(text), place + longest) + 1)
            fitting = [(end, rule) for end in ends for rule in table.rules.get(text[place:end], ())]
            stays = max(_KEPT, 1 - max((rule.share for _, rule in fitting), default=0))
            for said, share in _best(states[place]):
                _raise(states[place + 1], said + text[place], share * stays)
                for end, rule in fitting:
                    _raise(states[end], said + rule.becomes, share * rule.share)
        return [
            (said[1:-1], share)
            for said, share in _best(states[-1])
            if said.startswith(START) and said.endswith(END)
        ]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return columns of all rules, by names that no other part of an index has."""
        rows = [(key, *rule) for key, rules in self.by_language.items() for rule in rules]
        columns = zip(*rows, strict=True) if rows else ((),) * len(_COLUMNS)
        return {
            f"cognates_{name}": np.array(column, dtype=kind)
            for (name, kind), column in zip(_COLUMNS.items(), columns, strict=True)
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Take the columns that `arrays` gave."""
        columns = [arrays[f"cognates_{name}"].tolist() for name in _COLUMNS]
        rules: dict[str, list[CognateRule]] = {}
        for language, *rest in zip(*columns, strict=True):
            rules.setdefault(language, []).append(CognateRule(*rest))
        return cls.of(rules)

    def to_json(self) -> str:
        """Return the rules as JSON, a rule a line."""
        languages = [
            json.dumps(language)
            + ": [\n"
            + ",\n".join(json.dumps(rule, ensure_ascii=False) for rule in rules)
            + "\n]"
            for language, rules in self.by_language.items()
        ]
        return "{" + ",\n".join(languages) + "}\n"

    @classmethod
    def from_json(cls, text: str, path: Path | None = None) -> Self:
        """Read what `to_json` gave.

        Raises:
            DataError: it is something else.
        """
        try:
            return cls.of(
                {
                    str(language): [
                        CognateRule(str(written), str(becomes), int(n_words), float(share))
                        for written, becomes, n_words, share in rules
                    ]
                    for language, rules in json.loads(text).items()
                }
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise DataError(
                f"these are no cognate rules ({error!r})", path=path, remedy="Learn them again."
            ) from None

    @cached_property
    def _tables(self) -> dict[str, _Table]:
        return {language: _Table.of(rules) for language, rules in self.by_language.items()}

    @cached_property
    def _pooled(self) -> _Table:
        totals: dict[tuple[str, str], tuple[int, float]] = {}
        for rule in (rule for rules in self.by_language.values() for rule in rules):
            n_words, occasions = totals.get(rule[:2], (0, 0.0))
            totals[rule[:2]] = n_words + rule.n_words, occasions + rule.n_words / rule.share
        return _Table.of(
            CognateRule(*pair, n_words, n_words / occasions)
            for pair, (n_words, occasions) in totals.items()
        )


class _Table(NamedTuple):
    rules: dict[str, tuple[CognateRule, ...]]
    longest: int

    @classmethod
    def of(cls, rules: Iterable[CognateRule]) -> _Table:
        table: dict[str, tuple[CognateRule, ...]] = {}
        for rule in sorted(rules):
            table[rule.written] = (*table.get(rule.written, ()), rule)
        return cls(table, max(map(len, table), default=0))


def _best(states: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(states.items(), key=lambda state: (-state[1], state[0]))[:_BEAM]


def _raise(states: dict[str, float], said: str, share: float) -> None:
    if states.get(said, 0.0) < share:
        states[said] = share
