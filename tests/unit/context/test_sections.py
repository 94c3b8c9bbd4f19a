from __future__ import annotations

from itertools import pairwise

import pytest

from xlink.context.sections import Section, SectionsStep, section_keys, sections_of
from xlink.types import Document

LETTER = """Family History:
Mother with gout.

PMH: asthma, eczema
and hay fever.
Seen today with cough.

## 3. Plan ##
Review: sooner if worse.

ZUSTAND BEI AUFNAHME
Husten.
"""


def test_sections_in_a_letter() -> None:
    found = [(each.key, LETTER[each.start : each.end].split()[-1]) for each in sections_of(LETTER)]
    assert found == [
        ("family_history", "gout."),
        ("history", "fever."),
        ("plan", "worse."),
        ("zustand_bei_aufnahme", "Husten."),
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Antecedentes familiares: madre con gota.", "family_history"),
        ("Antécédents :\ngoutte", "history"),
        ("Familienanamnese\nGicht", "family_history"),
        ("HISTÓRIA FAMILIAR\ngota", "family_history"),
        ("Anamnesi patologica remota: gotta", "history"),
        ("Was seen. Past medical history: gout", "history"),
        ("1. Medications:\ngout pills", "medications"),
        ("Other remarks:\ngout", "other_remarks"),
    ],
)
def test_headings_of_many_languages(text: str, key: str) -> None:
    assert sections_of(text)[-1].key == key
    assert sections_of(text)[-1].end == len(text)


@pytest.mark.parametrize(
    "text",
    ["", "Gout.", "He said: gout", "Seen at 10:30 today", "Dear colleague,\ngout", "BP\n", ":\n"],
)
def test_other_lines_are_no_headings(text: str) -> None:
    assert sections_of(text) == []


def test_sections_are_in_order_and_do_not_overlap() -> None:
    found = sections_of(LETTER * 3)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(isinstance(each, Section) and each.start < each.end for each in found)


def test_mentions_get_their_section() -> None:
    at = LETTER.index
    spans = [(at(word), at(word) + len(word)) for word in ("gout", "eczema", "cough")]
    document = Document.from_spans(LETTER, spans, language="en")
    (found,) = SectionsStep().annotate([document])
    assert [each.section for each in found.mentions] == ["family_history", "history", ""]
    assert section_keys(found) == ["family_history", "history", ""]
    assert SectionsStep().annotate([found]) == [found]
