from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlink.corpora.spans import check_spans, surface
from xlink.errors import SpecError, UnknownNameError
from xlink.tally import Tally
from xlink.translation import Projector, TranslatedDocument
from xlink.types import Document, Mention, Passage

pytest.importorskip("pysbd")

REPAIRED = "mention repaired: found by its own translation"
LOST = "mention lost: it was not found in the translation"
BRACKETS = "mention kept by brackets"
TAGS = "mention kept by tags"
NOTE = "The patient has high fever. No heart failure, dry cough."


def noted(text: str, *names: str | tuple[str, ...]) -> Document:
    """Return a document with a mention at the first place of each name, or of its parts."""
    mentions = []
    for number, name in enumerate(names):
        parts = (name,) if isinstance(name, str) else name
        spans = tuple((text.index(part), text.index(part) + len(part)) for part in parts)
        gold = frozenset({f"C{number}"})
        mentions.append(Mention(f"T{number}", spans, surface(text, spans), "DISO", gold))
    return Document("note", text, "en", tuple(mentions))


def projected(translator: object, document: Document, **options: object) -> TranslatedDocument:
    (made,) = Projector(translator, **options).translate([document])  # type: ignore[arg-type]
    return made


def names(made: TranslatedDocument) -> dict[str, str]:
    document = made.document
    for mention in document.mentions:
        assert not check_spans(mention.spans, len(document.text))
        assert surface(document.text, mention.spans) == mention.text
    return {mention.id: mention.text for mention in document.mentions}


def test_mentions_follow_their_words(scripted: Callable[..., object]) -> None:
    made = projected(scripted(), noted(NOTE, "high fever", "heart failure", "dry cough"))
    assert made.document.text == (
        "el paciente tiene fiebre alta. sin insuficiencia cardiaca, tos seca."
    )
    assert names(made) == {
        "T0": "fiebre alta",
        "T1": "insuficiencia cardiaca",
        "T2": "tos seca",
    }
    assert made.tally.counts() == {BRACKETS: 3}
    assert [mention.gold for mention in made.document.mentions] == [
        frozenset({"C0"}),
        frozenset({"C1"}),
        frozenset({"C2"}),
    ]


def test_a_translation_says_what_it_is(scripted: Callable[..., object]) -> None:
    document = projected(scripted(), noted(NOTE)).document
    assert (document.id, document.language) == ("note~es", "es")
    assert document.origin == "translated en>es by scripted"


def swapped(text: str) -> str:
    """Turn the parts around a comma, as another grammar may."""
    return ", ".join(reversed(text.rstrip(".").split(", "))) + "."


def test_pieces_without_numbers_are_told_apart_by_their_words(
    scripted: Callable[..., object],
) -> None:
    made = projected(scripted(swapped), noted("No fever, dry cough.", "fever", "dry cough"))
    assert made.document.text == "tos seca, sin fiebre."
    assert names(made) == {"T0": "fiebre", "T1": "tos seca"}


def test_another_marker_is_tried(scripted: Callable[..., object]) -> None:
    without_brackets = scripted(lambda text: re.sub(r"[\[\]]", "", text))
    made = projected(without_brackets, noted("No fever.", "fever"))
    assert (names(made), made.tally.counts()) == ({"T0": "fiebre"}, {TAGS: 1})
    assert made.document.text == "sin fiebre."


def test_a_sign_of_the_text_itself_is_no_marker(scripted: Callable[..., object]) -> None:
    made = projected(scripted(), noted("No fever [39].", "fever"))
    assert (names(made), made.tally.counts()) == ({"T0": "fiebre"}, {TAGS: 1})
    assert "[39]" in made.document.text


def bare(text: str) -> str:
    return re.sub(r"</?\d+>|[\[\]\"]", "", text)


def test_without_markers_the_words_are_found(scripted: Callable[..., object]) -> None:
    made = projected(scripted(bare), noted(NOTE, "high fever", "dry cough"))
    assert names(made) == {"T0": "fiebre alta", "T1": "tos seca"}
    assert made.tally.counts() == {REPAIRED: 2}


def test_one_marker_damaged_loses_nothing_else(scripted: Callable[..., object]) -> None:
    cut = scripted(lambda text: text.replace("cardiaca]", "cardiaca").replace("</1>,", ","))
    made = projected(cut, noted(NOTE, "heart failure", "dry cough"), markers=("brackets",))
    assert names(made) == {"T0": "insuficiencia cardiaca", "T1": "tos seca"}
    assert made.tally.counts() == {BRACKETS: 1, REPAIRED: 1}


def test_what_is_translated_otherwise_is_lost_and_counted(
    scripted: Callable[..., object],
) -> None:
    def freely(text: str) -> str:
        return bare(text) if text in ("fiebre alta", "fiebre") else "Está caliente."

    made = projected(scripted(freely), noted("No high fever.", "high fever"))
    assert (names(made), made.tally.counts()) == ({}, {LOST: 1})


