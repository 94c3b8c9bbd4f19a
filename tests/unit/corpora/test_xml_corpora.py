"""Corpora in XML: E3C (UIMA), CRAFT (Knowtator) and BRONCO150 (BioC)."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.published.bronco import BroncoReader
from xlink.corpora.published.craft import CraftReader
from xlink.corpora.published.e3c import E3cReader
from xlink.errors import DataError, SpecError
from xlink.protocols import CorpusReader
from xlink.tally import Tally
from xlink.types import Document, Mention


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="")
    return path


def read(reader: CorpusReader, path: Path, tally: Tally | None = None) -> list[Document]:
    return list(reader.read([path], Tally() if tally is None else tally))


XMI = """<?xml version="1.0" encoding="UTF-8"?>
<xmi:XMI xmlns:cas="http:///uima/cas.ecore" xmlns:xmi="http://www.omg.org/XMI"
  xmlns:custom="http:///webanno/custom.ecore" xmi:version="2.0">
  <custom:CLINENTITY xmi:id="9" sofa="1" begin="16" end="20" entityID="CUILESS"
    entityIDEN="C0010200"/>
  <custom:CLINENTITY xmi:id="8" sofa="1" begin="3" end="9" entityID="C0015967"/>
  <custom:CLINENTITY xmi:id="7" sofa="1" begin="0" end="20" discontinuous="DISCONTINUOUS"/>
  <custom:EVENT xmi:id="6" sofa="1" begin="3" end="9"/>
  <custom:METADATA xmi:id="5" sofa="1" begin="0" end="0" docLanguage="es"/>
  <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text"
    sofaString="Con fiebre.&#13;&#10;Sin tos."/>
</xmi:XMI>
"""


def test_e3c_is_read_with_its_language_and_nil(tmp_path: Path) -> None:
    write(tmp_path / "layer1" / "ES1.xml", XMI.replace('"16" end="20"', '"17" end="20"'))
    tally = Tally()
    (document,) = read(E3cReader(), tmp_path, tally)
    assert (document.id, document.language) == ("ES1", "es")
    assert document.text == "Con fiebre.\r\nSin tos."
    assert [(each.id, each.text, each.gold) for each in document.mentions] == [
        ("7", "Con fiebre.\r\nSin tos", None),
        ("8", " fiebr", frozenset({"C0015967"})),
        ("9", "tos", frozenset()),
    ]
    assert tally.counts() == {
        "entity without a CUI: unannotated": 1,
        "discontinuous mention annotated over its whole width": 1,
    }
    (document,) = read(E3cReader(cuis="english"), tmp_path / "layer1" / "ES1.xml")
    assert document.mentions[2].gold == frozenset({"C0010200"})


def test_e3c_counts_in_utf16(tmp_path: Path) -> None:
    content = XMI.replace("Con fiebre.&#13;&#10;Sin tos.", "\U0001f912 fiebre, mucha tos")
    (document,) = read(E3cReader(), write(tmp_path / "ES1.xml", content))
    assert document.mentions[1].text == "fiebre"
    assert document.mentions[1].spans == ((2, 8),)
    with pytest.raises(DataError, match="leave the text"):
        read(E3cReader(), write(tmp_path / "ES2.xml", content.replace('"3" end', '"1" end')))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("</xmi:XMI>", "", "it is not XML"),
        ("cas:Sofa", "cas:Sofas", "it has no text"),
        ('begin="3"', 'begin="x"', r"line 6: begin is 'x', not a number"),
        ('xmi:id="9"', 'xmi:id="8"', "mention '8' was there before"),
        ('begin="3"', "", r"line 6: <CLINENTITY> has no 'begin'"),
        ('end="9" entityID', 'end="99" entityID', "line 6: .* leave the text"),
        ('version="1.0" encoding="UTF-8"?>', 'version="1.0" encoding="UTF-8"?><!DOCTYPE x '
         '[<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', "it declares entities"),
    ],
)  # fmt: skip
def test_broken_xmi_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in XMI
    path = write(tmp_path / "ES1.xml", XMI.replace(old, new))
    with pytest.raises(DataError, match=problem):
        read(E3cReader(), path)


def test_a_missing_empty_or_badly_encoded_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ES1.xml"
    with pytest.raises(DataError, match=r"ES1\.xml: it can't be read"):
        read(E3cReader(), path)
    with pytest.raises(DataError, match=r"no \.xml file"):
        read(E3cReader(), tmp_path)
    path.write_bytes(b"")
    with pytest.raises(DataError, match="it is not XML"):
        read(E3cReader(), path)
    path.write_bytes(XMI.replace("tos", "tos\u00f1").encode("latin-1"))
    with pytest.raises(DataError, match="it is not XML"):
        read(E3cReader(), path)
    with pytest.raises(SpecError, match="E3C has no CUIs 'all'"):
        E3cReader(cuis="all")  # type: ignore[arg-type]


def test_an_entity_from_a_file_is_not_expanded(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", "SECRET")
    content = XMI.replace(
        '"UTF-8"?>', f'"UTF-8"?><!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    )
    with pytest.raises(DataError, match="it declares entities"):
        read(E3cReader(), write(tmp_path / "ES1.xml", content))


ARTICLE = "Left and right kidneys of mice.\n"
KNOWTATOR_2 = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<knowtator-project>
  <document id="17" text-file="17.txt">
    <annotation annotator="A" id="I1" type="identity">
      <class id="UBERON:0002113" label="kidney"/>
      <span end="22" id="17-1" start="15">kidneys</span>
    </annotation>
    <annotation annotator="A" id="I2" type="identity">
      <class id="http://purl.obolibrary.org/obo/UBERON_0004538" label="left kidney"/>
      <span end="4" id="17-2" start="0">Left</span>
      <span end="22" id="17-3" start="15">kidneys</span>
    </annotation>
    <annotation annotator="B" id="I3" type="identity">
      <class id="UBERON:0002113" label="kidney"/>
      <span end="22" id="17-4" start="15">kidneys</span>
    </annotation>
    <graph-space id="Old Knowtator Relations"/>
  </document>
</knowtator-project>
"""
KNOWTATOR = """<?xml version="1.0" encoding="UTF-8"?>
<annotations textSource="17.txt">
  <annotation>
    <mention id="I2" />
    <span start="0" end="4" />
    <span start="15" end="22" />
    <spannedText>Left ... kidneys</spannedText>
  </annotation>
  <annotation>
    <mention id="I1" />
    <span start="15" end="22" />
    <spannedText>kidneys</spannedText>
  </annotation>
  <classMention id="I1"><mentionClass id="UBERON:0002113">kidney</mentionClass></classMention>
  <classMention id="I2"><mentionClass id="UBERON:0004538">left kidney</mentionClass></classMention>
</annotations>
"""


