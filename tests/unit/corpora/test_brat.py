from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.formats.brat import BratReader
from xlink.corpora.formats.brat_writer import BratWriter
from xlink.corpora.published.brat_layouts import MantraReader, NerelBioReader, QuaeroReader
from xlink.corpora.reading import make_reader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention

TEXT = "Left and right arm pain,\nno fever.\n"
ANN = """\
T1\tDISO 0 4;15 23\tLeft arm pain
T2\tANAT 9 18\tright arm
T3\tANAT 15 18\tarm
T4\tDISO 28 33\tfever
N1\tReference T1 UMLS:C0000001\tLeft arm pain
N2\tReference T2 UMLS:C0000002\tright arm
N3\tReference T2 HPO:HP:0000003\tright arm
N4\tReference T4 UMLS:NIL\t
#1\tAnnotatorNotes T3\tC0000004 C0000005
A1\tNegated T4
A2\tSeverity T4 High
R1\tPART_OF Arg1:T3 Arg2:T2
*\tEquiv T2 T3
"""


def corpus(folder: Path, annotations: str | bytes, text: str | bytes = TEXT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("d1.ann", annotations), ("d1.txt", text)):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read(
    path: Path, reader: BratReader | None = None, tally: Tally | None = None
) -> list[Document]:
    tally = Tally() if tally is None else tally
    return list((reader or BratReader()).read([path], tally))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_references_become_gold_and_the_rest_is_counted(tmp_path: Path, line_end: str) -> None:
    tally = Tally()
    annotations = ANN.replace("\n", line_end)
    (document,) = read(corpus(tmp_path, annotations), BratReader(language="en"), tally)
    assert document == Document(
        "d1",
        TEXT,
        "en",
        (
            Mention("T1", ((0, 4), (15, 23)), "Left arm pain", "DISO", frozenset({"C0000001"})),
            Mention("T2", ((9, 18),), "right arm", "ANAT", frozenset({"C0000002", "HP:0000003"})),
            Mention("T3", ((15, 18),), "arm", "ANAT"),
            Mention("T4", ((28, 33),), "fever", "DISO", frozenset(), False, ("negated",)),
        ),
    )
    assert tally.counts() == {
        "note left out": 1,
        "attribute left out": 1,
        "relation left out": 1,
        "equivalence left out": 1,
    }


def test_line_ends_of_texts_stay_for_offsets_count_them(tmp_path: Path) -> None:
    folder = corpus(tmp_path, "T1\tDISO 6 11\tfever\n", "high\r\nfever\r\n")
    (document,) = read(folder)
    assert document.text == "high\r\nfever\r\n"
    assert document.mentions == (Mention("T1", ((6, 11),), "fever", "DISO"),)


def test_options_choose_ids_and_labels(tmp_path: Path) -> None:
    folder = corpus(tmp_path, ANN)
    options = {"databases": "UMLS", "labels": "ANAT", "notes": "C[0-9]{7}", "several": "composite"}
    (document,) = make_reader("brat", options).read([folder], Tally())
    assert [(each.gold, each.composite) for each in document.mentions] == [
        (frozenset({"C0000002"}), False),
        (frozenset({"C0000004", "C0000005"}), True),
    ]


def test_the_attribute_composite_is_ours(tmp_path: Path) -> None:
    annotations = ANN.replace("Negated T4", "Composite T2")
    (document,) = read(corpus(tmp_path, annotations))
    assert [each.composite for each in document.mentions] == [False, True, False, False]


def test_mantra_has_its_ids_for_labels(tmp_path: Path) -> None:
    lines = (
        "T1\tC0000001 28 33\tfever\n"
        '#1\tAnnotatorNotes T1\t"C0000001", "Fever, unspecified", "Finding" ,"DISO"\n'
        "T2\tC0000002 15 18\tarm\n"
    )
    corpus(tmp_path / "French" / "Titles", lines)
    corpus(tmp_path / "German" / "Titles", lines)
    tally = Tally()
    french, german = read(tmp_path, MantraReader(), tally)
    assert [(each.id, each.language) for each in (french, german)] == [
        ("French/Titles/d1", "fr"),
        ("German/Titles/d1", "de"),
    ]
    assert french.mentions == (
        Mention("T1", ((28, 33),), "fever", "DISO", frozenset({"C0000001"})),
        Mention("T2", ((15, 18),), "arm", "", frozenset({"C0000002"})),
    )
    assert not tally
    assert [each.language for each in read(tmp_path / "French", MantraReader())] == ["fr"]


def test_quaero_has_its_ids_in_notes(tmp_path: Path) -> None:
    lines = (
        "T1\tLIVB 9 14\tright\n#1\tAnnotatorNotes T1\tC0000001 C0000002\n"
        "T2\tDISO 15 23;0 4\tarm pain Left\n#2\tAnnotatorNotes T2\tC00000034\n"
    )
    tally = Tally()
    (document,) = read(corpus(tmp_path, lines), QuaeroReader(), tally)
    one, two = document.mentions
    assert (one.gold, one.composite) == (frozenset({"C0000001", "C0000002"}), False)
    assert (two.gold, two.spans, two.text) == (None, ((0, 4), (15, 23)), "Left arm pain")
    assert tally.counts() == {
        "note without an id": 1,
        "parts of a mention put in the order of the text": 1,
    }


