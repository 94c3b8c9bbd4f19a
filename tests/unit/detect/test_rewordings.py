"""Substitutes of words as texts use them: what a word mostly stands for, and not the reverse."""

from __future__ import annotations

from pathlib import Path

from xlink.candidates.paraphrase import Paraphraser
from xlink.detect.rewordings import Rewordings
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept


def terminology(path: Path, *names: tuple[str, ...]) -> Terminology:
    concepts = [
        Concept(f"C{n}", some[0], tuple(Alias(name, "en") for name in some))
        for n, some in enumerate(names)
    ]
    return build_terminology(concepts, path / "terms", name="terms").terminology


def test_a_word_stands_for_what_it_mostly_replaces_and_not_the_other_way_round(
    tmp_path: Path,
) -> None:
    organs = ("nail", "thumb", "elbow")
    others = ("lesion", "injury", "disease", "trouble", "defect", "failure", "issue")
    names = [(f"{organ} grief", f"{organ} ailment") for organ in organs]
    names += [(f"{other} of toe {n}", f"grief of toe {n}") for n, other in enumerate(others)]
    rewordings = Rewordings(Paraphraser.learn(terminology(tmp_path, *names)))
    assert [words for words, _ in rewordings.of(["jaw", "grief"], "en")] == [["jaw", "ailment"]]
    assert list(rewordings.of(["jaw", "ailment"], "en")) == []
