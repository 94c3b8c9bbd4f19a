"""N-gram search against the whole matrix of cosines, made with scikit-learn."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer

import xlink.candidates.ngram_index.inverted
import xlink.candidates.tfidf
from xlink.candidates.tfidf import TfidfNgrams
from xlink.terminology import Terminology, build_terminology
from xlink.text.cognates import shared_spelling
from xlink.text.folding import fold
from xlink.text.tokens import based_text, is_spaceless
from xlink.types import NO_FILTER, Alias, Concept, Filter, Query

TOLERANCE = 1e-5
BLOCK = 16_384
"""Names that the kernel sums up at a time."""
WORDS = {
    "en": "acute chronic renal kidney failure disease diseases of the heart lung tumour tumours "
    "oedema type 2 β x",
    "es": "aguda crónica renal fallo enfermedad del corazón pulmón tumores edema tipo 2 año",
    "pt-BR": "aguda renal doença coração pulmão tumores dores do peito",
    "de": "akute Nieren Herz Lungen Ödem Größe Insuffizienz der",
    "el": "οξεία καρδιά νεφρός νόσος α όγκος",
    "ja": "急性 腎不全 肺炎 ガン 糖尿病 2型 心",
    "ar": "مرض القلب حاد الرئة ورم",
    "ko": "급성 신부전 폐렴 암",
    "und": "abc b12 x ʘ",
}

Grams = Callable[[str], list[str]]


def normalised(text: str, language: str) -> str:
    return shared_spelling(based_text(fold(text), language))


def analyser(sizes: Sequence[int]) -> Grams:
    """Return scikit-learn's n-grams, with one and two characters of spaceless scripts as well."""
    made = [
        CountVectorizer(analyzer="char_wb", ngram_range=(size, size)).build_analyzer()
        for size in sizes
    ]

    def grams(text: str) -> list[str]:
        # For words shorter than an n-gram scikit-learn takes the word, which xlink does not.
        found = {
            gram
            for size, each in zip(sizes, made, strict=True)
            for gram in each(text)
            if len(gram) == size and gram.strip()
        }
        found |= {
            text[n : n + size] for size in (1, 2) for n in range(len(text)) if is_run(text, n, size)
        }
        return sorted(found)

    return grams


def is_run(text: str, start: int, size: int) -> bool:
    piece = text[start : start + size]
    return len(piece) == size and " " not in piece and is_spaceless(piece)


@dataclass
class BruteForce:
    """Cosines of a query with every name, by the formula in the docstring of `TfidfNgrams`."""

    terminology: Terminology
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        terminology = self.terminology
        labels = [terminology.language_labels[code] for code in terminology.alias_languages]
        texts = [
            normalised(text, language)
            for text, language in zip(terminology.alias_texts(), labels, strict=True)
        ]
        self.distinct = sorted(set(texts) - {""})
        self.text_of = np.array([self.distinct.index(text) if text else -1 for text in texts])
        self.grams = analyser(self.sizes)
        vectoriser = CountVectorizer(analyzer=self.grams, binary=True, dtype=np.float64)
        counts = csr_array(vectoriser.fit_transform(self.distinct))
        self.vocabulary: dict[str, int] = vectoriser.vocabulary_
        self.n_weighed = int((counts.sum(axis=1) > 0).sum())
        self.idf = self.weight(np.asarray(counts.sum(axis=0)))
        self.names = counts.multiply(self.idf).tocsr()
        self.lengths = np.sqrt(np.asarray(self.names.multiply(self.names).sum(axis=1)))

    def weight(self, frequency: npt.ArrayLike) -> npt.NDArray[np.float64]:
        weights: npt.NDArray[np.float64] = 1 + np.log(
            (1 + self.n_weighed) / (1 + np.asarray(frequency))
        )
        return weights

    def concept_scores(self, query: Query, where: Filter) -> npt.NDArray[np.float64]:
        """Return the best cosine of each concept, 0 for none. *Shape:* (concepts,)"""
        grams = self.grams(normalised(query.text[:1_000], query.language))
        vector, length = np.zeros(len(self.vocabulary)), 0.0
        for gram in grams:
            known = self.vocabulary.get(gram)
            weight = float(self.weight(0)) if known is None else self.idf[known]
            length += weight**2
            if known is not None:
                vector[known] = weight
        scale = self.lengths * np.sqrt(length)
        cosines = np.divide(
            self.names @ vector, scale, out=np.zeros(len(self.distinct)), where=scale > 0
        )
        cosines = np.append(cosines, 0.0)  # for names that fold to nothing
        scores = np.where(self.terminology.select(where).aliases, cosines[self.text_of], 0.0)
        best = np.zeros(self.terminology.n_concepts)
        np.maximum.at(best, self.terminology.alias_concepts, scores)
        return best

    def check(self, index: TfidfNgrams, queries: Sequence[Query], k: int, where: Filter) -> None:
        found = index.generate(queries, k, where)
        allowed = self.terminology.select(where).aliases
        for number, query in enumerate(queries):
            expected = self.concept_scores(query, where)
            start, end = found.query_offsets[number : number + 2]
            rows, scores = found.concept_rows[start:end], found.scores[start:end]
            n_expected = min(k, int((expected > 0).sum()))
            assert len(rows) == n_expected, query
            # Sums of the same weights in another order differ in the last digit, so neighbours may
            # change places; what is equal to the last digit goes by concept.
            assert scores == pytest.approx(expected[rows], abs=TOLERANCE)
            assert scores == pytest.approx(np.sort(expected)[::-1][:n_expected], abs=TOLERANCE)
            pairs = list(zip(-scores, rows, strict=True))
            assert pairs == sorted(pairs), query
            aliases = found.alias_rows[start:end]
            assert allowed[aliases].all()
            assert (self.terminology.alias_concepts[aliases] == rows).all()


