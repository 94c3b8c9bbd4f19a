"""ClaML classes become concepts, with the codes that modifiers make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.builder import build_terminology
from xlink.terminology.sources.claml import ClamlSource
from xlink.types import Alias, Concept

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE ClaML SYSTEM "ClaML.dtd">\n'


def rubric(kind: str, *labels: str) -> str:
    return f'<Rubric id="r" kind="{kind}">{"".join(labels)}</Rubric>'


def label(text: str, language: str = "en") -> str:
    return f'<Label xml:lang="{language}" xml:space="default">{text}</Label>'


def claml(*elements: str) -> str:
    body = "\n".join(elements)
    return f'{HEAD}<ClaML version="2.0.0">\n<Title name="Toes" date="2026"/>\n{body}\n</ClaML>\n'


def make(code: str, name: str, *parents: str, kind: str = "category", more: str = "") -> str:
    above = "".join(f'<SuperClass code="{parent}"/>' for parent in parents)
    return (
        f'<Class code="{code}" kind="{kind}">{above}{more}'
        f"{rubric('preferred', label(name))}</Class>"
    )


TOE = f"""<Class code="T00" kind="category"><Meta name="x" value="1"/>
<SuperClass code="I"/><SubClass code="T00.1"/>
{rubric("preferred", label("Sore toe"), label("Wunder Zeh", "de"))}
{rubric("inclusion", label('Aching  toe <Reference class="in brackets">T01</Reference>'))}
{rubric("inclusion", label("<Fragment>Toe</Fragment><Fragment>pain</Fragment>"))}
{rubric("exclusion", label("Lost toe"))}
{rubric("definition", label("<Para>A toe that is sore.</Para>"))}
</Class>"""
CHAPTER = make("I", "Toes", kind="chapter")
SIDES = [
    f'<ModifierClass modifier="SIDE" code="{code}"><SuperClass code="SIDE"/>'
    f"{rubric('preferred', label(name))}</ModifierClass>"
    for code, name in ((".0", "left"), (".1", "right"))
]
AGES = [
    f'<ModifierClass modifier="AGE" code="5">{rubric("preferred", label("old"))}</ModifierClass>'
]
MODIFIED = '<ModifiedBy code="SIDE"/><ModifiedBy code="AGE"/>'


def read(folder: Path, content: str | bytes, **options: Any) -> tuple[list[Concept], Tally]:
    path = folder / "toes.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    tally = Tally()
    return list(ClamlSource(files=(path,), **options).concepts(tally)), tally


def test_a_class_is_read_whole(tmp_path: Path) -> None:
    (chapter, toe), tally = read(tmp_path, claml(CHAPTER, TOE))
    assert chapter == Concept("I", "Toes", (Alias("Toes", "en", "preferred"),), ("chapter",))
    assert toe == Concept(
        id="T00",
        name="Sore toe",
        aliases=(
            Alias("Sore toe", "en", "preferred"),
            Alias("Wunder Zeh", "de", "preferred"),
            Alias("Aching toe", "en"),
            Alias("Toe pain", "en"),
        ),
        types=("category",),
        definition="A toe that is sore.",
        parents=("I",),
    )
    assert not tally


def test_rubrics_and_the_language_can_be_chosen(tmp_path: Path) -> None:
    plain = '<Class code="T1" kind="x"><Rubric kind="preferred"><Label>Toe</Label></Rubric></Class>'
    concepts, _ = read(tmp_path, claml(TOE, plain), synonyms=("exclusion",), language="en-GB")
    assert concepts[0].aliases[-1].text == "Lost toe"
    assert concepts[1].aliases == (Alias("Toe", "en-GB", "preferred"),)


def test_modifiers_make_codes_of_leaves(tmp_path: Path) -> None:
    content = claml(*SIDES, *AGES, make("T1", "Toe", more=MODIFIED), make("T1.1", "Big", "T1"))
    concepts, _ = read(tmp_path, content)
    # T1.1 inherits the modifiers of T1, and T1 itself is no leaf.
    assert {each.id: each.name for each in concepts} == {
        "T1": "Toe",
        "T1.1": "Big",
        "T1.1.0": "Big: left",
        "T1.1.05": "Big: left: old",
        "T1.1.1": "Big: right",
        "T1.1.15": "Big: right: old",
    }
    assert {each.id: each.parents for each in concepts}["T1.1.05"] == ("T1.1.0",)
    assert len(read(tmp_path, content, modifiers=False)[0]) == 2


def test_classes_and_characters_say_what_goes_together(tmp_path: Path) -> None:
    some = '<ModifiedBy all="false" code="SIDE"><ValidModifierClass code=".1"/></ModifiedBy>'
    old = AGES[0].replace(
        'code="5">', 'code="5"><Meta name="excludeOnPrecedingModifier" value="SIDE .1"/>'
    )
    toe, nail = make("T1", "Toe", more=some), make("N1", "Nail", more=MODIFIED)
    concepts, _ = read(tmp_path, claml(*SIDES, old, toe, nail))
    assert [each.id for each in concepts] == ["T1", "N1", "T1.1", "N1.0", "N1.05", "N1.1"]


def test_modifiers_can_be_excluded_or_undefined(tmp_path: Path) -> None:
    toe = make("T1", "Toe", more='<ModifiedBy code="SIDE"/><ModifiedBy code="NONE"/>')
    big = make("T1.1", "Big", "T1", more='<ExcludeModifier code="SIDE"/>')
    concepts, tally = read(tmp_path, claml(*SIDES, toe, big))
    assert [each.id for each in concepts] == ["T1", "T1.1"]
    assert tally["modifier skipped: it is not defined"] == 1


def test_cycles_gaps_and_duplicates_are_counted(tmp_path: Path) -> None:
    content = claml(
        *SIDES, make("A", "A", "B"), make("B", "B", "A"), make("C", "C", "Z"), make("C", "C")
    )
    unnamed = '<Class code="D" kind="category"/>'
    concepts, tally = read(tmp_path, content.replace("</ClaML>", f"{unnamed}</ClaML>"))
    assert tally["class merged with an earlier one of the same code"] == 1
    assert tally["class skipped: it has no preferred label"] == 1
    built = build_terminology(concepts, tmp_path / "built", name="toes", tally=tally)
    assert built.terminology.n_concepts == 3
    assert tally["concept on a cycle of parents"] == 2
    assert tally["parent skipped: no such concept"] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"toes\.xml, line 1: it is not XML"),
        (claml(TOE)[:300], "line 7: it is not XML"),
        (claml(TOE).encode().replace(b"Sore", b"\xff"), "line 7: it is not XML"),
        (claml(), "it has no classes"),
        (claml('<Class kind="category"/>'), "line 5: a Class without 'code'"),
        (claml(TOE, '<ModifierClass code="1"/>'), "a ModifierClass without 'modifier'.*on_error"),
    ],
)
def test_faults_are_placed(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_faulty_classes_can_be_skipped(tmp_path: Path) -> None:
    concepts, tally = read(tmp_path, claml("<Class/>", TOE), on_error="skip")
    assert [each.id for each in concepts] == ["T00"]
    assert tally["class skipped: it can't be read"] == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.xml: it can't be read"):
        list(ClamlSource(files=(tmp_path / "none.xml",)).concepts(Tally()))
