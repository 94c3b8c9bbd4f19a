from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlink.corpora.formats.bioc import BiocReader
from xlink.corpora.formats.bioc_writer import BiocWriter
from xlink.corpora.reading import make_reader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention, Passage

XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>made up</source><date/><key/>
<document><id>11</id>
<passage><infon key="type">title</infon><offset>0</offset><text>Fever &amp; cough</text>
<annotation id="1"><infon key="type">Disease</infon><infon key="MeSH">D1|D2</infon>
<location offset="0" length="5"/><text>Fever</text></annotation>
<relation id="R1"><infon key="type">CID</infon><node refid="1" role="x"/></relation></passage>
<passage><infon key="type">abstract</infon><offset>15</offset>
<sentence><offset>15</offset><text>Left leg and arm.</text>
<annotation id="2"><infon key="type">Anatomy</infon><infon key="identifier">-</infon>
<location offset="15" length="4"/><location offset="28" length="3"/><text>Left arm</text>
</annotation>
</sentence><sentence><offset>33</offset><text>Ok.</text>
<annotation id="2"><infon key="type">Anatomy</infon>
<location offset="33" length="2"/><text>Ok</text></annotation></sentence></passage>
</document>
<document><id>12</id><passage><offset>0</offset></passage></document>
</collection>
"""
TEXT = "Fever & cough  Left leg and arm. Ok."


def write(folder: Path, content: str | bytes, name: str = "c.xml") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, tally: Tally | None = None) -> list[Document]:
    return list(BiocReader(language="en").read([path], Tally() if tally is None else tally))


def collection(*passages: dict[str, object]) -> str:
    return json.dumps({"documents": [{"id": "1", "passages": passages}]})


def passage(offset: int, text: str, *annotations: dict[str, object]) -> dict[str, object]:
    return {"offset": offset, "infons": {}, "text": text, "annotations": annotations}


def annotation(offset: int, length: int, text: str) -> dict[str, object]:
    locations = [{"offset": offset, "length": length}]
    return {
        "id": 1,
        "infons": {"type": "D", "identifier": None},
        "text": text,
        "locations": locations,
    }


def test_every_offset_holds_in_the_text_put_together(tmp_path: Path) -> None:
    tally = Tally()
    document, empty = read(write(tmp_path, XML), tally)
    both = frozenset({"D1", "D2"})
    assert document == Document(
        "11",
        TEXT,
        "en",
        (
            Mention("1", ((0, 5),), "Fever", "Disease", both, composite=True),
            Mention("2", ((15, 19), (28, 31)), "Left arm", "Anatomy", frozenset()),
            Mention("2~2", ((33, 35),), "Ok", "Anatomy"),
        ),
        (Passage("P1", "title", (0, 13)), Passage("P2", "abstract", (15, 36))),
    )
    assert (empty.id, empty.text) == ("12", "")
    assert tally.counts() == {
        "annotation given another id: its own comes twice": 1,
        "relation left out": 1,
    }


@pytest.mark.parametrize("name", ["c.json", "service.json", "list.json", "one.json", "c.jsonl"])
def test_json_comes_in_several_shapes(tmp_path: Path, name: str) -> None:
    one = {"id": "1", "passages": [passage(0, "fever", annotation(0, 5, "fever"))]}
    shapes = {
        "c.json": {"source": "", "documents": [one]},
        "service.json": {"PubTator3": [one]},
        "list.json": [one],
        "one.json": one,
        "c.jsonl": one,
    }
    (document,) = read(write(tmp_path, json.dumps(shapes[name]), name))
    assert document.mentions == (Mention("1", ((0, 5),), "fever", "D"),)


def test_byte_offsets_are_converted_where_told_and_mended_nearby_else(tmp_path: Path) -> None:
    # é has two bytes: the second passage begins at byte 8 and at character 7.
    content = collection(passage(0, "fièvre"), passage(8, "té fort ici", annotation(12, 4, "fort")))
    path = write(tmp_path, content, "c.json")
    reader = make_reader("bioc", {"offsets": "bytes"})
    (document,) = reader.read([path], tally := Tally())
    assert document.text == "fièvre té fort ici"
    assert document.mentions[0].spans == ((10, 14),)
    assert [each.span for each in document.passages] == [(0, 6), (7, 18)]
    assert not tally
    (document,) = read(path, tally)
    assert document.text == "fièvre  té fort ici"
    assert document.mentions[0].text == "fort"
    assert tally.counts() == {"offsets mended: the mention stands nearby": 1}
    with pytest.raises(SpecError, match="'words'"):
        BiocReader(offsets="words")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("c.xml", XML[: XML.index("<sentence>")], "it is not XML"),
        ("c.xml", "<html/>", "no collection of BioC"),
        ("c.xml", XML.replace("<id>12</id>", ""), "line 18: field id: Field required"),
        ("c.xml", XML.replace("<id>12</id>", "<id>11</id>"), "document '11' was there before"),
        ("c.xml", XML.replace('length="5"', 'length="x"'), "line 4: field passages.0.annotations"),
        (
            "c.xml",
            XML.replace('length="5"', 'length="99"'),
            "leave the text.*or read with offsets=bytes",
        ),
        ("c.xml", XML.replace('length="5"', 'length="0"'), "empty|no part|no span"),
        (
            "c.xml",
            XML.replace('"BioC.dtd"', '"BioC.dtd" [<!ENTITY x "y">]').replace("Ok.", "&x;"),
            "entity",
        ),
        ("c.xml", XML.encode().replace(b"Fever", b"Fi\xe8vre"), "it is not XML"),
        ("c.json", "", "it is not JSON"),
        ("c.json", '{"documents": {}}', "not a collection"),
        ("c.json", collection(passage(0, "fever"), passage(3, "cough")), "offset 3 where 5 was"),
        ("c.json", collection(passage(-1, "fever")), "offset -1"),
        ("c.json", collection(passage(10**12, "fever")), "offset 1,000,000,000,000"),
        ("c.jsonl", "\n{", "line 2: the line is not JSON"),
    ],
)
def test_bad_input_is_refused(
    tmp_path: Path, name: str, content: str | bytes, problem: str
) -> None:
    with pytest.raises(DataError, match=problem):
        read(write(tmp_path, content, name))


def test_bytes_outside_the_text_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, collection(passage(0, "é", annotation(0, 9, "é"))), "c.json")
    with pytest.raises(DataError, match=r"bytes \(0, 9\) leave the text"):
        list(BiocReader(offsets="bytes").read([path], Tally()))


def test_ids_that_would_be_misread_are_not_written(tmp_path: Path) -> None:
    mention = Mention("T1", ((0, 5),), "fever", gold=frozenset({"a+b"}))
    with pytest.raises(DataError, match="'a\\+b'"):
        BiocWriter().write([Document("1", "fever", mentions=(mention,))], tmp_path / "d.json")
    wrong = Document("1", "fever", passages=(Passage("p", "x", (0, 9)),))
    with pytest.raises(DataError, match="passage 'p' of '1' has the span"):
        BiocWriter().write([wrong], tmp_path / "d.json")
    assert list(tmp_path.iterdir()) == []
