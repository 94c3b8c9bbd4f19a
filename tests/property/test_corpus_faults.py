"""Files that are cut, garbled or shuffled: a reader reads them or says what is wrong with them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.corpora.formats.bigbio import to_bigbio
from xlink.corpora.formats.bigbio_files import BigbioReader, BigbioWriter
from xlink.corpora.formats.bioc import BiocReader
from xlink.corpora.formats.bioc_writer import BiocWriter
from xlink.corpora.formats.brat import BratReader
from xlink.corpora.formats.pubtator import PubtatorReader
from xlink.corpora.spans import surface
from xlink.errors import DataError
from xlink.protocols import CorpusReader
from xlink.tally import Tally
from xlink.types import Document, Mention, Passage

DOCUMENT = Document(
    "11",
    "Fièvre élevée.\nBras gauche et droit.",
    "fr",
    (
        Mention("T1", ((0, 13),), "Fièvre élevée", "DISO", frozenset({"D1", "D2"})),
        Mention("T2", ((15, 19), (30, 35)), "Bras droit", "ANAT", frozenset()),
    ),
    (Passage("t", "title", (0, 14)),),
)
BRAT = "T1\tDISO 0 13\tFièvre élevée\nN1\tReference T1 UMLS:C1\tx\n"
BRAT += "T2\tANAT 15 19;30 35\tBras droit\n#1\tAnnotatorNotes T2\tC2 C3\nA1\tComposite T2\n"
PUBTATOR = (
    "11|t|Fièvre élevée.\n11|a|Bras.\n11\t0\t13\tFièvre élevée\tDISO\tD1|D2\n11\tCID\tD1\tD2\n"
)
XML = """<collection><document><id>11</id><passage><offset>0</offset><text>Fièvre</text>
<annotation id="1"><infon key="identifier">D1</infon><location offset="0" length="6"/>
<text>Fièvre</text></annotation></passage></document></collection>"""


def written(suffix: str) -> bytes:
    """Return what our writer makes of the document."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"d{suffix}"
        writer = BiocWriter() if suffix == ".json" else BigbioWriter()
        writer.write([DOCUMENT], path)
        return path.read_bytes()


SAMPLES: dict[str, tuple[CorpusReader, bytes]] = {
    "d.txt": (PubtatorReader(), PUBTATOR.encode()),
    "d.ann": (BratReader(notes="C[0-9]"), BRAT.encode()),
    "d.xml": (BiocReader(), XML.encode()),
    "d.json": (BiocReader(offsets="bytes"), written(".json")),
    "d.jsonl": (BigbioReader(), json.dumps(to_bigbio(DOCUMENT)).encode()),
    "d.parquet": (BigbioReader(), written(".parquet")),
}


@st.composite
def spoilt(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw `content` with a stretch of it cut out, doubled, or put in the place of another."""
    places = st.integers(0, len(content))
    (start, end), other = sorted([draw(places), draw(places)]), draw(places)
    middle = draw(st.sampled_from([b"", content[start:end] * 2, content[other : other + 9], b"9"]))
    return content[:start] + middle + content[end:]


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=40)
@given(data=st.data())
def test_a_spoilt_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    reader, content = SAMPLES[name]
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data.draw(spoilt(content)))
        if name == "d.ann":
            path.with_suffix(".txt").write_text(DOCUMENT.text, encoding="utf-8", newline="")
        with suppress(DataError):
            for document in reader.read([path], Tally()):
                for mention in document.mentions:
                    assert mention.text == surface(document.text, mention.spans)
