"""Lookup of training mentions: shares of gold, and what is left out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.candidates.training_mentions import TrainingMentions
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.types import Document, Filter, Mention, Query


def document(*pairs: tuple[str, set[str] | None]) -> Document:
    mentions = tuple(
        Mention(
            str(number),
            ((0, len(text)),),
            text,
            gold=None if gold is None else frozenset(gold),
            composite=gold is not None and len(gold) > 1,
        )
        for number, (text, gold) in enumerate(pairs)
    )
    return Document("d", "", mentions=mentions)


def found(
    terminology: Terminology, training: Document, text: str, where: Filter | None = None
) -> list[tuple[str, float]]:
    made = TrainingMentions.build(terminology, documents=[training])
    candidates = made.generate([Query("q", text)], 10, where if where is not None else Filter())
    return [
        (each.concept_id, round(each.score, 6)) for each in candidates.candidates(0, terminology)
    ]


def test_scores_are_shares_of_the_mentions_of_a_text(small: Terminology) -> None:
    training = document(
        ("Water on lungs", {"T:10"}), ("water on LUNGS", {"T:10"}), ("water-on-lungs", {"T:05"})
    )
    assert found(small, training, "water on lungs") == [("T:10", 0.666667), ("T:05", 0.333333)]
    assert found(small, training, "water on the lungs") == []


def test_nil_lowers_the_share_and_unannotated_does_not_count(small: Terminology) -> None:
    training = document(("sugar", {"T:03"}), ("sugar", set()), ("sugar", None))
    assert found(small, training, "Sugar") == [("T:03", 0.5)]
    assert found(small, document(("sugar", set())), "sugar") == []


def test_ids_of_a_composite_count_each(small: Terminology) -> None:
    training = document(("heart and sugar", {"T:01", "T:03"}))
    assert found(small, training, "heart and sugar") == [("T:01", 1.0), ("T:03", 1.0)]


def test_gold_that_the_terminology_lacks_is_counted(small: Terminology) -> None:
    tally = Tally()
    TrainingMentions.build(small, documents=[document(("x", {"X:1"}))], tally=tally)
    assert tally["training gold that the terminology lacks"] == 1


def test_a_filter_admits_concepts_by_their_names(small: Terminology) -> None:
    training = document(("sugar", {"T:03"}), ("sugar", {"T:11"}))
    spanish = Filter(languages=frozenset({"es"}))
    assert found(small, training, "sugar", spanish) == [("T:03", 0.5)]
    alias = TrainingMentions.build(small, documents=[training]).generate(
        [Query("q", "sugar")], 1, spanish
    )
    assert alias.candidates(0, small)[0].alias.language == "es"


@pytest.mark.parametrize("pairs", [(), (("", {"T:01"}),)])
def test_nothing_to_look_up(
    small: Terminology, tmp_path: Path, pairs: tuple[tuple[str, set[str]], ...]
) -> None:
    made = TrainingMentions.build(small, documents=[document(*pairs)])
    made.save(tmp_path / "index")
    for each in (made, TrainingMentions.load(tmp_path / "index", small)):
        assert each.generate([Query("q", "heart"), Query("r", "")], 5).n_candidates == 0
