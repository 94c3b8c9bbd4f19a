"""Substitutes are learned from names that differ in one word, and find other wordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.candidates.paraphrase import Paraphraser
from xlink.candidates.tfidf import TfidfNgrams
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept, Query

PRIOR = 4


def terminology(path: Path, *names: str) -> Terminology:
    """Build one concept for each of `names`, written `en:one name|another es:…`."""
    concepts = []
    for number, line in enumerate(names):
        parts = [part.partition(":") for part in line.split(" ")]
        aliases = [
            Alias(name.replace("_", " "), language)
            for language, _, texts in parts
            for name in texts.split("|")
        ]
        concepts.append(Concept(f"C{number}", "", tuple(aliases)))
    return build_terminology(concepts, path / "t", name="t").terminology


def learn(path: Path, *names: str) -> Paraphraser:
    return Paraphraser.learn(terminology(path, *names))


def variants(paraphraser: Paraphraser, text: str, language: str = "en") -> dict[str, float]:
    return dict(paraphraser.variants(text, language))


def test_shares_count_concepts(tmp_path: Path) -> None:
    paraphraser = learn(
        tmp_path,
        "en:renal_agenesis|kidney_agenesis",
        "en:renal_cyst|kidney_cyst|cyst_of_the_kidneys",
        "en:renal_calculus|kidney_calculus|kidney_stone",
        "en:hepatic_cyst|liver_cyst",
    )
    # "renal" was replaced three times, each time by "kidney"; "kidney" three times by "renal".
    assert variants(paraphraser, "renal failure") == {
        "kidney failure": pytest.approx(3 / (3 + PRIOR))
    }
    assert variants(paraphraser, "hepatic cyst") == {"liver cyst": pytest.approx(1 / (1 + PRIOR))}
    assert variants(paraphraser, "calculus of bile") == {
        "stone of bile": pytest.approx(1 / (1 + PRIOR))
    }
    assert variants(paraphraser, "agenesis") == {}


def test_the_likeliest_come_first_and_are_few(tmp_path: Path) -> None:
    names = [f"en:aaa_{n}|bbb_{n}" for n in range(3)] + [f"en:aaa_x{n}|c{n}_x{n}" for n in range(9)]
    found = learn(tmp_path, *names).variants("aaa aaa", "en")
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True)
    assert found[:2] == [("bbb aaa", found[0][1]), ("aaa bbb", found[0][1])]
    assert len(found) == 8


def test_substitutes_belong_to_a_language_and_lead_to_any(tmp_path: Path) -> None:
    paraphraser = learn(tmp_path, "en:kidney_cyst es:cyst_renal", "en:gift de:poison")
    assert variants(paraphraser, "kidney", "en") == {"renal": pytest.approx(1 / 5)}
    assert variants(paraphraser, "kidney", "es") == {}
    assert variants(paraphraser, "renal", "es") == {"kidney": pytest.approx(1 / 5)}
    assert variants(paraphraser, "gift", "de") == {}
    assert variants(paraphraser, "gift", "en") == {"poison": pytest.approx(1 / 5)}


def test_words_beyond_the_twelfth_stay(tmp_path: Path) -> None:
    paraphraser = learn(tmp_path, "en:renal_x|kidney_x")
    assert len(paraphraser.variants("a " * 11 + "renal", "en")) == 1
    assert paraphraser.variants("a " * 12 + "renal", "en") == []


@pytest.mark.parametrize(
    "name",
    [
        "en:renal_cyst|small_kidney_cyst",  # not of one length
        "en:renal_cyst|liver_stone",  # two words differ
        "en:cyst|cysts",  # the same in base form
        "en:the_cyst|cyst",  # the same but for an article
        "en:one",
        "en:asthma|+",  # a name without letters
        "en:asthma|the",  # a name of articles only
    ],
)
def test_what_teaches_nothing(tmp_path: Path, name: str) -> None:
    paraphraser = learn(tmp_path, name)
    assert len(paraphraser.arrays["words"]) == 0
    for text in ("", "asthma", "renal cyst", "the"):
        assert paraphraser.variants(text, "en") == []


def test_an_index_without_substitutes_is_saved_and_loaded(tmp_path: Path) -> None:
    single = terminology(tmp_path, "en:asthma")
    TfidfNgrams.build(single).save(tmp_path / "index")
    loaded = TfidfNgrams.load(tmp_path / "index", single)
    assert loaded.paraphraser is not None
    assert loaded.generate([Query("", "asthma")], 1).scores == pytest.approx([1])
    TfidfNgrams.build(single, paraphrase=False).save(tmp_path / "plain")
    assert TfidfNgrams.load(tmp_path / "plain", single).paraphraser is None


@pytest.fixture
def index(tmp_path: Path) -> TfidfNgrams:
    return TfidfNgrams.build(
        terminology(
            tmp_path,
            "en:renal_agenesis|kidney_agenesis",
            "en:kidney_stone|renal_stone",
            "en:kidney_abscess|+",
            "en:splenic_abscess",
        )
    )


def test_other_wordings_score_by_cosine_and_share(index: TfidfNgrams) -> None:
    share = 2 / (2 + PRIOR)
    found = index.generate([Query("", "renal abscess", language="en")], 4)
    assert index.terminology.concept_id(int(found.concept_rows[0])) == "C2"
    assert found.scores[0] == pytest.approx(1.0 * (0.8 + 0.2 * share))
    index.paraphraser = None
    without = index.generate([Query("", "renal abscess", language="en")], 4)
    assert without.scores[0] < found.scores[0]


def test_a_mention_that_is_a_name_is_not_reworded(index: TfidfNgrams) -> None:
    query = [Query("", "kidney abscess", language="en")]
    found = index.generate(query, 4)
    index.paraphraser = None
    assert found.scores.tolist() == index.generate(query, 4).scores.tolist()


def test_empty_texts_have_no_other_wordings(index: TfidfNgrams) -> None:
    for text in ("", "-", "+"):
        assert index.generate([Query("", text, language="en")], 4).n_candidates == 0


def test_each_concept_once_and_no_more_than_asked(index: TfidfNgrams) -> None:
    found = index.generate([Query("", "renal abscess stone", language="en")] * 3, 2)
    assert found.query_offsets.tolist() == [0, 2, 4, 6]
    for number in range(3):
        assert len(set(found.rows_of(number).tolist())) == 2
