"""The rules on sentences of our own, in six languages; a third was never looked at in tuning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlink.context.assertion import AssertionStep
from xlink.context.rules import RULE_LANGUAGES, plain, rules_for
from xlink.types import Document

pytest.importorskip("pysbd")

FOLDER = Path(__file__).parents[2] / "data" / "assertion"
_BRACKETED = re.compile(r"\[([^\]]*)\]")


def marked(line: str, language: str) -> tuple[Document, list[tuple[str, ...]]]:
    """Read `No [fever].<tab>negated`; several mentions have `;` between, `-` is nothing."""
    raw, expected = line.replace("\\n", "\n").split("\t")
    spans = [
        (match.start() - 2 * number, match.end() - 2 * (number + 1))
        for number, match in enumerate(_BRACKETED.finditer(raw))
    ]
    document = Document.from_spans(_BRACKETED.sub(r"\1", raw), spans, language=language)
    wanted = [tuple(sorted(each.replace("-", "").split(", "))) for each in expected.split("; ")]
    return document, [tuple(filter(None, each)) for each in wanted]


def sentences(folder: Path, *, held_out: bool) -> Iterator[tuple[Document, list[tuple[str, ...]]]]:
    for path in sorted(folder.glob("*.tsv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if (number % 3 == 0) == held_out:
                yield marked(line, path.stem)


def share_right(folder: Path, *, held_out: bool) -> float:
    right = []
    for document, wanted in sentences(folder, held_out=held_out):
        (found,) = AssertionStep().annotate([document])
        right += [
            mention.assertion == each for mention, each in zip(found.mentions, wanted, strict=True)
        ]
    return sum(right) / len(right)


@pytest.mark.parametrize(
    ("folder", "held_out", "least"),
    [
        (FOLDER, False, 1.0),
        (FOLDER, True, 0.99),
        (FOLDER / "letters", False, 1.0),
        (FOLDER / "letters", True, 0.83),
    ],
)
def test_the_share_of_mentions_that_are_right(folder: Path, held_out: bool, least: float) -> None:
    assert share_right(folder, held_out=held_out) >= least


def asserted(text: str, *surfaces: str, language: str = "en") -> list[tuple[str, ...]]:
    spans = [(text.index(each), text.index(each) + len(each)) for each in surfaces]
    (found,) = AssertionStep().annotate([Document.from_spans(text, spans, language=language)])
    return [mention.assertion for mention in found.mentions]


def test_scopes_end_with_the_sentence() -> None:
    assert asserted("He denies fever. Cough persists.", "fever", "Cough") == [("negated",), ()]


def test_a_trigger_within_a_mention_does_nothing() -> None:
    assert asserted("Family history of gout.", "Family history of gout") == [()]
    assert asserted("Gram-negative sepsis.", "sepsis") == [()]


def test_signs_at_a_mention() -> None:
    assert asserted("?sepsis", "sepsis") == [("uncertain",)]
    assert asserted("Sepsis (?), cough (-)", "Sepsis", "cough") == [("uncertain",), ("negated",)]


def test_a_section_says_whose_it_is() -> None:
    text = "FAMILY HISTORY\nGout.\n\nPLAN\nMigraine: rest."
    assert asserted(text, "Gout", "Migraine") == [("family",), ()]


def test_what_is_of_the_family_is_not_historical() -> None:
    assert asserted("Mother with a history of stroke.", "stroke") == [("family",)]


def test_a_language_without_rules_is_left_alone() -> None:
    assert asserted("Geen koorts, no fever.", "fever", language="nl") == [()]


def test_all_rules_act_where_the_language_is_not_known() -> None:
    for text, surface in (
        ("No fever", "fever"),
        ("Kein Fieber", "Fieber"),
        ("Sin fiebre", "fiebre"),
    ):
        assert asserted(text, surface, language="und") == [("negated",)]


def test_paragraphs_follow_their_own_language() -> None:
    text = "No fever.\n\nKein Fieber."
    document = Document.from_spans(text, [(3, 8), (16, 22)], language="en")
    german = Document(
        document.id, text, "en", document.mentions, languages=(((11, len(text)), "de"),)
    )
    found = AssertionStep().annotate([document, german])
    assert [[each.assertion for each in one.mentions] for one in found] == [
        [("negated",), ()],
        [("negated",), ("negated",)],
    ]


def test_what_a_mention_has_stays() -> None:
    (once,) = AssertionStep().annotate([Document.from_spans("No gout", [(3, 7)], language="en")])
    assert AssertionStep().annotate([once]) == [once]


def test_plain_keeps_the_length_of_any_text() -> None:
    for text in ("İstanbul ŒUVRE ßẞ ﬁ 12", "".join(map(chr, range(0x20, 0x3000)))):
        assert len(plain(text)) == len(text)


@pytest.mark.parametrize("language", RULE_LANGUAGES)
def test_phrases_are_written_as_texts_are_compared(language: str) -> None:
    rules = rules_for(language)
    assert rules is not None
    phrases = rules.phrases
    assert len(phrases) > 200
    assert [each for each in phrases if plain(each) != each or each != each.strip()] == []
