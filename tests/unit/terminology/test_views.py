"""A view has the names of its sources under the ids of another terminology, and says how."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.terminology import BuildReport, fetch
from xlink.terminology.spec import build_from_spec, load_spec
from xlink.terminology.views import View, rekeyed
from xlink.types import Alias, Concept

CUI = re.compile(r"C\d+")


def concept(id_: str, name: str, *xrefs: str, parents: tuple[str, ...] = ()) -> Concept:
    source = id_.partition(":")[0].lower()
    names = (
        Alias(name, "en", "preferred", source),
        Alias(f"{name} syndrome", "en", "synonym", source),
    )
    return Concept(id_, name, names, (source,), parents=parents, xrefs=xrefs, former_ids=("OLD:1",))


def sssom(folder: Path, *rows: str) -> Path:
    path = folder / "maps.sssom.tsv"
    lines = ["subject_id\tpredicate_id\tobject_id", *(row.replace(" ", "\t") for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def view(*mappings: Path, **options: object) -> View:
    return View(prefixes=("UMLS", "UMLS_*"), id=CUI, mappings=mappings, **options)  # type: ignore[arg-type]


def seen(
    concepts: list[Concept], through: View, tally: Tally | None = None
) -> dict[str, list[Concept]]:
    """Return the records of a view by id."""
    found: dict[str, list[Concept]] = {}
    counts = tally if tally is not None else Tally()
    for each in rekeyed(lambda _: concepts, through, counts):
        found.setdefault(each.id, []).append(each)
    return found


class TestTargets:
    def test_of_xrefs_with_any_spelling_of_the_prefix(self) -> None:
        concepts = [
            concept("T:1", "sore toe", "UMLS:C1", "OMIM:7"),
            concept("T:2", "lost toe", " umls_cui: C2 "),
            concept("T:3", "new toe", "UMLSX:C3"),
        ]
        found = seen(concepts, view())
        assert set(found) == {"C1", "C2"}
        assert found["C1"][0].xrefs == ("T:1", "OMIM:7")
        assert found["C1"][0].former_ids == ()

    def test_a_concept_of_the_view_itself_keeps_its_id(self) -> None:
        concepts = [concept("UMLS:C1", "sore toe", "UMLS:C2"), concept("T:1", "toe", "UMLS:C1")]
        found = seen(concepts, view())
        assert [each.xrefs for each in found["C1"]] == [(), ("T:1",)]
        assert set(found) == {"C1"}

    def test_xrefs_can_be_left_aside(self) -> None:
        assert not seen([concept("T:1", "sore toe", "UMLS:C1")], view(xrefs=False))

    def test_of_mappings_in_either_direction(self, tmp_path: Path) -> None:
        path = sssom(tmp_path, "T:1 skos:exactMatch UMLS:C1", "UMLS:C2 skos:exactMatch T:2")
        found = seen([concept("T:1", "sore toe"), concept("T:2", "lost toe")], view(path))
        assert set(found) == {"C1", "C2"}

    def test_of_the_predicates_that_are_asked_for(self, tmp_path: Path) -> None:
        rows = ("T:1 skos:closeMatch UMLS:C1", "T:1 skos:broadMatch UMLS:C2")
        path = sssom(tmp_path, *rows, "UMLS:C3 skos:narrowMatch T:1", "UMLS:C4 skos:broadMatch T:1")
        toes = [concept("T:1", "sore toe")]
        assert not seen(toes, view(path))
        assert set(seen(toes, view(path, predicates=("skos:closeMatch",)))) == {"C1"}
        assert set(seen(toes, view(path, predicates=("skos:broadMatch",)))) == {"C2", "C3"}

    def test_one_step_through_another_terminology(self, tmp_path: Path) -> None:
        rows = ("M:1 skos:exactMatch UMLS:C1", "M:1 skos:exactMatch T:1", "T:1 skos:exactMatch S:1")
        path = sssom(tmp_path, *rows)
        found = seen([concept("T:1", "sore toe"), concept("S:1", "far toe")], view(path))
        assert [each.name for each in found["C1"]] == ["sore toe"], "two steps are one too many"

    def test_the_step_is_taken_only_by_what_has_no_id_of_its_own(self, tmp_path: Path) -> None:
        path = sssom(tmp_path, "M:1 skos:exactMatch UMLS:C1", "M:1 skos:exactMatch T:1")
        assert set(seen([concept("T:1", "sore toe", "UMLS:C5")], view(path))) == {"C5"}

    def test_mappings_of_a_former_id_hold_for_the_current_one(self, tmp_path: Path) -> None:
        tally = Tally()
        path = sssom(tmp_path, "OLD:1 skos:exactMatch UMLS:C1")
        assert set(seen([concept("T:1", "sore toe")], view(path), tally)) == {"C1"}
        assert tally["view: mapping moved from a former id"] == 1
        assert tally["view: mapped id that no source has"] == 0

    def test_malformed_ids_are_counted(self, tmp_path: Path) -> None:
        tally = Tally()
        path = sssom(tmp_path, "T:1 skos:exactMatch UMLS:X")
        assert not seen([concept("T:1", "sore toe", "UMLS:7")], view(path), tally)
        assert tally["view: xref skipped: its id has another form"] == 1
        assert tally["view: mapping skipped: its id has another form"] == 1
        assert tally["view: concept left out: no id leads to the view"] == 1
        assert tally["view: mapped id that no source has"] == 0

    def test_mapped_ids_that_are_in_no_source_are_counted(self, tmp_path: Path) -> None:
        tally = Tally()
        path = sssom(tmp_path, "T:1 skos:exactMatch UMLS:C1", "T:2 skos:exactMatch UMLS:C2")
        seen([concept("T:1", "sore toe")], view(path), tally)
        assert tally["view: mapped id that no source has"] == 1

    def test_records_of_one_concept_may_come_in_any_order(self) -> None:
        records = [
            Concept("T:1", "sore toe", (Alias("sore toe", "en", "preferred"),)),
            Concept("T:1", "", xrefs=("UMLS:C1",)),
        ]
        assert [each.name for each in seen(records, view())["C1"]] == ["sore toe", ""]


class TestConflicts:
    @pytest.mark.parametrize(
        ("several", "ids"), [("all", {"C1", "C2"}), ("mapped", {"C1"}), ("skip", set())]
    )
    def test_several_ids_of_one_concept(self, tmp_path: Path, several: str, ids: set[str]) -> None:
        tally = Tally()
        path = sssom(tmp_path, "T:1 skos:exactMatch UMLS:C1")
        toes = [concept("T:1", "sore toe", "UMLS:C2")]
        assert set(seen(toes, view(path, several=several), tally)) == ids
        assert tally["view: concept with several ids: all have its names"] == (several == "all")
        assert tally["view: concept left out: several ids lead to the view"] == (several == "skip")

    def test_mapped_ids_one_step_away_go_before_xrefs(self, tmp_path: Path) -> None:
        path = sssom(tmp_path, "M:1 skos:exactMatch UMLS:C1", "M:1 skos:exactMatch T:1")
        toes = [concept("T:1", "sore toe", "UMLS:C2", "UMLS:C3")]
        assert set(seen(toes, view(path, several="mapped"))) == {"C1"}

    def test_several_concepts_of_one_id_are_united(self) -> None:
        tally = Tally()
        concepts = [
            concept("M:1", "sore toe", "UMLS:C1"),
            concept("H:1", "toe pain", "UMLS:C1"),
            concept("H:2", "nail pain", "UMLS:C2"),
            concept("H:3", "pain of nail", "UMLS:C2"),
        ]
        found = seen(concepts, view(), tally)
        assert [(a.text, a.kind, a.source) for each in found["C1"] for a in each.aliases] == [
            ("sore toe", "preferred", "m"),
            ("sore toe syndrome", "synonym", "m"),
            ("toe pain", "synonym", "h"),
            ("toe pain syndrome", "synonym", "h"),
        ]
        assert tally["view: id united from concepts of several terminologies"] == 1
        assert tally["view: id united from concepts of one terminology"] == 1

    def test_each_language_has_its_own_preferred_name(self) -> None:
        spanish = Concept("H:1", "dedo", (Alias("dedo", "es", "preferred"),), xrefs=("UMLS:C1",))
        found = seen([concept("T:1", "toe", "UMLS:C1"), spanish], view())
        assert found["C1"][1].aliases[0].kind == "preferred"


class TestHierarchy:
    def test_parents_are_the_nearest_that_the_view_has(self) -> None:
        concepts = [
            concept("T:1", "disease", "UMLS:C1"),
            concept("T:2", "pain", parents=("T:1", "T:9")),
            concept("T:3", "sore toe", "UMLS:C3", parents=("T:2",)),
        ]
        assert seen(concepts, view())["C3"][0].parents == ("C1",)

    def test_a_parent_of_the_same_id_is_none(self) -> None:
        concepts = [
            concept("T:1", "disease", "UMLS:C1"),
            concept("T:2", "disease too", "UMLS:C1", parents=("T:1",)),
        ]
        assert [each.parents for each in seen(concepts, view())["C1"]] == [(), ()]

    def test_cycles_end(self) -> None:
        concepts = [
            concept("T:1", "egg", parents=("T:2",)),
            concept("T:2", "hen", parents=("T:1",)),
            concept("T:3", "chick", "UMLS:C3", parents=("T:1",)),
        ]
        assert seen(concepts, view())["C3"][0].parents == ()


HEAD = 'name = "toes"\ntitle = "Toes"\nversion = "1"\nlicence = "CC0-1.0"\n'
SOURCES = """
[[source]]
kind = "table"
files = "toes.tsv"
id = "id"
name = "name"
language_value = "en"
xrefs = { cui = "UMLS:" }