def random_terminology(path: Path) -> Terminology:
    chance = random.Random(5)

    def name(language: str) -> str:
        words = chance.choices(WORDS[language].split(), k=chance.randint(1, 4))
        return ("" if language == "ja" else " ").join(words)

    def alias() -> Alias:
        language = chance.choice(list(WORDS))
        return Alias(name(language), language, "synonym", chance.choice(["S1", "S2"]))

    concepts = [
        Concept(
            f"C{n:03}",
            f"concept {n}",
            tuple(alias() for _ in range(chance.randint(0, 5))),
            (chance.choice(["disorder", "finding"]),),
            parents=(f"C{n // 4:03}",) if n else (),
        )
        for n in range(160)
    ]
    concepts[7] = Concept("C007", "", (Alias("+", "en"), Alias("…", "ja")), ("finding",))
    return build_terminology(concepts, path, name="random").terminology


def mangled(terminology: Terminology) -> list[Query]:
    """Return names, names with letters lost, swapped or unknown, and hopeless texts."""
    chance = random.Random(6)
    queries = []
    for number, text in enumerate(terminology.alias_texts()[::3]):
        place = chance.randrange(len(text))
        texts = (text, text[:place] + text[place + 1 :], text[::-1], f"{text} 鬱 ĸ 肝ĸ {text[:2]}")
        language = chance.choice(list(WORDS))
        queries += [Query(str(number), each, language=language) for each in texts[: number % 5]]
    return queries + [
        Query("", text) for text in ("", "-", "zzz", "鬱", "ж ж", "a", "β", "DM " * 400)
    ]


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return random_terminology(tmp_path_factory.mktemp("tfidf") / "random")


@pytest.mark.parametrize("sizes", [(3,), (1,), (2,), (4,), (2, 4), (1, 2, 3, 4), (3, 3)])
def test_sizes(terminology: Terminology, sizes: tuple[int, ...]) -> None:
    brute = BruteForce(terminology, sizes)
    index = TfidfNgrams.build(terminology, sizes=sizes, paraphrase=False)
    brute.check(index, mangled(terminology), terminology.n_concepts, NO_FILTER)


@pytest.mark.parametrize("k", [1, 2, 7, 160, 1_000])
@pytest.mark.parametrize(
    "where",
    [
        NO_FILTER,
        Filter(languages=frozenset({"en", "pt"})),
        Filter(types=frozenset({"finding"})),
        Filter(sources=frozenset({"S1"})),
        Filter(within=frozenset({"C003"})),
        Filter(
            frozenset({"en", "ja"}), frozenset({"S2"}), frozenset({"disorder"}), frozenset({"C001"})
        ),
    ],
    ids=["all", "languages", "types", "sources", "within", "everything"],
)
def test_filters_and_cuts(terminology: Terminology, k: int, where: Filter) -> None:
    index = TfidfNgrams.build(terminology, paraphrase=False)
    queries = mangled(terminology)
    BruteForce(terminology, (3,)).check(index, queries[::7], k, where)
    everything = index.generate(queries, terminology.n_concepts, where).top(k)
    found = index.generate(queries, k, where)
    assert np.array_equal(found.concept_rows, everything.concept_rows)  # of equals the lower ids
    assert np.array_equal(found.alias_rows, everything.alias_rows)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.text("ab é肝", max_size=5), st.sampled_from(["en", "ja"])), max_size=3
        ),
        max_size=6,
    ),
    st.lists(st.text("abc é肝", max_size=6), max_size=4),
    st.integers(1, 9),
    st.sampled_from([NO_FILTER, Filter(languages=frozenset({"en"}))]),
)
def test_few_letters_make_many_ties(
    concepts: list[list[tuple[str, str]]], texts: list[str], k: int, where: Filter
) -> None:
    rows = [
        Concept(f"C{n}", "", tuple(Alias(*alias) for alias in aliases))
        for n, aliases in enumerate([[("ab", "en")], *concepts])
    ]
    with TemporaryDirectory() as folder:
        terminology = build_terminology(rows, Path(folder) / "t", name="t").terminology
        index = TfidfNgrams.build(terminology, paraphrase=False, threads=2)
        queries = [Query("", text, language="en") for text in texts]
        BruteForce(terminology, (3,)).check(index, queries, k, where)


