"""A terminology is read by id and by row, straight from the mapped files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from xlink.errors import ArtifactError, UnknownNameError
from xlink.terminology import Terminology, build_terminology
from xlink.testing import small_concepts
from xlink.types import Alias, Concept, Filter

KINDS = ("preferred", "synonym", "abbreviation")


def stored() -> tuple[Concept, ...]:
    """Return `small_concepts` with their aliases in the order of the store: by kind."""
    return tuple(
        replace(each, aliases=tuple(sorted(each.aliases, key=lambda a: KINDS.index(a.kind))))
        for each in small_concepts()
    )


def test_concepts_come_back_as_they_were(small: Terminology) -> None:
    assert tuple(small.concepts()) == stored()
    assert small.n_concepts == 12
    assert (small.name, small.version) == ("small", "1")
    assert small.languages == ("de", "el", "en", "es", "ja")


def test_rows_follow_the_order_of_ids(tmp_path: Path) -> None:
    ids = ["b", "B", "a:10", "a:9", "é", "Ω", "𝒳", "\uffff", "a"]
    concepts = [Concept(each, each, (Alias(f"name of {each}"),)) for each in ids]
    terminology = build_terminology(concepts, tmp_path / "t", name="t").terminology
    found = [terminology.concept_id(row) for row in range(len(ids))]
    assert found == sorted(ids)
    assert [terminology.row(each) for each in found] == list(range(len(ids)))
    assert terminology.concept_ids(np.array([3, 0, 3])) == [found[3], found[0], found[3]]


def test_aliases_by_row(small: Terminology) -> None:
    bounds = small.first_aliases
    assert bounds[0] == 0
    assert bounds[-1] == small.n_aliases == len(small.alias_texts())
    for row, concept in enumerate(stored()):
        rows = range(bounds[row], bounds[row + 1])
        assert tuple(small.alias(each) for each in rows) == concept.aliases
        assert (small.alias_concepts[bounds[row] : bounds[row + 1]] == row).all()
        for each, alias in zip(rows, concept.aliases, strict=True):
            assert small.language_labels[small.alias_languages[each]] == alias.language
            assert KINDS[small.alias_kinds[each]] == alias.kind
    assert small.alias_texts(2, 4) == small.alias_texts()[2:4]
    assert small.alias_texts(2) == small.alias_texts()[2:]


def test_former_ids_lead_to_the_concept(tmp_path: Path) -> None:
    concepts = [
        Concept("C1", "x", former_ids=("A", "Z")),
        Concept("C2", "y", former_ids=("C0",)),
        Concept("C3", "z"),
    ]
    terminology = build_terminology(concepts, tmp_path / "t", name="t").terminology
    assert [terminology.row(each) for each in ("A", "C0", "Z", "C3", "B")] == [0, 1, 0, 2, None]
    assert terminology.current_id("C0") == "C2"
    assert terminology.current_id("C2") == "C2"
    assert terminology.current_id("none") is None
    assert terminology.concept("Z").id == "C1"
    assert [each.former_ids for each in terminology.concepts()] == [("A", "Z"), ("C0",), ()]


@pytest.mark.parametrize("concept_id", ["T:99", "", "t:00", "T:0", "\uffff"])
def test_unknown_ids(small: Terminology, concept_id: str) -> None:
    assert small.row(concept_id) is None
    assert small.current_id(concept_id) is None
    for ask in (small.concept, small.name_of):
        with pytest.raises(UnknownNameError) as caught:
            ask(concept_id)
        assert str(caught.value) == f"Unknown concept id {concept_id!r}."


def test_names_in_a_language(small: Terminology) -> None:
    assert small.name_of("T:05") == "pneumonia"
    assert small.name_of("T:05", ["fr", "ja", "en"]) == "肺炎"
    assert small.name_of("T:05", ["fr"]) == "pneumonia"


def test_a_single_bare_concept(tmp_path: Path) -> None:
    build_terminology([Concept("C1", "alone")], tmp_path / "t", name="t")
    terminology = Terminology.open(tmp_path / "t", verify=True)
    assert list(terminology.concepts()) == [Concept("C1", "alone")]
    assert terminology.n_aliases == 0
    assert terminology.languages == terminology.language_labels == ()
    assert terminology.first_aliases.tolist() == [0, 0]
    for values in (
        terminology.alias_concepts,
        terminology.alias_languages,
        terminology.alias_kinds,
        terminology.hierarchy.parents(0),
    ):
        assert len(values) == 0
    assert terminology.name_of("C1", ["en"]) == "alone"
    assert terminology.alias_texts() == []
    assert terminology.select(Filter(within=frozenset({"C1"}))).concepts.tolist() == [True]


def test_opening_copies_nothing(tmp_path: Path) -> None:
    concepts = [
        Concept(
            f"C{n:05}",
            f"name {n}",
            tuple(Alias(f"alias {k} of {n}", ("en", "de")[k % 2]) for k in range(4)),
            ("disorder",),
            "a definition that takes some room",
            (f"C{n // 3:05}",) if n else (),
        )
        for n in range(5_000)
    ]
    build_terminology(concepts, tmp_path / "t", name="t")
    size = sum(place.stat().st_size for place in (tmp_path / "t").rglob("*.arrow"))
    assert size > 1_000_000
    before = pa.total_allocated_bytes()
    terminology = Terminology.open(tmp_path / "t")
    assert not terminology.alias_concepts.flags.writeable
    assert not terminology.alias_languages.flags.owndata
    assert terminology.concept("C04999").parents == ("C01666",)
    assert terminology.hierarchy.descendants([0]).all()
    chosen = terminology.select(
        Filter(frozenset({"de"}), frozenset({""}), frozenset({"disorder"}), frozenset({"C00001"}))
    )
    assert 0 < chosen.aliases.sum() < terminology.n_aliases / 2
    assert pa.total_allocated_bytes() - before < size / 20


def test_a_rebuild_does_not_disturb_what_is_open(tmp_path: Path) -> None:
    path = tmp_path / "t"
    old = build_terminology(
        [Concept("C1", "x", former_ids=("C0",)), Concept("C2", "y", parents=("C1",))],
        path,
        name="t",
    ).terminology
    new = build_terminology([Concept("C3", "z")], path, name="t").terminology
    assert new.fingerprint != old.fingerprint
    assert old.concept("C2").parents == ("C1",)
    assert old.current_id("C0") == "C1"
    assert old.hierarchy.descendants([0]).tolist() == [True, True]


def test_other_tools_can_read_the_tables(small: Terminology) -> None:
    folder = next(small.path.glob("*/aliases.arrow")).parent
    tables = {}
    for place in folder.glob("*.arrow"):
        with pa.memory_map(str(place)) as source:
            tables[place.stem] = pa.ipc.open_file(source).read_all()
    assert sorted(tables) == ["aliases", "concepts", "former_ids", "relations"]
    assert tables["concepts"]["id"].to_pylist() == [each.id for each in small_concepts()]
    assert tables["aliases"].column_names == ["concept", "text", "language", "kind", "source"]
    texts = [alias.text for concept in stored() for alias in concept.aliases]
    assert tables["aliases"]["text"].to_pylist() == texts
    assert tables["aliases"]["language"].to_pylist()[:2] == ["en", "es"]
    assert tables["relations"]["child"].to_pylist() == [1, 2, 3, 4, 5, 6, 7, 9, 10, 11]
    assert tables["relations"]["parent"].to_pylist() == [0, 1, 0, 3, 0, 0, 0, 8, 9, 0]


def test_damage_is_refused_with_the_way_to_mend_it(small: Terminology, tmp_path: Path) -> None:
    shutil.copytree(small.path, tmp_path / "copy")
    next((tmp_path / "copy").glob("*/aliases.arrow")).unlink()
    for place in (tmp_path / "copy", tmp_path / "nothing"):
        with pytest.raises(ArtifactError, match=f"{place}.*xlink terminology build"):
            Terminology.open(place)


def test_a_regional_name_is_a_name_of_its_language(tmp_path: Path) -> None:
    names = (Alias("dedo do pé", "pt-BR", "preferred"), Alias("toe", "en", "preferred"))
    built = build_terminology([Concept("C1", "toe", names)], tmp_path / "t", name="t").terminology
    assert built.name_of("C1", ["pt"]) == "dedo do pé"
