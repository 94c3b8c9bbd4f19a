"""Readers of tables and XML: whatever is damaged, documents are sound or an error is xlink's."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.corpora.formats.columns import ColumnsReader
from xlink.corpora.formats.docbin import DocbinReader, DocbinWriter
from xlink.corpora.formats.omop import NoteNlpWriter
from xlink.corpora.fragments import place_parts
from xlink.corpora.published.bronco import BroncoReader
from xlink.corpora.published.cadec import CadecReader
from xlink.corpora.published.codiesp import CodiespReader
from xlink.corpora.published.craft import CraftReader
from xlink.corpora.published.e3c import E3cReader
from xlink.corpora.published.medprocner import MedprocnerReader
from xlink.corpora.published.xlbel import XlbelReader
from xlink.corpora.spans import check_spans, surface
from xlink.errors import DataError, XlinkError
from xlink.protocols import CorpusReader
from xlink.tally import Tally
from xlink.types import Document, Mention

TEXT = "Dolor de cabeza, tos y fiebre alta.\n"
XMI = """<xmi:XMI xmlns:cas="http:///uima/cas.ecore" xmlns:xmi="http://www.omg.org/XMI"
 xmlns:custom="http:///webanno/custom.ecore"><custom:CLINENTITY xmi:id="1" begin="17" end="20"
 entityID="C0010200"/><cas:Sofa xmi:id="2" sofaString="Dolor de cabeza, tos y fiebre alta."/>
</xmi:XMI>"""
KNOWTATOR = """<knowtator-project><document id="a"><annotation id="1"><class id="X:1"/>
<span end="5" start="0">Dolor</span><span end="20" start="17">tos</span></annotation></document>
</knowtator-project>"""
BIOC = """<collection><document><id>randomSentSet1</id><passage><offset>0</offset>
<text>Tos.</text><annotation id="T1"><infon key="type">DIAGNOSIS</infon>
<location offset="0" length="3"/><text>Tos</text></annotation><relation id="N">
<infon key="type">Normalization</infon><node refid="ICD10:R05" role="T1"/></relation>
</passage></document></collection>"""
CORPORA: dict[str, tuple[CorpusReader, str, dict[str, str]]] = {
    "codiesp": (
        CodiespReader(split="train"),
        "train/trainX.tsv",
        {
            "train/trainX.tsv": "a\tDIAGNOSTICO\tr51\tDolor cabeza\t0 5;9 15\n",
            "train/text_files/a.txt": TEXT,
        },
    ),
    "medprocner": (
        MedprocnerReader(),
        "medprocner_train/tsv/medprocner_tsv_train_subtask2.tsv",
        {
            "medprocner_train/tsv/medprocner_tsv_train_subtask2.tsv": (
                "filename\tlabel\tstart_span\tend_span\ttext\tcode\tsem_rel\n"
                "a\tP\t17\t20\ttos\t1+2\tEXACT\n"
            ),
            "medprocner_train/txt/a.txt": TEXT,
        },
    ),
    "cadec": (
        CadecReader(),
        "meddra/a.ann",
        {
            "meddra/a.ann": "TT1\t10013649/1001364 0 5;17 20\tDolor tos\n",
            "original/a.ann": "T1\tADR 0 5;17 20\tDolor tos\n",
            "text/a.txt": TEXT,
        },
    ),
    "columns": (
        ColumnsReader(text="text", start="start", end="end", delimiter="semicolon"),
        ".",
        {"a.csv": 'mention;concept;start;end;text\ntos;A|B;6;9;"Mucha ""tos"""\ntos;A;0;3;tos\n'},
    ),
    "xlbel": (XlbelReader(), "de_1k.txt", {"de_1k.txt": "C1|C2||tos||La <tgt>tos</tgt>.\n"}),
    "e3c": (E3cReader(), "a.xml", {"a.xml": XMI}),
    "craft": (
        CraftReader(ontology="X", split="dev"),
        "concept-annotation/X/X/knowtator-2/a.xml",
        {
            "concept-annotation/X/X/knowtator-2/a.xml": KNOWTATOR,
            "articles/ids/craft-ids-dev.txt": "a\n",
            "articles/txt/a.txt": TEXT,
        },
    ),
    "bronco": (
        BroncoReader(split="1"),
        "bioCFiles/BRONCO150.xml",
        {"bioCFiles/BRONCO150.xml": BIOC},
    ),
}


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp())
    try:
        yield path
    finally:
        shutil.rmtree(path)


