"""Found scores against expected ones: OK, OKISH or FAIL for each figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from xlink.recipes.model import EvaluateSpec, Score, Scores

__all__ = ["Verdict", "Word", "verdicts"]


class Word(StrEnum):
    """What is said of a figure; NEW where none was expected."""

    OK = "OK"
    OKISH = "OKISH"
    FAIL = "FAIL"
    NEW = "NEW"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure, such as `recall@1 (covered)`, with the one that was expected."""

    word: Word
    figure: str
    found: float | None
    expected: float | None

    def __str__(self) -> str:
        """Return the line that is printed of it."""
        known = "" if self.word is Word.NEW else f"  expected {_shown(self.expected)}"
        return f"{self.word:<5}  {self.figure:<22} {_shown(self.found):>7}{known}"


def verdicts(found: Scores, expected: Scores | None, spec: EvaluateSpec) -> Iterator[Verdict]:
    """Compare the counts of mentions, which must be equal, and then figure by figure.

    A figure is OK within `tolerance` of the expected one, OKISH within `loose_tolerance`. One that
    is expected and was not found fails, too.
    """
    for place, name in enumerate(("n (all)", "n (covered)")):
        number = found.n[place]
        count = None if expected is None else expected.n[place]
        word = Word.NEW if count is None else Word.OK if count == number else Word.FAIL
        yield Verdict(word, name, number, count)
    known = {} if expected is None else expected.measures
    for name in dict.fromkeys([*found.measures, *known]):
        mine, theirs = found.measures.get(name, Score()), known.get(name)
        for side in ("all", "covered"):
            value = _value(mine, side)
            wanted = None if theirs is None else _value(theirs, side)
            if value is None and wanted is None:
                continue
            word = Word.NEW if theirs is None else _word(value, wanted, spec)
            yield Verdict(word, f"{name} ({side})", value, wanted)


def _word(found: float | None, expected: float | None, spec: EvaluateSpec) -> Word:
    if found is None or expected is None:
        return Word.FAIL
    # Both have four decimals; the difference of such has more, by binary fractions.
    distance = round(abs(found - expected), 6)
    if distance <= spec.tolerance:
        return Word.OK
    return Word.OKISH if distance <= spec.loose_tolerance else Word.FAIL


def _value(score: Score, side: str) -> float | None:
    bounds = score.all if side == "all" else score.covered
    return None if bounds is None else bounds[0]


def _shown(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