[[source]]
kind = "table"
label = "ward"
files = "ward.tsv"
extends = true
id = "id"
name = "name"
language_value = "es"
"""
VIEW = '[view]\nprefixes = "UMLS"\nid = \'C\\d\'\nmappings = "maps.sssom.tsv"\n'


class TestSpecification:
    @pytest.fixture
    def toml(self, tmp_path: Path) -> Path:
        (tmp_path / "toes.tsv").write_text("id\tname\tcui\nT:1\tsore toe\tC1\nT:2\tlost toe\t\n")
        (tmp_path / "ward.tsv").write_text("id\tname\nT:2\tdedo perdido\n")
        sssom(tmp_path, "T:2 skos:exactMatch UMLS:C2")
        return tmp_path / "toes.toml"

    def built(self, toml: Path, content: str) -> BuildReport:
        toml.write_text(content)
        return build_from_spec(load_spec(toml), toml.parent / "out")

    def test_extensions_follow_their_concepts_and_keep_their_source(self, toml: Path) -> None:
        terminology = self.built(toml, HEAD + SOURCES + VIEW).terminology
        assert [each.id for each in terminology.concepts()] == ["C1", "C2"]
        lost = terminology.concept("C2")
        assert {(a.text, a.source) for a in lost.aliases} == {
            ("lost toe", "toes"),
            ("dedo perdido", "ward"),
        }
        assert lost.xrefs == ("T:2",)

    def test_the_view_is_recorded(self, toml: Path) -> None:
        origin = self.built(toml, HEAD + SOURCES + VIEW).terminology.facts["origin"]
        assert isinstance(origin, dict)
        assert origin["view"] == {
            "prefixes": ["UMLS"],
            "id": r"C\d",
            "mappings": ["maps.sssom.tsv"],
            "predicates": ["skos:exactMatch"],
            "xrefs": True,
            "several": "all",
            "on_error": "raise",
        }

    def test_nothing_is_counted_twice(self, toml: Path) -> None:
        toml.with_name("ward.tsv").write_text("id\tname\nT:9\tdedo\n")
        tally = self.built(toml, HEAD + SOURCES + VIEW).tally
        assert tally["ward: names skipped, for no concept has this id"] == 1

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ("[view]\n", r"the key `view\.prefixes` is missing"),
            (VIEW + "mapping = 1\n", r"`view\.mapping` is unknown\. Did you mean 'mappings'"),
            (VIEW + 'several = "some"\n', r"`view\.several`: .*'all'"),
            ("[view]\nprefixes = 'U'\nid = '('\n", r"`view\.id`: "),
        ],
    )
    def test_what_is_wrong_is_named(self, toml: Path, table: str, message: str) -> None:
        with pytest.raises(SpecError, match=message):
            self.built(toml, HEAD + SOURCES + table)

    def test_a_tolerant_view_counts_broken_rows(self, toml: Path) -> None:
        sssom(toml.parent, "T:2 skos:exactMatch UMLS:C2", "T:1 cut")
        with pytest.raises(DataError, match=r"maps\.sssom\.tsv, line 3: a row of 2 cells"):
            self.built(toml, HEAD + SOURCES + VIEW)
        tally = self.built(toml, HEAD + SOURCES + VIEW + 'on_error = "skip"\n').tally
        broken = "row skipped in maps.sssom.tsv: a row of 2 cells under a header of 3"
        assert tally[broken] == 1

    def test_equal_content_makes_equal_bytes(self, toml: Path) -> None:
        first = self.built(toml, HEAD + SOURCES + VIEW).terminology.fingerprint
        assert self.built(toml, HEAD + SOURCES + VIEW).terminology.fingerprint == first

    def test_a_mapping_file_must_be_there(self, toml: Path) -> None:
        with pytest.raises(DataError, match=r"none\.tsv: there is no such file"):
            self.built(toml, HEAD + SOURCES + VIEW.replace("maps.sssom", "none"))


@pytest.fixture
def only_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    def skip(wheel: str, *_: object) -> None:
        pytest.skip(f"{wheel} is not in the cache")

    monkeypatch.setattr(fetch, "_pip_download", skip)


@pytest.mark.slow
@pytest.mark.usefixtures("only_cached")
@pytest.mark.parametrize(("name", "n_concepts"), [("cui-view", 34_000), ("snomed-view", 19_500)])
def test_open_views_of_real_content(tmp_path: Path, name: str, n_concepts: int) -> None:
    if "XLINK_DATA" not in os.environ:
        pytest.skip(f"{name}: XLINK_DATA is not set")
    terminology = build_from_spec(load_spec(name), tmp_path / name).terminology
    assert terminology.n_concepts >= n_concepts
