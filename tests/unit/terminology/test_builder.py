"""The builder merges records, counts what it leaves out, and writes the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import xlink.terminology.records
from xlink.artifact import is_artifact
from xlink.errors import DataError, UnknownNameError
from xlink.tally import Tally
from xlink.terminology import (
    BuildReport,
    Terminology,
    build_terminology,
    update_terminology,
)
from xlink.terminology.report import describe
from xlink.testing import small_concepts
from xlink.types import Alias, Concept, Filter


def build(path: Path, *concepts: Concept) -> BuildReport:
    return build_terminology(concepts, path / "t", name="t")


def test_records_of_one_id_are_merged(tmp_path: Path) -> None:
    report = build(
        tmp_path,
        Concept("C1", "", (Alias("b", "en"),), ("disorder",), None, ("C2",), ("X:2",), ("C8",)),
        Concept("C2", "parent"),
        Concept("C1", "first", (Alias("a", "en"), Alias("b", "es")), ("drug",), "", ("C3",)),
        Concept("C3", "other parent"),
        Concept("C1", "second", (Alias("c", "en", "preferred"),), ("disorder",), "what it is"),
        Concept("C1", "third", (), (), "what else", ("C2",), ("X:1", "X:2"), ("C9", "C8")),
    )
    assert report.terminology.concept("C1") == Concept(
        id="C1",
        name="first",
        aliases=(
            Alias("c", "en", "preferred"),
            Alias("b", "en"),
            Alias("a", "en"),
            Alias("b", "es"),
        ),
        types=("disorder", "drug"),
        definition="what it is",
        parents=("C2", "C3"),
        xrefs=("X:1", "X:2"),
        former_ids=("C8", "C9"),
    )
    assert not report.tally


def test_of_a_repeated_alias_the_better_kind_stays(tmp_path: Path) -> None:
    report = build(
        tmp_path,
        Concept("C1", "x", (Alias("x", "en", "synonym", "A"), Alias("X", "en", "synonym", "A"))),
        Concept("C1", "x", (Alias("x", "en", "preferred", "B"), Alias("x", "de", "synonym", "B"))),
        Concept("C2", "x", (Alias("x", "en", "abbreviation", "A"),)),
    )
    assert report.terminology.concept("C1").aliases == (
        Alias("x", "en", "preferred", "A|B"),
        Alias("X", "en", "synonym", "A"),
        Alias("x", "de", "synonym", "B"),
    )
    assert report.terminology.n_aliases == 4
    assert report.tally.counts() == {"repeated alias merged": 1}


def test_empty_aliases_are_counted(tmp_path: Path) -> None:
    blank = (Alias(""), Alias(" \n"), Alias("\u3000"), Alias("-"))
    report = build(tmp_path, Concept("C1", "x", blank))
    assert report.terminology.concept("C1").aliases == (Alias("-"),)
    assert report.tally["alias skipped: it is empty"] == 3
    assert "C1" in next(report.tally.sentences())


def test_parents_that_do_not_exist_are_counted(tmp_path: Path) -> None:
    report = build(
        tmp_path,
        Concept("C1", "x", parents=("C2", "C7", "C8")),
        Concept("C2", "y", parents=("C7",)),
    )
    assert report.terminology.concept("C1").parents == ("C2",)
    assert list(report.tally.sentences()) == ["3 x parent skipped: no such concept (first: C7)"]


def test_cycles_are_counted_and_kept(tmp_path: Path) -> None:
    report = build(
        tmp_path,
        Concept("C1", "x", parents=("C2",)),
        Concept("C2", "y", parents=("C3",)),
        Concept("C3", "z", parents=("C1",)),
        Concept("C4", "below", parents=("C1", "C4")),
    )
    assert report.tally.counts() == {
        "concept on a cycle of parents": 3,
        "parent skipped: the concept itself": 1,
    }
    below = report.terminology.hierarchy.descendants([1])
    assert below.tolist() == [True, True, True, True]
    assert report.terminology.concept("C4").parents == ("C1",)


def test_former_ids_in_use_or_claimed_twice_are_counted(tmp_path: Path) -> None:
    report = build(
        tmp_path,
        Concept("C2", "y", former_ids=("C1", "old", "C2")),
        Concept("C1", "x", former_ids=("old", "older")),
    )
    terminology = report.terminology
    assert [terminology.current_id(each) for each in ("old", "older", "C1")] == ["C1", "C1", "C1"]
    assert terminology.concept("C2").former_ids == ()
    assert report.tally.counts() == {
        "former id skipped: still in use": 2,
        "former id of several concepts: the first has it": 1,
    }


def test_an_empty_terminology_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t has no concepts\. Check the source and its filters"):
        build(tmp_path)
    assert not is_artifact(tmp_path / "t")
    build(tmp_path, Concept("C1", "x"))
    with pytest.raises(DataError):
        build(tmp_path)
    assert Terminology.open(tmp_path / "t").n_concepts == 1


def test_a_source_that_fails_leaves_the_old(tmp_path: Path) -> None:
    def failing() -> Iterator[Concept]:
        yield Concept("C1", "new")
        raise DataError("cut", path="source.tsv", line=2)

    build(tmp_path, Concept("C1", "old"))
    with pytest.raises(DataError, match="line 2"):
        build_terminology(failing(), tmp_path / "t", name="t")
    assert Terminology.open(tmp_path / "t").concept("C1").name == "old"


def test_a_concept_without_an_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="named 'x' has no id"):
        build(tmp_path, Concept("", "x"))


@pytest.mark.parametrize(
    "concept",
    [
        Concept("C1", "\ud83d"),
        Concept("C1", "x", (Alias("asthma \ud800"),)),
        Concept("C1", "x", types=("\udfff",)),
    ],
)
def test_half_of_a_surrogate_pair_is_refused(tmp_path: Path, concept: Concept) -> None:
    with pytest.raises(DataError, match=r"half of a surrogate pair\. Repair the encoding"):
        build(tmp_path, concept)


def test_what_a_build_records(tmp_path: Path) -> None:
    tally = Tally()
    tally.add("row skipped: it is odd", "names.tsv, line 3")
    aliases = (Alias("x", "en"), Alias("y", "en"), Alias("z", "pt-BR"), Alias(""))
    concepts = [Concept("C1", "x", aliases), Concept("C2", "y")]
    report = build_terminology(
        concepts, tmp_path / "t", name="icd", version="2024", licence="free", tally=tally
    )
    assert report.tally is tally
    facts = Terminology.open(tmp_path / "t").facts
    assert {name: facts[name] for name in ("name", "version", "licence")} == {
        "name": "icd",
        "version": "2024",
        "licence": "free",
    }
    assert (facts["n_concepts"], facts["n_aliases"]) == (2, 3)
    assert facts["n_aliases_by_language"] == {"en": 2, "pt-BR": 1}
    assert facts["skipped"] == {"alias skipped: it is empty": 1, "row skipped: it is odd": 1}


def test_the_same_concepts_make_the_same_bytes(tmp_path: Path) -> None:
    def contents(name: str, concepts: tuple[Concept, ...]) -> dict[str, bytes]:
        build_terminology(concepts, tmp_path / name, name="small")
        files = [place for place in (tmp_path / name).rglob("*") if place.is_file()]
        return {str(place.relative_to(tmp_path / name)): place.read_bytes() for place in files}

    concepts = small_concepts()
    assert contents("one", concepts) == contents("two", concepts)
    assert contents("one", concepts) == contents("back", concepts[::-1])


def test_chunks_of_the_build_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    concepts = small_concepts()
    whole = build_terminology(concepts, tmp_path / "whole", name="t").terminology
    monkeypatch.setattr(xlink.terminology.records, "_CHUNK_ROWS", 3)
    chunked = build_terminology(concepts, tmp_path / "chunked", name="t").terminology
    assert chunked.fingerprint == whole.fingerprint


def test_a_parent_may_be_given_by_a_former_id(tmp_path: Path) -> None:
    report = build(
        tmp_path,
        Concept("C1", "x", parents=("C8",)),
        Concept("C2", "y", former_ids=("C8",)),
    )
    assert report.terminology.concept("C1").parents == ("C2",)
    assert report.tally.counts() == {"parent given by a former id": 1}


def test_a_name_keeps_every_source_that_gives_it(tmp_path: Path) -> None:
    names = [Alias("x", "en", source=source) for source in ("B", "", "A|C", "B")]
    built = build(tmp_path, Concept("C1", "x", tuple(names)), Concept("C2", "y")).terminology
    assert built.concept("C1").aliases == (Alias("x", "en", source="A|B|C"),)
    for source in "ABC":
        chosen = built.select(Filter(sources=frozenset({source})))
        assert chosen.aliases.tolist() == [True]
    assert describe(built).n_aliases_by_source == {"A": 1, "B": 1, "C": 1}


class TestUpdate:
    def test_concepts_go_and_come(self, tmp_path: Path) -> None:
        before = build(
            tmp_path,
            Concept("C1", "x", (Alias("x", "en", source="A"),), parents=("C2",)),
            Concept("C2", "y"),
            Concept("C3", "z", former_ids=("C9",)),
        ).terminology
        local = Concept("C3", "", (Alias("Z", "de", source="ward"),), parents=("C1",))
        report = update_terminology(before, add=[local], remove=["C2"])
        after = report.terminology
        assert [each.id for each in after.concepts()] == ["C1", "C3"]
        assert after.concept("C1").parents == ()
        assert after.concept("C3") == Concept(
            "C3", "z", local.aliases, parents=("C1",), former_ids=("C9",)
        )
        assert report.tally.counts() == {"parent skipped: no such concept": 1}
        assert after.facts["origin"] == {"updates": [{"added": 1, "removed": 1}]}
        again = update_terminology(after, remove=["C1"], path=tmp_path / "elsewhere").terminology
        assert again.facts["origin"]["updates"] == [  # type: ignore[call-overload, index]
            {"added": 1, "removed": 1},
            {"added": 0, "removed": 1},
        ]
        assert Terminology.open(tmp_path / "t").n_concepts == 2

    @pytest.mark.parametrize("concept_id", ["C7", "C9"])
    def test_only_a_concept_of_today_is_removed(self, tmp_path: Path, concept_id: str) -> None:
        before = build(tmp_path, Concept("C1", "x", former_ids=("C9",)), Concept("C2", "y"))
        with pytest.raises(UnknownNameError, match=concept_id):
            update_terminology(before.terminology, remove=[concept_id])

    def test_something_must_be_left(self, tmp_path: Path) -> None:
        before = build(tmp_path, Concept("C1", "x")).terminology
        with pytest.raises(DataError, match="t has no concepts"):
            update_terminology(before, remove=["C1"])
        assert Terminology.open(tmp_path / "t").n_concepts == 1