def test_nerel_bio_nests(tmp_path: Path) -> None:
    (document,) = read(corpus(tmp_path, ANN), NerelBioReader())
    assert document.language == "ru"
    assert [each.gold for each in document.mentions][1] == frozenset({"C0000002"})


def test_folders_are_read_with_their_subfolders(tmp_path: Path) -> None:
    corpus(tmp_path / "a", "")
    corpus(tmp_path / "b", "")
    (tmp_path / "README.txt").write_text("x", encoding="utf-8")
    tally = Tally()
    assert [each.id for each in read(tmp_path, tally=tally)] == ["a/d1", "b/d1"]
    assert tally.counts() == {"text without an .ann file left out": 1}
    assert read(tmp_path / "a" / "d1.txt") == read(tmp_path / "a" / "d1.ann")
    paths = [tmp_path / "a", tmp_path / "a" / "d1.txt"]
    assert [each.id for each in BratReader().read(paths, tally)] == ["d1"]
    assert tally["file named twice, read once"] == 1


@pytest.mark.parametrize(
    ("annotations", "problem"),
    [
        ("T1\tDISO 0 4", "line 1: 'T1.* is not an annotation"),
        ("T1\tDISO 0\tLeft", "line 1: .* is not an annotation"),
        ("T1\tDISO 0 x\tLeft", "line 1: .* is not an annotation"),
        ("T1\tDISO", "line 1: .* is not an annotation"),
        ("\nsomething else", "line 2: 'something else' is not"),
        ("T1\tDISO 0 400\tLeft", "line 1: .* leave the text"),
        ("T1\tDISO 4 0\tLeft", "line 1: .* out of order"),
        ("T1\tDISO 0 4\tLeft\nT1\tDISO 0 4\tLeft", "line 2: mention 'T1' was there before"),
        ("N1\tReference T1", "line 1: 'N1.* is not an annotation"),
        (b"T1\tDISO 0 4\tL\xe9ft", "line 1: byte 0xe9"),
    ],
)
def test_bad_input_is_refused_by_line(
    tmp_path: Path, annotations: str | bytes, problem: str
) -> None:
    with pytest.raises(DataError, match=problem):
        read(corpus(tmp_path, annotations))


def test_what_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.ann file"):
        read(tmp_path)
    corpus(tmp_path, ANN)
    (tmp_path / "d1.txt").unlink()
    with pytest.raises(DataError, match=r"d1\.txt: it can't be read"):
        read(tmp_path)
    with pytest.raises(DataError, match="leave the text"):
        read(corpus(tmp_path, ANN, ""))


def test_ids_of_events_are_counted(tmp_path: Path) -> None:
    tally = Tally()
    lines = "E1\tGrowth:T1\nN1\tReference E1 GO:1\tx\nT1\tX 0 4\tLeft\n"
    (document,) = read(corpus(tmp_path, lines), tally=tally)
    assert document.mentions[0].gold is None
    assert tally["id of something other than a mention left out"] == 1
    assert tally["event left out"] == 1


@pytest.mark.parametrize(
    ("option", "problem"),
    [({"notes": "C["}, "not a pattern"), ({"note_label": "C"}, "no group")],
)
def test_patterns_are_checked_at_once(option: dict[str, str], problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        make_reader("brat", option)


def test_the_writer_leaves_out_what_brat_does_not_know(tmp_path: Path) -> None:
    both = frozenset({"HP:1", "HP:2"})
    mentions = (
        Mention("a", ((0, 4), (15, 23)), "Left arm pain", "a b", both, composite=True),
        Mention("b", ((19, 27),), "pain,\nno", "", frozenset()),
        Mention("c", ((28, 33),), "fever", "DISO"),
    )
    out = tmp_path / "out"
    tally = Tally()
    BratWriter(database="HPO", tally=tally).write([Document("x/1", TEXT, "en", mentions)], out)
    assert tally.counts() == {"label changed": 2, "document renamed": 1}
    assert sorted(each.name for each in out.iterdir()) == ["x_1.ann", "x_1.txt"]
    assert (out / "x_1.txt").read_bytes() == TEXT.encode()
    assert (out / "x_1.ann").read_text(encoding="utf-8") == (
        "T1\ta_b 0 4;15 23\tLeft arm pain\n"
        "N1\tReference T1 HPO:HP:1\tLeft arm pain\n"
        "N2\tReference T1 HPO:HP:2\tLeft arm pain\n"
        "A1\tComposite T1\n"
        "T2\tMention 19 27\tpain, no\n"
        "N3\tReference T2 HPO:NIL\tpain, no\n"
        "T3\tDISO 28 33\tfever\n"
    )
    assert [each.gold for each in read(out)[0].mentions] == [both, frozenset(), None]


def test_the_writer_writes_a_folder_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for documents, problem in [
        ([Document("a", ""), Document("A", "")], "file name 'a' was there before"),
        (
            [Document("a", "x", mentions=(Mention("m", ((0, 1),), "x", gold=frozenset({"a b"})),))],
            "white space",
        ),
    ]:
        with pytest.raises(DataError, match=problem):
            BratWriter().write(documents, out)
        assert list(tmp_path.iterdir()) == []
    out.mkdir()
    BratWriter().write([Document("a", "")], out)
    with pytest.raises(DataError, match="there is something already"):
        BratWriter().write([Document("b", "")], out)
    assert sorted(each.name for each in out.iterdir()) == ["a.ann", "a.txt"]