def check(documents: list[Document]) -> None:
    """Hold documents against what every reader promises."""
    for document in documents:
        ids = [mention.id for mention in document.mentions]
        assert len(set(ids)) == len(ids)
        for mention in document.mentions:
            assert not check_spans(mention.spans, len(document.text))
            assert surface(document.text, mention.spans) == mention.text
            assert not (mention.composite and len(mention.gold or ()) < 2)


@pytest.mark.parametrize("name", CORPORA)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_read_soundly_or_refused(name: str, data: st.DataObject) -> None:
    reader, victim, files = CORPORA[name]
    with folder() as home:
        for place, content in files.items():
            path = home / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="")
        paths = [home / "a.csv"] if name == "columns" else [home]
        whole = list(reader.read(paths, Tally()))
        assert sum(len(document.mentions) for document in whole) > 0
        check(whole)
        path = home / "a.csv" if name == "columns" else home / victim
        held = path.read_bytes()
        start, end = sorted(
            (data.draw(st.integers(0, len(held))), data.draw(st.integers(0, len(held))))
        )
        scrap = data.draw(st.sampled_from([b"", b"\t", b"\n", b"\0", b"\xff", b"9", b"<", b";"]))
        path.write_bytes(held[:start] + scrap + held[end:])
        try:
            documents = list(reader.read(paths, Tally()))
        except XlinkError:
            return
        check(documents)


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Draw documents in several scripts with mentions that may overlap and have parts."""
    made = []
    for number in range(draw(st.integers(0, 3))):
        text = draw(st.text("ab c.\n-é咳\U0001f912\u0301", max_size=30))
        mentions = []
        for place in range(draw(st.integers(0, 4)) if len(text) > 3 else 0):
            n = draw(st.sampled_from([2, 2, 4]))
            borders = sorted(
                draw(st.lists(st.integers(0, len(text)), min_size=n, max_size=n, unique=True))
            )
            spans = tuple(zip(borders[::2], borders[1::2], strict=True))
            gold = draw(st.none() | st.frozensets(st.sampled_from(["A", "B+", "C|"]), max_size=2))
            composite = gold is not None and len(gold) > 1 and draw(st.booleans())
            label = draw(st.sampled_from(["", "X"]))
            mentions.append(
                Mention(f"T{place}", spans, surface(text, spans), label, gold, composite=composite)
            )
        language = draw(st.sampled_from(["und", "en-GB"]))
        made.append(Document(f"d{number}", text, language, tuple(mentions)))
    return made


@settings(max_examples=8, deadline=None)
@given(documents())
def test_a_docbin_gives_back_what_was_written(written: list[Document]) -> None:
    pytest.importorskip("spacy")
    with folder() as home:
        DocbinWriter().write(written, home / "x.spacy")
        reader = DocbinReader()
        assert list(reader.read([home / "x.spacy"], Tally())) == written
        for annotations in ("spans", "ents"):
            reader = DocbinReader(annotations=annotations)
            check(list(reader.read([home / "x.spacy"], Tally())))


@settings(max_examples=20, deadline=None)
@given(documents())
def test_note_nlp_has_a_line_a_mention_and_id(written: list[Document]) -> None:
    with folder() as home:
        NoteNlpWriter(date="2026-01-31").write(written, home / "x.csv")
        with (home / "x.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    expected = [
        (str(number), str(mention.start), " ".join(mention.text.split()))
        for number, document in enumerate(written, start=1)
        for mention in document.mentions
        for _ in range(max(1, len(mention.gold or ())))
    ]
    assert [(row["note_id"], row["offset"], row["lexical_variant"]) for row in rows] == expected


@settings(max_examples=100, deadline=None)
@given(
    st.text("ab ", max_size=12),
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=4),
    st.text("ab ", max_size=6),
)
def test_parts_are_placed_in_order_or_refused(
    text: str, spans: list[tuple[int, int]], wanted: str
) -> None:
    try:
        placed = place_parts(text, spans, wanted, path=Path("a"), line=1, tally=Tally())
    except DataError:
        return
    assert not check_spans(placed, len(text))