def craft(home: Path, content: str, folder: str = "UBERON/UBERON/knowtator-2") -> Path:
    write(home / "articles" / "txt" / "17.txt", ARTICLE)
    write(home / "articles" / "ids" / "craft-ids-dev.txt", "17\n")
    name = "17.xml" if "MONDO" in folder else "17.txt.knowtator.xml"
    write(home / "concept-annotation" / folder / name, content)
    return home


@pytest.mark.parametrize(
    ("folder", "content", "n_repeated"),
    [
        ("UBERON/UBERON/knowtator-2", KNOWTATOR_2, 1),
        ("UBERON/UBERON/knowtator", KNOWTATOR, 0),
    ],
)
def test_craft_is_read_in_both_formats(
    tmp_path: Path, folder: str, content: str, n_repeated: int
) -> None:
    tally = Tally()
    reader = CraftReader(ontology="UBERON", split="dev")
    (document,) = read(reader, craft(tmp_path, content, folder), tally)
    assert document == Document(
        "17",
        ARTICLE,
        "en",
        (
            Mention(
                "T1", ((0, 4), (15, 22)), "Left kidneys", "UBERON", frozenset({"UBERON:0004538"})
            ),
            Mention("T2", ((15, 22),), "kidneys", "UBERON", frozenset({"UBERON:0002113"})),
        ),
    )
    assert tally["annotation repeated"] == n_repeated
    assert len(tally.counts()) == n_repeated


