"""How far a trigger reaches within its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlink.context.rules import Act, Trigger, plain, rules_for
from xlink.types import Assertion, Span

__all__ = ["assertions"]

_WORD = re.compile(r"\w+")
_COMMA, _WALL = ",", ";"
# Whether something is there is said once: a later "possible" takes over from an earlier "no".
_EXISTENCE = frozenset({"negated", "uncertain"})
# Words that may stand between a trigger and a mention, other mentions not counted.
_MOST_WORDS_FORWARD, _MOST_WORDS_BACKWARD, _MOST_WORDS_IN_LIST = 10, 6, 2
_MOST_WORDS_DENIED = 3  # between a denial and a doubt


def assertions(sentence: str, language: str, spans: Sequence[Span]) -> list[set[Assertion]]:
    """Return what the phrases of a sentence say of the mentions at each of `spans`.

    >>> assertions("No fever, but cough.", "en", [(3, 8), (14, 19)])
    [{'negated'}, set()]
    """
    rules = rules_for(language)
    if rules is None:
        return [set() for _ in spans]
    text = plain(sentence)
    found = [each for each in rules.triggers(text) if not each.first_only or each.start == 0]
    read = _Sentence(text, _without_denied(text, found), sorted(spans))
    return [read.said_of(span) for span in spans]


def _without_denied(text: str, triggers: list[Trigger]) -> list[Trigger]:
    """Leave out doubts that are denied themselves: *no lesions suspicious for melanoma*."""
    kept: list[Trigger] = []
    for trigger in triggers:
        gap = text[kept[-1].end : trigger.start] if kept else _COMMA
        denied = kept and _acts_on(kept[-1], "negated") and _acts_on(trigger, "uncertain")
        if not denied or _COMMA in gap or len(_WORD.findall(gap)) > _MOST_WORDS_DENIED:
            kept.append(trigger)
    return kept


def _acts_on(trigger: Trigger, assertion: Assertion) -> bool:
    """Tell whether a trigger can say this of what follows it."""
    kinds = {act.kind for act in trigger.acts if act.assertion == assertion}
    return bool(kinds & {"forward", "either"})


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence in plain letters with its triggers and mentions, in order."""

    text: str
    triggers: list[Trigger]
    spans: list[Span]

    def said_of(self, span: Span) -> set[Assertion]:
        """Return what the triggers outside `span` say of it."""
        others = [each for each in self.triggers if each.end <= span[0] or each.start >= span[1]]
        return {
            act.assertion
            for trigger in others
            for act in trigger.acts
            if act.assertion is not None and self._reaches(trigger, act, span, others)
        }

    def _reaches(self, trigger: Trigger, act: Act, span: Span, others: Iterable[Trigger]) -> bool:
        forward = trigger.end <= span[0]
        kind = act.kind
        if kind == "either":
            kind = "forward" if self._has_mention_after(trigger) else "backward"
        if kind not in ("both", "forward" if forward else "backward"):
            return False
        between = (trigger.end, span[0]) if forward else (span[1], trigger.start)
        if _WALL in self.text[slice(*between)]:
            return False
        inner = [each for each in others if between[0] <= each.start and each.end <= between[1]]
        if any(_stops(each, act, forward=forward) for each in inner):
            return False
        return self._is_near(between, forward=forward)

    def _has_mention_after(self, trigger: Trigger) -> bool:
        """Tell whether a mention begins after a trigger and before the next comma.

        *Likely cystitis, unlikely appendicitis* against *appendicitis unlikely*.
        """
        clause = self.text[trigger.end :].partition(_COMMA)[0]
        return any(trigger.end <= start <= trigger.end + len(clause) for start, _ in self.spans)

    def _is_near(self, between: Span, *, forward: bool) -> bool:
        """Tell whether few words but mentions stand between: *fever, chills and cough denied*."""
        start, end = between
        gap = self.text[start:end]
        for first, last in self.spans:
            if start <= first and last <= end:
                gap = gap.replace(self.text[first:last], "", 1)
        most = _MOST_WORDS_IN_LIST if _COMMA in gap else _MOST_WORDS_BACKWARD
        return len(_WORD.findall(gap)) <= (_MOST_WORDS_FORWARD if forward else most)


def _stops(trigger: Trigger, act: Act, *, forward: bool) -> bool:
    """Tell whether a trigger ends the scope of an act that it stands in."""
    for each in trigger.acts:
        if each.kind == "end" and each.assertion in (None, act.assertion):
            return True
        rivals = ("either", "forward" if forward else "backward")
        if {each.assertion, act.assertion} <= _EXISTENCE and each.kind in rivals:
            return True
    return False
