from __future__ import annotations

import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from xlink.corpora.formats.docbin import DocbinReader, DocbinWriter
from xlink.errors import DataError, MissingExtraError, SpecError
from xlink.protocols import CorpusReader, CorpusWriter
from xlink.tally import Tally
from xlink.types import Document, Mention, Passage

spacy = pytest.importorskip("spacy")
from spacy.tokens import DocBin, Span  # noqa: E402

NOTE = Document(
    "n1",
    "Left and right kidney: no pain, hypertension.",
    "en-GB",
    (
        Mention("a", ((0, 4), (15, 21)), "Left kidney", "organ", frozenset({"K2"})),
        Mention("b", ((9, 21),), "right kidney", "organ", frozenset({"K1", "K3"}), composite=True),
        Mention("c", ((15, 21),), "kidney", "organ", frozenset({"K", "KK"})),
        Mention("d", ((26, 30),), "pain", "", frozenset()),
        Mention("e", ((37, 44),), "tension", "", None, False, ("family",), "plan", "x"),
    ),
    (Passage("p", "text", (0, 45)),),
)
NOTES = [NOTE, Document("n2", "", "xx-unknown"), Document("n3", "咳嗽。", "zh")]


def write(path: Path, documents: list[Document]) -> Tally:
    writer = DocbinWriter()
    assert isinstance(writer, CorpusWriter)
    writer.write(documents, path)
    return writer.tally


def read(path: Path, tally: Tally | None = None, **options: str) -> list[Document]:
    reader = DocbinReader(**options)  # type: ignore[arg-type]
    assert isinstance(reader, CorpusReader)
    return list(reader.read([path], Tally() if tally is None else tally))


def test_what_is_written_is_read_back_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "notes.spacy"
    tally = write(path, NOTES)
    assert read(path) == NOTES
    assert read(path, annotations="record") == NOTES
    assert tally.counts() == {
        "mention that is no entity: in parts, or overlapping": 2,
        "mention widened to whole tokens": 1,
    }


def test_spacy_finds_entities_and_a_span_group(tmp_path: Path) -> None:
    path = tmp_path / "notes.spacy"
    write(path, NOTES)
    first, *_ = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
    assert [(each.text, each.label_, each.kb_id_) for each in first.ents] == [
        ("right kidney", "organ", "K1+K3"),
        ("pain", "MENTION", "NIL"),
        ("hypertension", "MENTION", ""),
    ]
    assert [(each.text, each.id_, each.kb_id_) for each in first.spans["xlink"]] == [
        ("Left", "a", "K2"),
        ("kidney", "a", "K2"),
        ("right kidney", "b", "K1+K3"),
        ("kidney", "c", "K|KK"),
        ("pain", "d", "NIL"),
        ("hypertension", "e", ""),
    ]


def test_the_span_group_and_the_entities_can_be_read_in_place_of_the_record(
    tmp_path: Path,
) -> None:
    path = tmp_path / "notes.spacy"
    write(path, [NOTE])
    widened = Mention("e", ((32, 44),), "hypertension", "MENTION", None)
    by_place = (*NOTE.mentions[:3], replace(NOTE.mentions[3], label="MENTION"), widened)
    (document,) = read(path, annotations="spans")
    assert document == replace(NOTE, mentions=by_place, passages=())
    (document,) = read(path, annotations="ents")
    assert [mention.id for mention in document.mentions] == ["b", "d", "e"]
    tally = Tally()
    (document,) = read(path, tally, annotations="spans", group="sc")
    assert document.mentions == ()
    assert tally.counts() == {"document without the span group 'sc'": 1}


def test_a_docbin_of_others_is_read(tmp_path: Path) -> None:
    pipeline = spacy.blank("es")
    first, second = pipeline("Tos y fiebre."), pipeline("Dolor.")
    first.ents = [Span(first, 0, 1, "S", kb_id="R05"), Span(first, 2, 3, "S")]
    second.spans["sc"] = [Span(second, 0, 1, "S", kb_id="R52|R53")]
    path = tmp_path / "theirs.spacy"
    DocBin(docs=[first, second]).to_disk(path)
    documents = read(path, language="es")
    assert documents[0] == Document(
        "theirs#1",
        "Tos y fiebre.",
        "es",
        (
            Mention("T1", ((0, 3),), "Tos", "S", frozenset({"R05"})),
            Mention("T2", ((6, 12),), "fiebre", "S", None),
        ),
    )
    assert documents[1].mentions == ()
    (_, document) = read(path, group="sc")
    assert document.mentions[0].gold == frozenset({"R52", "R53"})
    with pytest.raises(DataError, match="document 1 has no record of xlink"):
        read(path, annotations="record")


@pytest.mark.parametrize("content", [b"", b"no docbin", b"PK\x03\x04"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.spacy"
    with pytest.raises(DataError, match="it can't be read"):
        read(path)
    path.write_bytes(content)
    with pytest.raises(DataError, match="it is not a whole DocBin"):
        read(path)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.spacy"
    write(path, NOTES)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="it is not a whole DocBin"):
        read(path)


def test_what_is_found_damaged_late_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.spacy"
    write(path, [NOTE])
    content = zlib.decompress(path.read_bytes())
    # A string that spans refer to by its hash is no longer among the strings.
    path.write_bytes(zlib.compress(content.replace(b"K1+K3", b"K1-K3", 1)))
    with pytest.raises(DataError, match="it is not a whole DocBin"):
        read(path, annotations="spans")


@pytest.mark.parametrize(
    ("mention", "problem"),
    [
        ({"id": "T1"}, r"line 1: field mentions\.0\.spans"),
        ({"id": "T1", "spans": [[0, 9]], "text": "fever"}, "does not fit its tokens: 'T1'"),
        ({"id": "T1", "spans": [[0, 3]], "text": "fog"}, "does not fit its tokens: 'T1'"),
    ],
)
def test_a_broken_record_is_refused(
    tmp_path: Path, mention: dict[str, object], problem: str
) -> None:
    doc = spacy.blank("en")("fever")
    doc.user_data["xlink"] = {"id": "a", "mentions": [mention]}
    path = tmp_path / "x.spacy"
    DocBin(docs=[doc], store_user_data=True).to_disk(path)
    with pytest.raises(DataError, match=problem):
        read(path)
    assert read(path, annotations="ents") == [Document("a", "fever")]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.spacy"
    write(path, [NOTE])

    def broken() -> list[Document]:
        raise DataError("the source broke")

    with pytest.raises(DataError, match="broke"):
        DocbinWriter().write((each for each in broken()), path)
    assert read(path) == [NOTE]
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, NOTES)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_without_spacy_the_pip_line_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    with pytest.raises(MissingExtraError, match=r'pip install "xlink\[spacy\]"'):
        read(tmp_path / "x.spacy")
    with pytest.raises(MissingExtraError):
        write(tmp_path / "x.spacy", [])


def test_unknown_annotations_are_refused() -> None:
    with pytest.raises(SpecError, match="'tokens'"):
        DocbinReader(annotations="tokens")  # type: ignore[arg-type]