def test_a_mention_within_another_is_found_there(scripted: Callable[..., object]) -> None:
    text = "No fever, high fever."
    inner = Mention("T1", ((15, 20),), "fever", gold=frozenset({"C1"}))
    outer = Mention("T0", ((10, 20),), "high fever", gold=frozenset({"C0"}))
    document = Document("note", text, "en", (outer, inner))
    made = projected(scripted(), document)
    assert made.tally.counts() == {BRACKETS: 1, REPAIRED: 1}
    assert names(made) == {"T0": "fiebre alta", "T1": "fiebre"}
    (outer_span,), (inner_span,) = (each.spans for each in made.document.mentions)
    assert inner_span[0] == outer_span[0]  # not the fever before


def test_two_mentions_of_one_place_stay_together(scripted: Callable[..., object]) -> None:
    document = noted("No fever.", "fever", "fever")
    made = projected(scripted(), document)
    assert names(made) == {"T0": "fiebre", "T1": "fiebre"}


def test_a_mention_in_parts_keeps_them(scripted: Callable[..., object]) -> None:
    made = projected(scripted(), noted("High fever and cough.", ("High", "cough")))
    assert made.tally.counts() == {BRACKETS: 1}
    assert names(made) == {"T0": "alta tos"}
    assert len(made.document.mentions[0].spans) == 2


def test_parts_that_come_to_touch_become_one(scripted: Callable[..., object]) -> None:
    glued = scripted(lambda text: text.replace("] - [", "]["))
    made = projected(glued, noted("fever-cough", ("fever", "cough")))
    assert made.document.mentions[0].spans == ((0, 9),)
    assert names(made) == {"T0": "fiebretos"}


def test_a_mention_over_the_end_of_a_sentence_joins_both(
    scripted: Callable[..., object],
) -> None:
    text = "The patient has fever. No cough."
    over = Mention("T0", ((16, 31),), "fever. No cough", gold=frozenset({"C0"}))
    made = projected(scripted(), Document("note", text, "en", (over,)))
    assert names(made) == {"T0": "fiebre. sin tos"}


def test_layout_stays_and_passages_move(scripted: Callable[..., object]) -> None:
    text = "High fever\n\nNo cough."
    passages = (Passage("1", "title", (0, 10)), Passage("2", "abstract", (12, 21)))
    document = Document("note", text, "en", (), passages)
    made = projected(scripted(), document).document
    assert made.text == "fiebre alta\n\nsin tos."
    assert [made.text[slice(*each.span)] for each in made.passages] == ["fiebre alta", "sin tos."]


def test_a_part_of_a_lost_whole_stands_for_itself(scripted: Callable[..., object]) -> None:
    def freely(text: str) -> str:
        return "otra cosa" if "y" in text.split() and "sin" not in text else bare(text)

    text = "No fever and cough."
    whole = Mention("T0", ((3, 18),), "fever and cough")
    part = Mention("T1", ((3, 8),), "fever", part_of="T0")
    made = projected(scripted(freely), Document("note", text, "en", (whole, part)), least=0.95)
    assert {mention.id: mention.part_of for mention in made.document.mentions} == {"T1": ""}


def test_a_document_in_another_language_is_left_out(scripted: Callable[..., object]) -> None:
    german = Document("note", "Kein Fieber.", "de")
    assert Projector(scripted()).translate([german]) == []  # type: ignore[arg-type]


def test_options_of_no_use_are_refused(scripted: Callable[..., object]) -> None:
    with pytest.raises(UnknownNameError, match="stars"):
        Projector(scripted(), markers=("stars",))  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="likeness"):
        Projector(scripted(), least=80)  # type: ignore[arg-type]


WORDS = ("fever", "cough", "pain", "no", "and", "high", "the", "Ébola", "𝒳")


@given(data=st.data())
def test_every_mention_is_counted_and_stands_where_it_says(
    scripted: Callable[..., object], data: st.DataObject
) -> None:
    words = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
    text = " ".join(words) + "."
    borders = st.integers(0, len(text))
    spans = data.draw(
        st.lists(st.tuples(borders, borders).filter(lambda each: each[0] < each[1]), max_size=5)
    )
    mentions = tuple(Mention(f"T{n}", (span,), text[slice(*span)]) for n, span in enumerate(spans))
    dropped = data.draw(st.sets(st.sampled_from('[]<>"/1')))

    def damage(said: str) -> str:
        return "".join(each for each in said if each not in dropped)

    made = projected(scripted(damage), Document("note", text, "en", mentions))
    assert len(names(made)) + made.tally[LOST] == len(mentions) == total(made.tally)


def total(tally: Tally) -> int:
    return sum(count for reason, count in tally.counts().items() if reason.startswith("mention"))
