"""OBO terms become concepts; replaced terms live on as former ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.sources.obo import OboSource
from xlink.types import Alias, Concept

HEADER = "format-version: 1.2\n"
TOE = """
[Term]
id: TOE:1
name: Sore toe
namespace: complaint
alt_id: TOE:8
def: "A toe that is \\"sore\\"." [PMID:1]
subset: common
synonym: "Aching toe" EXACT layperson []
synonym: "ST" EXACT abbreviation []
synonym: "Sore foot" BROAD []
xref: UMLS:C0
is_a: TOE:0 ! Toe

[Term]
id: TOE:0
name: Toe

[Typedef]
id: part_of
name: part of
"""
RETIRED = """
[Term]
id: TOE:5
is_obsolete: true
replaced_by: TOE:6

[Term]
id: TOE:6
is_obsolete: true
replaced_by: TOE:1

[Term]
id: TOE:7
is_obsolete: true
consider: TOE:1

[Term]
id: TOE:10
is_obsolete: true
replaced_by: TOE:11

[Term]
id: TOE:11
is_obsolete: true
replaced_by: TOE:10

[Term]
id: TOE:12
is_obsolete: true
replaced_by: TOE:99
"""


def read(path: Path, content: str, **options: Any) -> tuple[list[Concept], Tally]:
    (path / "toe.obo").write_text(content)
    tally = Tally()
    return list(OboSource(files=(path / "toe.obo",), **options).concepts(tally)), tally


def test_a_term_is_read_whole(tmp_path: Path) -> None:
    (toe, root), tally = read(tmp_path, HEADER + TOE)
    assert toe == Concept(
        id="TOE:1",
        name="Sore toe",
        aliases=(
            Alias("Sore toe", "en", "preferred"),
            Alias("Aching toe", "en", "synonym"),
            Alias("ST", "en", "abbreviation"),
            Alias("Sore foot", "en", "synonym"),
        ),
        types=("complaint", "common"),
        definition='A toe that is "sore".',
        parents=("TOE:0",),
        xrefs=("UMLS:C0",),
        former_ids=("TOE:8",),
    )
    assert root.id == "TOE:0"
    assert not tally


def test_scopes_choose_synonyms(tmp_path: Path) -> None:
    (toe, _), _ = read(tmp_path, HEADER + TOE, scopes=("exact",))
    assert "Sore foot" not in [alias.text for alias in toe.aliases]


def test_replacements_are_followed_to_a_term_in_use(tmp_path: Path) -> None:
    concepts, tally = read(tmp_path, HEADER + TOE + RETIRED)
    assert [(each.id, each.former_ids) for each in concepts[2:]] == [
        ("TOE:1", ("TOE:5",)),
        ("TOE:1", ("TOE:6",)),
    ]
    # TOE:7 has no replacement, 10 and 11 replace each other, 12 is replaced by nothing known.
    assert tally["obsolete term skipped: no single term replaces it"] == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + '\n[Term]\nid: TOE:1\nsynonym: "x EXACT\n', r"toe\.obo, line 5: it is not OBO"),
        (HEADER + "\n[Term\nid: TOE:1\n", "line 3: it is not OBO"),
        ("id,name\n1,toe\n", "line 1: it is not OBO"),
        ("\x00\x01", "line 1: it is not OBO"),
    ],
)
def test_a_break_of_syntax_is_placed(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.obo: it can't be read"):
        list(OboSource(files=(tmp_path / "none.obo",)).concepts(Tally()))
    (tmp_path / "latin.obo").write_bytes(
        b"format-version: 1.2\n\n[Term]\nid: T:1\nname: \xe9\xff\n"
    )
    with pytest.raises(DataError, match="UTF-8"):
        list(OboSource(files=(tmp_path / "latin.obo",)).concepts(Tally()))
