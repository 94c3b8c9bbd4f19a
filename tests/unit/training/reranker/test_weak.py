"""Lists to train on from a terminology alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.errors import DataError
from xlink.linker import Linker
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.builder import build_terminology
from xlink.training.reranker.weak import WithheldNames
from xlink.types import Alias, Concept, Query


def test_withheld_names_are_mentions_and_nowhere_else(small: Terminology, tmp_path: Path) -> None:
    tally = Tally()
    made = WithheldNames.draw(small, tmp_path / "rest", kept=0, seed=3, tally=tally)
    assert len(made.documents) > 3
    assert made.terminology.n_concepts == small.n_concepts
    linker = Linker.open(made.terminology, generators=["exact"], detector=None)
    whole = Linker.open(small, generators=["exact"], detector=None)
    for document in made.documents:
        (mention,) = document.mentions
        start, end = mention.spans[0]
        assert document.text[start:end] == mention.text
        assert mention.gold == frozenset({document.id})
        query = Query("", mention.text, language=document.language)
        row, rest_row = small.row(document.id), made.terminology.row(document.id)
        assert row in whole.fused([query]).rows_of(0)
        assert rest_row not in linker.fused([query]).rows_of(0)
    assert len(made.documents) + tally["concept without a name to withhold"] == small.n_concepts


def test_draws_are_those_of_the_seed(small: Terminology, tmp_path: Path) -> None:
    first, again, other = (
        WithheldNames.draw(small, tmp_path / f"{n}", n=4, seed=seed).documents
        for n, seed in enumerate((1, 1, 2))
    )
    assert first == again
    assert first != other
    assert len(first) == 4


def test_without_other_names_there_is_nothing_to_withhold(tmp_path: Path) -> None:
    bare = build_terminology([Concept("1", "fever")], tmp_path / "bare", name="bare").terminology
    with pytest.raises(DataError, match="no concept of bare has a name"):
        WithheldNames.draw(bare, tmp_path / "rest")


def test_each_language_is_as_likely(tmp_path: Path) -> None:
    names = [Alias(f"name {number}") for number in range(9)]
    spanish = Alias("nombre", language="es", kind="preferred")
    concepts = [Concept(f"{n}", f"own {n}", (*names, spanish)) for n in range(40)]
    built = build_terminology(concepts, tmp_path / "both", name="both").terminology
    made = WithheldNames.draw(built, tmp_path / "rest")
    assert 10 <= sum(each.language == "es" for each in made.documents) <= 30


def test_a_share_of_the_names_stays(tmp_path: Path) -> None:
    concepts = [Concept(f"{n}", f"own {n}", (Alias(f"name of {n}"),)) for n in range(40)]
    built = build_terminology(concepts, tmp_path / "whole", name="whole").terminology
    made = WithheldNames.draw(built, tmp_path / "rest", kept=0.5)
    left = {alias.text for each in made.terminology.concepts() for alias in each.aliases}
    n_kept = sum(each.mentions[0].text in left for each in made.documents)
    assert len(made.documents) == 40
    assert 10 <= n_kept <= 30