def test_craft_has_mondo_under_another_name(tmp_path: Path) -> None:
    folder = "MONDO/MONDO_without_genotype_annotations/knowtator-2"
    (document,) = read(
        CraftReader(ontology="MONDO", split="dev"), craft(tmp_path, KNOWTATOR_2, folder)
    )
    assert len(document.mentions) == 2
    reader = CraftReader(ontology="MONDO", annotations="MONDO_with", split="dev")
    with pytest.raises(DataError, match="no folder knowtator-2 or knowtator"):
        read(reader, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("</document>", "", "it is not XML"),
        ('end="22"', 'end="220"', "line 4: .* leave the text"),
        ('<class id="UBERON:0002113" label="kidney"/>', "", "line 4: an annotation has no concept"),
        (' start="15"', "", "has no 'start'"),
    ],
)
def test_broken_annotations_of_craft_are_refused(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    craft(tmp_path, KNOWTATOR_2.replace(old, new))
    with pytest.raises(DataError, match=problem):
        read(CraftReader(ontology="UBERON", split="dev"), tmp_path)


def test_articles_of_craft_that_are_missing_are_refused(tmp_path: Path) -> None:
    craft(tmp_path, KNOWTATOR_2)
    reader = CraftReader(ontology="UBERON", split="dev")
    with pytest.raises(DataError, match=r"craft-ids-train\.txt: it can't be read"):
        read(CraftReader(ontology="UBERON"), tmp_path)
    write(tmp_path / "articles" / "ids" / "craft-ids-dev.txt", "17\n18\n")
    write(tmp_path / "articles" / "txt" / "18.txt", "x")
    with pytest.raises(DataError, match="no annotations of the article 18"):
        read(reader, tmp_path)
    (tmp_path / "articles" / "txt" / "18.txt").unlink()
    with pytest.raises(DataError, match=r"18\.txt: it can't be read"):
        read(reader, tmp_path)
    with pytest.raises(SpecError, match="CRAFT has no split 'all'"):
        CraftReader(ontology="UBERON", split="all")


def bioc(number: int) -> str:
    return f"""<document><id>randomSentSet{number}</id><passage><offset>0</offset>
<text>Karzinom in der Leber.
Gabe von Mittel {number}.</text>
<annotation id="T1"><infon key="type">DIAGNOSIS</infon><location offset="0" length="8"/>
<location offset="16" length="5"/><text>Karzinom Leber</text></annotation>
<annotation id="T3"><infon key="type">DIAGNOSIS</infon><location offset="0" length="8"/>
<text>Karzinom</text></annotation>
<annotation id="T2"><infon key="type">MEDICATION</infon><location offset="32" length="8"/>
<text>Mittel {number}</text></annotation>
<relation id="N1"><infon key="type">Normalization</infon><node refid="ICD10:C22,0+" role="T1"/>
</relation><relation id="N2"><infon key="type">Normalization</infon>
<node refid="ATC:L01XE05" role="T2"/></relation>
<relation id="A1"><infon key="type">Attribute</infon><node refid="T1" role="Negation"/></relation>
</passage></document>"""


def bronco(home: Path, sets: tuple[int, ...] = (3, 1, 2, 5, 4)) -> Path:
    documents = "".join(bioc(each) for each in sets)
    head = '<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd">'
    return write(
        home / "bioCFiles" / "BRONCO150.xml",
        f"{head}<collection><source/><date/><key/>{documents}</collection>",
    )


def test_bronco_is_five_documents_with_ids_mended(tmp_path: Path) -> None:
    bronco(tmp_path)
    tally = Tally()
    documents = read(BroncoReader(), tmp_path, tally)
    assert [document.id[-1] for document in documents] == ["1", "2", "3", "4", "5"]
    assert documents[0].mentions == (
        Mention("T3", ((0, 8),), "Karzinom", "DIAGNOSIS", None),
        Mention("T1", ((0, 8), (16, 21)), "Karzinom Leber", "DIAGNOSIS", frozenset({"C22.0"})),
        Mention("T2", ((32, 40),), "Mittel 1", "MEDICATION", frozenset({"L01XE05"})),
    )
    assert tally.counts() == {"id mended": 5}


def test_bronco_by_set_and_label(tmp_path: Path) -> None:
    path = bronco(tmp_path)
    (document,) = read(BroncoReader(split="4", labels="MEDICATION"), path)
    assert [mention.text for mention in document.mentions] == ["Mittel 4"]
    with pytest.raises(SpecError, match="BRONCO150 has no set '6'"):
        BroncoReader(split="6")
    with pytest.raises(SpecError, match="BRONCO150 has no label 'Diagnosis'"):
        BroncoReader(labels=["Diagnosis"])
    bronco(tmp_path, (1, 2))
    with pytest.raises(DataError, match="it has no document 'randomSentSet3'"):
        read(BroncoReader(), path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("</collection>", "", "it is not XML"),
        ('length="8"', 'length="800"', "leave the text"),
        ('length="8"', "", "has no 'length'"),
        ("</passage>", "</passage><passage/>", "has 2 passages, not one"),
        ("<offset>0", "<offset>zero", "'zero' is not a number"),
        ('id="T3"', 'id="T1"', "mention 'T1' was there before"),
    ],
)
def test_broken_bioc_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    path = bronco(tmp_path)
    write(path, path.read_text(encoding="utf-8").replace(old, new))
    with pytest.raises(DataError, match=problem):
        read(BroncoReader(), tmp_path)
