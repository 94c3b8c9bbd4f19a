"""Cognate rules learned from concepts that have names in a language and in the pivot language."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from itertools import groupby

import numpy as np
from rapidfuzz.distance import Levenshtein

from xlink.candidates.words.rules import END, START, CognateRule, CognateRules
from xlink.candidates.words.vocabulary import PIVOT, base_words, pivot_form
from xlink.progress import track
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.text.tokens import connectives, is_spaceless, primary_language

__all__ = ["cognate_pairs", "learn_cognates", "rules_of"]

_MAX_CONCEPTS = 40_000  # rules hardly change beyond; taken evenly from all that serve
_MAX_NAMES = 6  # of a concept in a language
_MIN_LETTERS = 5
_LEAST_ALIKE = 0.6  # 1 - Levenshtein distance / letters of the longer
_CONTEXT = 2
_MIN_WORDS, _MIN_SHARE = 3, 0.15
_GAIN = 0.02  # how much more often a longer context must hold than a shorter, to be worth a rule

Pair = tuple[str, str]


def learn_cognates(terminology: Terminology) -> CognateRules:
    """Learn rules for every language of a terminology that has cognates of English words."""
    learned = {
        language: rules
        for language, pairs in sorted(cognate_pairs(terminology).items())
        if (rules := rules_of(pairs))
    }
    return CognateRules.of(learned)


def cognate_pairs(terminology: Terminology) -> dict[str, set[Pair]]:
    """Return, by language, pivot forms of words that look alike in two names of a concept."""
    pairs: defaultdict[str, set[Pair]] = defaultdict(set)
    for names in _bilingual_names(terminology):
        targets = {word for word in names.pop(PIVOT, ()) if len(word) >= _MIN_LETTERS - 1}
        for language, words in names.items():
            for word in words:
                if len(word) >= _MIN_LETTERS and (target := _nearest(word, targets)) is not None:
                    pairs[language].add((word, target))
    return dict(pairs)


def rules_of(pairs: Collection[Pair]) -> list[CognateRule]:
    """Return the rewrites that are frequent enough among pairs of cognates, without repetition.

    Each stretch of letters that differs is a rewrite, alone and with up to two letters on either
    side. Of contexts that promise the same the shortest stays.
    """
    happened: Counter[tuple[str, str, str, str]] = Counter()
    for word, target in sorted(pairs):
        happened.update(_rewrites(word, target))
    frequent = {parts: n for parts, n in happened.items() if n >= _MIN_WORDS}
    written = {left + old + right for left, old, _, right in frequent}
    occasions = _occasions([START + word + END for word, _ in pairs], written)
    shares = {
        parts: n / (occasions[parts[0] + parts[1] + parts[3]] + 1) for parts, n in frequent.items()
    }
    rules = {}
    for parts in sorted(shares, key=lambda parts: (len(parts[0] + parts[3]), parts)):
        left, old, new, right = parts
        known = [
            shares.get((left[1:], old, new, right), 0) if left else 0,
            shares.get((left, old, new, right[:-1]), 0) if right else 0,
        ]
        if shares[parts] >= max([_MIN_SHARE, *(share + _GAIN for share in known if share)]):
            rules[left + old + right, left + new + right] = CognateRule(
                left + old + right, left + new + right, frequent[parts], round(shares[parts], 4)
            )
    return sorted(rules.values())


def _bilingual_names(terminology: Terminology) -> Iterator[dict[str, set[str]]]:
    """Yield the pivot forms of the words of concepts, by language, which are at least two."""
    labels = [primary_language(label) for label in terminology.language_labels]
    is_pivot = np.array([label == PIVOT for label in labels] + [False])  # the last is unknown
    codes, owners = terminology.alias_languages, terminology.alias_concepts
    counts = np.bincount(owners[is_pivot[codes]], minlength=terminology.n_concepts)
    others = np.bincount(owners[~is_pivot[codes] & (codes >= 0)], minlength=terminology.n_concepts)
    serving = np.flatnonzero((counts > 0) & (others > 0))
    if len(serving) > _MAX_CONCEPTS:
        serving = serving[np.linspace(0, len(serving) - 1, _MAX_CONCEPTS).astype(np.int64)]
    firsts = terminology.first_aliases
    for concept in track(serving.tolist(), "Learning cognates"):
        start, end = int(firsts[concept]), int(firsts[concept + 1])
        spoken = [labels[code] if code >= 0 else "" for code in codes[start:end].tolist()]
        folded = fold_many(terminology.alias_texts(start, end))
        words: dict[str, set[str]] = {}
        for language, some in groupby(sorted(zip(spoken, folded, strict=True)), lambda p: p[0]):
            if language:
                names = [name for _, name in some][:_MAX_NAMES]
                words[language] = {form for name in names for form in _forms(name, language)}
        yield words


def _forms(folded: str, language: str) -> list[str]:
    ignored = connectives(language)
    words = [word for word in base_words(folded, language) if word not in ignored]
    return [pivot_form(word) for word in words if word.isalpha() and not is_spaceless(word)]


def _nearest(word: str, targets: set[str]) -> str | None:
    first = word.lstrip("h")[:1]  # Italian writes *emo-* where others write *haemo-*
    alike = [
        (-Levenshtein.normalized_similarity(word, target, score_cutoff=_LEAST_ALIKE), target)
        for target in targets
        if target.lstrip("h")[:1] == first
    ]
    distance, target = min(alike, default=(0.0, ""))
    return target if distance else None


def _rewrites(word: str, target: str) -> set[tuple[str, str, str, str]]:
    """Return the stretches that differ, as left context, old, new and right context."""
    one, other = START + word + END, START + target + END
    found = set()
    for start, end, new_start, new_end in _stretches(one, other):
        for left in range(min(_CONTEXT, start) + 1):
            for right in range(min(_CONTEXT, len(one) - end) + 1):
                if left + right + end - start >= 2:
                    found.add(
                        (
                            one[start - left : start],
                            one[start:end],
                            other[new_start:new_end],
                            one[end : end + right],
                        )
                    )
    return found


def _stretches(one: str, other: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield the edits of an alignment, those side by side as one."""
    codes = Levenshtein.opcodes(one, other)
    for tag, some in groupby(codes, lambda code: "same" if code.tag == "equal" else "differs"):
        if tag == "differs":
            run = list(some)
            yield run[0].src_start, run[-1].src_end, run[0].dest_start, run[-1].dest_end


def _occasions(texts: list[str], wanted: set[str]) -> Counter[str]:
    lengths = sorted({len(each) for each in wanted})
    return Counter(
        text[start : start + length]
        for text in texts
        for length in lengths
        for start in range(len(text) - length + 1)
        if text[start : start + length] in wanted
    )
