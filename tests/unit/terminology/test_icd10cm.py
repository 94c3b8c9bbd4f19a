"""The tabular list gives chapters, sections and codes, with the codes of seventh characters."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.sources.icd10cm import Icd10CmSource
from xlink.types import Concept

TABULAR = """<?xml version="1.0"?>
<ICD10CM.tabular><version>2026</version>
<chapter><name>1</name><desc>Ailments of toes (T00-T09)</desc>
 <includes><note>feet</note></includes>
 <section id="T00-T04"><desc>Sore toes (T00-T04)</desc>
  <diag><name>T00</name><desc>Sore toe</desc>
   <inclusionTerm><note>Aching toe</note><note>Toe ache</note></inclusionTerm>
   <sevenChrDef>
    <extension char="A">initial</extension><note>once</note><extension char="D">later</extension>
   </sevenChrDef>
   <diag><name>T00.1</name><desc>Sore big toe</desc></diag>
   <diag><name>T00.2</name><desc>Sore small toe</desc>
    <sevenChrDef><extension char="1">left</extension></sevenChrDef>
    <diag><name>T00.234</name><desc>Sore fifth toe</desc></diag>
   </diag>
  </diag>
 </section>
 <section id="T05"><desc>Lost toes (T05)</desc>
  <diag><name>T05</name><desc>Lost toe</desc></diag>
 </section>
</chapter>
</ICD10CM.tabular>
"""


def read(path: Path, content: str, codes: str | None = None) -> tuple[dict[str, Concept], Tally]:
    files = [path / "tabular.xml"]
    files[0].write_text(content)
    if codes is not None:
        files.append(path / "codes.txt")
        files[1].write_text(codes)
    tally = Tally()
    concepts = list(Icd10CmSource(files=tuple(files)).concepts(tally))
    by_id = {concept.id: concept for concept in concepts}
    assert len(by_id) == len(concepts)
    return by_id, tally


def test_the_hierarchy_and_the_names(tmp_path: Path) -> None:
    concepts, _ = read(tmp_path, TABULAR)
    assert concepts["1"].name == "Ailments of toes"
    assert concepts["T00-T04"].parents == ("1",)
    assert concepts["T00"].parents == ("T00-T04",)
    assert concepts["T00.1"].parents == ("T00",)
    assert [(a.text, a.kind) for a in concepts["T00"].aliases] == [
        ("Sore toe", "preferred"),
        ("Aching toe", "synonym"),
        ("Toe ache", "synonym"),
    ]


def test_seventh_characters_are_inherited_padded_and_overridden(tmp_path: Path) -> None:
    concepts, _ = read(tmp_path, TABULAR)
    extended = {each: concepts[each].name for each in concepts if len(each) == 8}
    assert extended == {
        "T00.1XXA": "Sore big toe, initial",
        "T00.1XXD": "Sore big toe, later",
        "T00.2341": "Sore fifth toe, left",
    }
    assert concepts["T00.1XXA"].parents == ("T00.1",)


def test_a_section_of_one_category_gives_way_to_it(tmp_path: Path) -> None:
    concepts, tally = read(tmp_path, TABULAR)
    assert (concepts["T05"].name, concepts["T05"].parents) == ("Lost toe", ("1",))
    assert tally["section skipped: it has the id of its one category"] == 1


def test_the_list_of_codes_has_the_last_word(tmp_path: Path) -> None:
    codes = "1 x\nT00-T04\nT00\nT001\nT002\nT00234\nT001XXA\n\nT002341\nT05\n"
    concepts, tally = read(tmp_path, TABULAR, codes)
    assert "T00.1XXA" in concepts
    assert "T00.1XXD" not in concepts
    assert tally["code skipped: it is not on the list of codes"] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"tabular\.xml, line 1: it is not XML"),
        (TABULAR[:500], "line 11: it is not XML: Premature end"),
        ("<html><body/></html>", "it has no chapters of codes"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it can't be read"):
        list(Icd10CmSource(files=(tmp_path / "none.xml",)).concepts(Tally()))
    (tmp_path / "list.txt").write_bytes(b"\xff")
    with pytest.raises(DataError, match="not a list of codes"):
        list(Icd10CmSource(files=(tmp_path / "list.txt",)).concepts(Tally()))
