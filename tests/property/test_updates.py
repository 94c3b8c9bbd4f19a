"""A terminology that took additions and removals, and its indexes, equal those built anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.candidates.lookup import AliasLookup
from xlink.candidates.tfidf import TfidfNgrams
from xlink.detect.dictionary import DictionaryDetector
from xlink.home import index_path
from xlink.indexes import build_index, open_detector, open_generator, update_indexes
from xlink.terminology import Terminology, build_terminology, update_terminology
from xlink.types import Alias, Concept, Document, Query

IDS = st.sampled_from([f"C{number}" for number in range(8)])
WORDS = ("heart", "failure", "insuficiencia", "insufficiency", "renal", "herz", "ödem", "肺炎")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
ALIASES = st.builds(
    Alias,
    text=TEXTS | st.just(" "),
    language=st.sampled_from(["en", "es", "und"]),
    kind=st.sampled_from(["preferred", "synonym", "abbreviation"]),
    source=st.sampled_from(["", "A", "B"]),
)
CONCEPTS = st.builds(
    Concept,
    id=IDS,
    name=TEXTS | st.just(""),
    aliases=st.lists(ALIASES, max_size=3).map(tuple),
    types=st.lists(st.sampled_from(["disorder", "finding"]), max_size=2).map(tuple),
    definition=st.none() | st.just("what it is"),
    parents=st.lists(IDS, max_size=2).map(tuple),
    xrefs=st.lists(st.sampled_from(["X:1", "X:2"]), max_size=2).map(tuple),
    former_ids=st.lists(st.sampled_from(["F1", "F2", "C7"]), max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CONCEPTS, min_size=1, max_size=6), st.lists(CONCEPTS, max_size=6), st.data())
def test_an_updated_terminology_equals_one_built_anew(
    first: list[Concept], added: list[Concept], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = build_terminology(first, Path(folder) / "t", name="t").terminology
        removed = data.draw(st.sets(st.sampled_from(sorted({each.id for each in first}))))
        left = [each for each in before.concepts() if each.id not in removed]
        if not left and not added:
            return
        cognates, near = data.draw(st.booleans()), data.draw(st.booleans())
        lookup = AliasLookup.build(before, cognates=cognates, near=near)
        updated = update_terminology(before, add=added, remove=sorted(removed))
        anew = build_terminology([*left, *added], Path(folder) / "anew", name="t")
        assert_same(updated.terminology, anew.terminology)
        assert updated.tally.counts() == anew.tally.counts()
        for name in ("carried", "built"):
            index = (
                lookup.updated(updated.terminology)
                if name == "carried"
                else AliasLookup.build(updated.terminology, cognates=cognates, near=near)
            )
            index.save(Path(folder) / name)
        manifests = [(Path(folder) / name / "manifest.json") for name in ("carried", "built")]
        assert manifests[0].read_bytes() == manifests[1].read_bytes()


@settings(max_examples=8, deadline=None)
@given(st.lists(CONCEPTS, min_size=2, max_size=6), st.lists(CONCEPTS, min_size=1, max_size=4))
def test_indexes_that_are_brought_up_to_date_answer_as_new_ones(
    first: list[Concept], added: list[Concept]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "t"
        before = build_terminology(first, place, name="t").terminology
        for name in ("lookup", "tfidf", "dictionary"):
            build_index(before, name)
        removed = min(each.id for each in first)
        after = update_terminology(before, add=added, remove=[removed]).terminology
        assert update_indexes(before, after) == ("dictionary", "lookup", "tfidf")
        anew = build_terminology(
            [*(each for each in before.concepts() if each.id != removed), *added],
            Path(folder) / "anew",
            name="t",
        ).terminology
        queries = [Query(str(number), word, language="en") for number, word in enumerate(WORDS)]
        for name, maker in (("lookup", AliasLookup), ("tfidf", TfidfNgrams)):
            found = open_generator(after, name).generate(queries, 5)
            expected = maker.build(anew).generate(queries, 5)
            for number in range(len(queries)):
                assert found.candidates(number, after) == expected.candidates(number, anew)
        document = Document("d", "Acute renal failure, heart edema; Herz. 肺炎", "en")
        detector = open_detector(after, "dictionary")
        assert detector.detect([document]) == DictionaryDetector.build(anew).detect([document])
        assert index_path(place, "tfidf").is_dir()


def assert_same(one: Terminology, other: Terminology) -> None:
    assert one.concept_table.equals(other.concept_table)
    assert one.alias_table.equals(other.alias_table)
    assert one.relation_table.equals(other.relation_table)
    assert one.former_table.equals(other.former_table)