def test_batches_of_the_build_and_of_queries_do_not_show(
    terminology: Terminology, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = mangled(terminology)
    whole = TfidfNgrams.build(terminology, paraphrase=False).generate(queries, 9)
    monkeypatch.setattr(xlink.candidates.ngram_index.inverted, "_BATCH", 50)
    monkeypatch.setattr(xlink.candidates.tfidf, "_QUERY_BATCH", 13)
    pieces = TfidfNgrams.build(terminology, paraphrase=False).generate(queries, 9)
    for name in ("query_offsets", "concept_rows", "alias_rows", "scores"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name))


def test_of_equal_names_the_one_in_the_language_of_the_query(tmp_path: Path) -> None:
    names = ("aaaa", "aaaaa", "aaaaaa", "aaaa")  # equal as sets of n-grams
    tags = ("en", "pt", "pt-BR", "de")
    aliases = tuple(Alias(name, tag) for name, tag in zip(names, tags, strict=True))
    other = Concept("C2", "", (Alias("aaab", "pt-PT"), Alias("zzz", "el")))
    built = build_terminology([Concept("C1", "", aliases), other], tmp_path / "t", name="t")
    index = TfidfNgrams.build(built.terminology, paraphrase=False)
    for asked, answers in (
        ("en", {"en"}),
        ("de-AT", {"de"}),
        ("pt", {"pt", "pt-BR"}),
        ("pt-BR", {"pt", "pt-BR"}),
    ):
        found = index.generate([Query("", "aaaa", language=asked)], 2)
        assert found.candidates(0, built.terminology)[0].alias.language in answers
        assert found.scores[0] == pytest.approx(1)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    """More names than the kernel sums up in two blocks."""
    chance = random.Random(7)
    words = {f"zona {''.join(chance.choices('abdefglmnoprsuvz', k=5))}" for _ in range(72_000)}
    names = sorted(words)
    chance.shuffle(names)
    concepts = [
        Concept(f"C{n:05}", "", tuple(Alias(name) for name in names[n::9_000]))
        for n in range(9_000)
    ]
    return build_terminology(
        concepts, tmp_path_factory.mktemp("many") / "t", name="many"
    ).terminology


def test_names_at_the_borders_of_blocks(many: Terminology) -> None:
    texts = sorted(many.alias_texts())
    assert len(texts) > 2 * BLOCK
    vectoriser = CountVectorizer(analyzer="char_wb", ngram_range=(3, 3), binary=True)
    counts = csr_array(vectoriser.fit_transform(texts).astype(np.float64))
    idf = 1 + np.log((1 + len(texts)) / (1 + np.asarray(counts.sum(axis=0))))
    names = counts.multiply(idf).tocsr()
    lengths = np.sqrt(np.asarray(names.multiply(names).sum(axis=1)))
    places = [0, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, len(texts) - 1]
    asked = [texts[place] for place in places]
    sums = (names[places] @ names.T).toarray()
    cosines = sums / lengths / lengths[places][:, None]
    owners = dict(zip(many.alias_texts(), many.alias_concepts.tolist(), strict=True))
    concept_of = np.array([owners[text] for text in texts])
    index = TfidfNgrams.build(many, paraphrase=False)
    for k in (1, 50, many.n_concepts):
        found = index.generate([Query("", text) for text in asked], k)
        for number in range(len(asked)):
            best = np.zeros(many.n_concepts)
            np.maximum.at(best, concept_of, cosines[number])
            start, end = found.query_offsets[number : number + 2]
            rows = found.concept_rows[start:end]
            assert found.scores[start:end] == pytest.approx(best[rows], abs=TOLERANCE)
            expected = np.sort(best[best > 0])[::-1][:k]
            assert found.scores[start:end] == pytest.approx(expected, abs=TOLERANCE)
            assert len(set(rows.tolist())) == len(rows)
        firsts = found.concept_rows[found.query_offsets[:-1]]
        assert firsts.tolist() == [owners[text] for text in asked]
