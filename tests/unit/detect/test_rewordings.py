"""Substitutes of words as texts use them: what a word mostly stands for, and not the reverse."""

from __future__ import annotations

from pathlib import Path

from xlink.detect.rewordings import Rewordings
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept


def terminology(path: Path, *names: tuple[str, ...]) -> Terminology:
    concepts = [
        Concept(f"C{n}", some[0], tuple(Alias(name, "en") for name in some))
        for n, some in enumerate(names)
    ]
    return build_terminology(concepts, path / "terms", name="terms").terminology


def rewordings(path: Path) -> Rewordings:
    organs = ("nail", "thumb", "elbow")
    stems = ("lesion", "injury", "disease", "trouble", "defect", "failure", "issue")
    others = [f"{stem}{end}" for stem in stems for end in ("", "ling", "hood", "ful", "age")]
    names = [(f"{organ} grief", f"{organ} ailment") for organ in organs]
    names += [(f"ailment of toe {n}", f"{other} of toe {n}") for n, other in enumerate(others)]
    names += [(f"{organ} disk", f"{organ} plate") for organ in organs]
    names += [(f"{organ} plate", f"{organ} tray {organ}") for organ in organs]
    return Rewordings.learn(terminology(path, *names))


def test_a_word_stands_for_what_it_mostly_replaces_and_not_the_other_way_round(
    tmp_path: Path,
) -> None:
    learned = rewordings(tmp_path)
    assert ["jaw", "grief"] in [words for words, _ in learned.of(["jaw", "ailment"], "en")]
    assert list(learned.of(["jaw", "grief"], "en")) == []


def test_two_words_may_be_others_with_the_product_of_their_shares(tmp_path: Path) -> None:
    learned = {" ".join(words): share for words, share in rewordings(tmp_path).of(
        ["ailment", "plate"], "en"
    )}  # fmt: skip
    once = learned["grief plate"], learned["ailment disk"]
    assert learned["grief disk"] == once[0] * once[1]


def test_everyday_words_stand_for_none(tmp_path: Path) -> None:
    names = [(f"{organ} or", f"{organ} bone") for organ in ("nail", "thumb", "elbow", "toe")]
    learned = Rewordings.learn(terminology(tmp_path, *names))
    assert list(learned.of(["jaw", "bone"], "en")) == []
