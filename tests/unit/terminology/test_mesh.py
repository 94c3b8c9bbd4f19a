"""MeSH records become concepts; trees give parents, translations their languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.builder import build_terminology
from xlink.terminology.sources.mesh import MeshSource
from xlink.types import Alias, Concept

HEAD = '<?xml version="1.0"?>\n<!DOCTYPE DescriptorRecordSet SYSTEM "https://x.test/desc.dtd">\n'


def term(text: str, ui: str = "T1", permuted: str = "N", tag: str = "NON") -> str:
    return (
        f'<Term IsPermutedTermYN="{permuted}" LexicalTag="{tag}"><TermUI>{ui}</TermUI>'
        f"<String>{text}</String></Term>\n"
    )


def descriptor(ui: str, name: str, terms: str = "", trees: str = "", narrower: str = "") -> str:
    numbers = "".join(f"<TreeNumber>{number}</TreeNumber>" for number in trees.split())
    return f"""<DescriptorRecord DescriptorClass="1"><DescriptorUI>{ui}</DescriptorUI>
<DescriptorName><String>{name}</String></DescriptorName>
<TreeNumberList>{numbers}</TreeNumberList>
<ConceptList>
<Concept PreferredConceptYN="Y"><ScopeNote> About {ui}. </ScopeNote>
<TermList>{terms}</TermList></Concept>
<Concept PreferredConceptYN="N"><TermList>{narrower}</TermList></Concept>
</ConceptList></DescriptorRecord>
"""


def record_set(*records: str, language: str = "eng") -> str:
    return (
        f'{HEAD}<DescriptorRecordSet LanguageCode="{language}">\n'
        f"{''.join(records)}</DescriptorRecordSet>\n"
    )


TOE = descriptor("D1", "Toe Pain", term("Toe Pain") + term("Pain, Toe", permuted="Y"), "C01.5")
FOOT = descriptor("D0", "Foot Diseases", trees="C01 F03")
SUPPLEMENTARY = """<SupplementalRecordSet LanguageCode="eng">
<SupplementalRecord SCRClass="3"><SupplementalRecordUI>C9</SupplementalRecordUI>
<SupplementalRecordName><String>Odd toe</String></SupplementalRecordName>
<HeadingMappedToList><HeadingMappedTo><DescriptorReferredTo>
<DescriptorUI>*D1</DescriptorUI><DescriptorName><String>Toe Pain</String></DescriptorName>
</DescriptorReferredTo></HeadingMappedTo></HeadingMappedToList>
<ConceptList><Concept PreferredConceptYN="Y"><TermList/></Concept></ConceptList>
</SupplementalRecord></SupplementalRecordSet>
"""


def read(folder: Path, content: str | bytes, **options: Any) -> tuple[list[Concept], Tally]:
    path = folder / "desc.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    tally = Tally()
    return list(MeshSource(files=(path,), **options).concepts(tally)), tally


def test_a_descriptor_is_read_whole(tmp_path: Path) -> None:
    narrower = term("Big toe pain") + term("BTP", tag="ABB")
    toe = descriptor(
        "D1", "Toe Pain", term("Toe Pain") + term("Pain, Toe", "T2", "Y"), "C1.5", narrower
    )
    (concept, foot, parent), tally = read(
        tmp_path, record_set(toe, descriptor("D0", "F", "", "C1"))
    )
    assert concept == Concept(
        id="D1",
        name="Toe Pain",
        aliases=(
            Alias("Toe Pain", "en", "preferred"),
            Alias("Big toe pain", "en"),
            Alias("BTP", "en", "abbreviation"),
        ),
        types=("Diseases",),
        definition="About D1.",
    )
    assert foot.id == "D0"
    assert parent == Concept("D1", "", parents=("D0",))
    assert not tally


def test_options_choose_terms(tmp_path: Path) -> None:
    toe = descriptor("D1", "Toe", term("Toes, Big", permuted="Y"), narrower=term("Big toe"))
    (concept,), _ = read(tmp_path, record_set(toe), narrower=False, permuted=True)
    assert [alias.text for alias in concept.aliases] == ["Toe", "Toes, Big"]


def test_supplementary_records_hang_on_headings(tmp_path: Path) -> None:
    (concept,), _ = read(tmp_path, SUPPLEMENTARY)
    assert concept.id == "C9"
    assert concept.parents == ("D1",)
    assert concept.types == ("Supplementary: disease",)


def test_translations_keep_the_english_names(tmp_path: Path) -> None:
    terms = term("Mal d'orteil", "fre0001") + term("Toe ache", "T7")
    toe = descriptor("D1", "Douleur d'orteil[Toe Pain]", terms)
    (concept,), _ = read(tmp_path, record_set(toe, language="fre"))
    assert concept.name == "Toe Pain"
    assert concept.aliases == (
        Alias("Douleur d'orteil", "fr", "preferred"),
        Alias("Toe Pain", "en", "preferred"),
        Alias("Mal d'orteil", "fr"),
        Alias("Toe ache", "en"),
    )


def test_gaps_in_the_tree_and_duplicates_are_counted(tmp_path: Path) -> None:
    odd = descriptor("D2", "Nail", trees="C07.1.2")
    concepts, tally = read(tmp_path, record_set(FOOT, TOE, TOE, odd))
    assert tally["tree number skipped: nothing stands above it"] == 1
    built = build_terminology(concepts, tmp_path / "built", name="mesh", tally=tally)
    assert built.terminology.n_concepts == 3
    assert tally["repeated alias merged"] == 1
    assert built.terminology.concept("D1").parents == ("D0",)
    assert built.terminology.concept("D0").types == ("Diseases", "Psychiatry and Psychology")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"desc\.xml, line 1: it is not XML"),
        (record_set(TOE)[:400], "line 8: it is not XML"),
        (record_set(TOE).encode().replace(b"Toe Pain", b"Toe \xff"), "line 5: it is not XML"),
        ("<html/>", "it has no descriptors or supplementary records"),
        (record_set(descriptor("", "Toe")), "line 4: a DescriptorRecord without DescriptorUI"),
        (record_set(descriptor("D1", "")), "line 4: .* without DescriptorName.*on_error"),
    ],
)
def test_faults_are_placed(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.xml: it can't be read"):
        list(MeshSource(files=(tmp_path / "none.xml",)).concepts(Tally()))


def test_faulty_records_can_be_skipped(tmp_path: Path) -> None:
    content = record_set(descriptor("", "Toe"), TOE)
    concepts, tally = read(tmp_path, content, on_error="skip")
    assert [each.id for each in concepts] == ["D1"]
    assert tally["record skipped: it can't be read"] == 1
