"""N-grams, the distinct texts they are made of, and the edges of the index over them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.candidates.lookup import AliasLookup
from xlink.candidates.ngram_index import inverted
from xlink.candidates.ngrams import NgramAnalyser
from xlink.candidates.texts import DistinctTexts
from xlink.candidates.tfidf import TfidfNgrams
from xlink.errors import DataError
from xlink.protocols import CandidateGenerator
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept, Query


def built(path: Path, *names: tuple[str, str]) -> Terminology:
    """Build a terminology with one concept for each name and its language."""
    concepts = [
        Concept(f"C{n}", "", (Alias(text, language),)) for n, (text, language) in enumerate(names)
    ]
    return build_terminology(concepts, path / "t", name="t").terminology


def test_more_ngrams_than_can_be_numbered_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inverted, "_MOST_TERMS", 3)
    with pytest.raises(DataError, match=r"4 n-grams, above the 3 .* shorter n-grams"):
        TfidfNgrams.build(built(tmp_path, ("abcd", "en")))


def test_stretches_of_eight_names_and_of_one_find_the_same(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    words = ["".join(draw.choice(list("abcdefgh"), 5)) for _ in range(60)]
    names = sorted({" ".join(draw.choice(words, 3)) for _ in range(400)})
    terminology = built(tmp_path, *((name, "en") for name in names))
    eight = inverted.invert(NgramAnalyser.fit(names, (3,)), DistinctTexts.of(terminology))
    one = inverted.with_single_texts(eight)
    assert (eight.stretch_size, one.stretch_size) == (8, 1)
    queries = [Query("", name[1:]) for name in names[::7]]
    found = [
        TfidfNgrams(terminology, index, (3,), None).generate(queries, 20) for index in (eight, one)
    ]
    for field in ("query_offsets", "concept_rows", "alias_rows", "scores"):
        np.testing.assert_array_equal(getattr(found[0], field), getattr(found[1], field))


def counts(texts: list[str], *sizes: int) -> list[int]:
    owners, _ = NgramAnalyser.fit(texts, sizes).ngrams(texts)
    found: list[int] = np.bincount(owners, minlength=len(texts)).tolist()
    return found


def test_ngrams_are_counted_by_hand() -> None:
    assert counts(["abc"], 3) == [3]  # " ab", "abc", "bc "
    assert counts(["a"], 3) == [1]  # " a "
    assert counts(["a b"], 3) == [2]  # " a ", " b "
    assert counts(["ab"], 1) == [2]
    assert counts(["ab"], 2) == [3]  # " a", "ab", "b "
    assert counts(["ab"], 4) == [1]  # " ab "
    assert counts(["a"], 4) == [0]
    assert counts(["aaaa"], 3) == [3]  # " aa", "aaa", "aa "
    assert counts(["ab", "", "ab cd"], 2, 3) == [5, 0, 10]
    assert counts(["肺炎"], 3) == [5]  # " 肺炎", "肺炎 ", "肺", "炎", "肺炎"
    assert counts([], 3) == []


def test_ngrams_of_different_sizes_and_texts_are_told_apart() -> None:
    texts = ["ab", "ba", "a", "b", "aab", "abb", "肺", "a b", "é"]
    for sizes in ((2,), (3,), (1, 2, 3, 4)):
        owners, ngrams = NgramAnalyser.fit(texts, sizes).ngrams(texts)
        sets = [frozenset(ngrams[owners == number].tolist()) for number in range(len(texts))]
        assert len(set(sets)) == len(texts)


def test_unknown_characters_count_each_for_itself() -> None:
    analyser = NgramAnalyser.fit(["abc"], (1,))
    owners, ngrams = analyser.ngrams(["abc", "xyz", "xxx", "axa"])
    assert np.bincount(owners).tolist() == [3, 3, 1, 2]
    known = set(ngrams[owners == 0].tolist())
    assert known.isdisjoint(ngrams[owners == 1].tolist())
    assert len(known & set(ngrams[owners == 3].tolist())) == 1


@pytest.mark.parametrize("sizes", [(), (0,), (5,), (3, 9)])
def test_impossible_sizes_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="from 1 to 4"):
        NgramAnalyser.fit(["abc"], sizes)


def test_names_share_texts_across_languages(tmp_path: Path) -> None:
    terminology = built(
        tmp_path, ("Tumours", "en"), ("tumor", "en"), ("+", "en"), ("Tumor", "es"), ("ácaro", "es")
    )
    distinct = DistinctTexts.of(terminology)
    assert distinct.texts == ["acaro", "tumor"]
    assert distinct.offsets.tolist() == [0, 1, 4]
    assert distinct.aliases.tolist() == [4, 0, 1, 3]
    assert distinct.n_empty == 1


@pytest.mark.parametrize("generator", [AliasLookup, TfidfNgrams])
@pytest.mark.parametrize("k", [0, -1])
def test_no_candidates_are_wanted(
    small: Terminology, generator: type[AliasLookup] | type[TfidfNgrams], k: int
) -> None:
    index: CandidateGenerator = generator.build(small)
    found = index.generate([Query("1", "heart failure"), Query("2", "")], k)
    assert found.query_offsets.tolist() == [0, 0, 0]


@pytest.mark.parametrize("names", [(), (("+", "en"),), (("", "en"), ("…", "ja"))])
def test_a_terminology_without_words(tmp_path: Path, names: tuple[tuple[str, str], ...]) -> None:
    concepts = [Concept("C", "", tuple(Alias(*name) for name in names))]
    bare = build_terminology(concepts, tmp_path / "t", name="t").terminology
    TfidfNgrams.build(bare).save(tmp_path / "index")
    index = TfidfNgrams.load(tmp_path / "index", bare)
    for queries in ([], [Query("", "x"), Query("", "")]):
        found = index.generate(queries, 3)
        assert len(found) == len(queries)
        assert found.n_candidates == 0


def test_names_too_short_for_the_sizes_are_not_found(tmp_path: Path) -> None:
    index = TfidfNgrams.build(built(tmp_path, ("a", "en"), ("abcd", "en")), sizes=(4,))
    found = index.generate([Query("", text) for text in ("abcd", "a", "zz", "a abcd")], 5)
    assert np.diff(found.query_offsets).tolist() == [1, 0, 0, 1]
    assert found.scores == pytest.approx([1, 1])


def test_the_index_is_byte_identical_when_made_again(tmp_path: Path, small: Terminology) -> None:
    contents = []
    for name in ("one", "two"):
        TfidfNgrams.build(small, sizes=(2, 3)).save(tmp_path / name)
        files = sorted(place for place in (tmp_path / name).rglob("*") if place.is_file())
        contents.append(
            [(str(each.relative_to(tmp_path / name)), each.read_bytes()) for each in files]
        )
    assert contents[0] == contents[1]


def test_threads_change_no_result(small: Terminology, tmp_path: Path) -> None:
    TfidfNgrams.build(small).save(tmp_path / "index")
    queries = [Query(str(n), text, language="en") for n, text in enumerate(small.alias_texts())]
    alone = TfidfNgrams.load(tmp_path / "index", small).generate(queries, 5)
    shared = TfidfNgrams.load(tmp_path / "index", small, threads=3).generate(queries, 5)
    for name in ("query_offsets", "concept_rows", "alias_rows", "scores"):
        assert np.array_equal(getattr(alone, name), getattr(shared, name))


def test_a_search_without_threads_is_refused(small: Terminology) -> None:
    with pytest.raises(ValueError, match="at least one thread"):
        TfidfNgrams.build(small, threads=0)
