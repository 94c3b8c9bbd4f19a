from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from xlink.corpora.formats.pubtator import PubtatorReader
from xlink.corpora.formats.pubtator_writer import PubtatorWriter
from xlink.corpora.gold import Several
from xlink.corpora.reading import make_reader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention, Passage

LINES = """\
11|t|Fever | cough after drug é.
11|a|Kidney and liver failure came.
11\t0\t5\tFever\tDisease\tD005334
11\t8\t13\tcough\tDisease\t-1
11\t20\t24\tdrug\tChemical
11\t28\t52\tKidney and liver failure\tDisease\tD051437|D017093\tKidney failure|liver failure
11\tCID\tD000001\tD005334

12|t|Only a title
12|a|
12\t7\t12\ttitle\tT170\tUMLS:C0000001
"""
TEXT = "Fever | cough after drug é. Kidney and liver failure came."


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "corpus.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(
    path: Path, reader: PubtatorReader | None = None, tally: Tally | None = None
) -> list[Document]:
    tally = Tally() if tally is None else tally
    return list((reader or PubtatorReader()).read([path], tally))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_titles_and_abstracts_are_joined_by_a_space(tmp_path: Path, line_end: str) -> None:
    tally = Tally()
    first, second = read(write(tmp_path, LINES.replace("\n", line_end)), tally=tally)
    both = frozenset({"D051437", "D017093"})
    assert first == Document(
        "11",
        TEXT,
        "en",
        (
            Mention("T1", ((0, 5),), "Fever", "Disease", frozenset({"D005334"})),
            Mention("T2", ((8, 13),), "cough", "Disease", frozenset()),
            Mention("T3", ((20, 24),), "drug", "Chemical", None),
            Mention("T4", ((28, 52),), "Kidney and liver failure", "Disease", both, composite=True),
        ),
        (Passage("title", "title", (0, 27)), Passage("abstract", "abstract", (28, 58))),
    )
    assert (second.text, second.passages) == (
        "Only a title",
        (Passage("title", "title", (0, 12)),),
    )
    assert second.mentions[0].gold == frozenset({"C0000001"})
    assert tally.counts() == {
        "relation left out": 1,
        "wording of the parts of a composite left out": 1,
    }


@pytest.mark.parametrize("between", ["|", "+", ";", ","])
@pytest.mark.parametrize(("several", "composite"), [("composite", True), ("alternatives", False)])
def test_several_ids_mean_what_the_option_says(
    tmp_path: Path, between: str, several: Several, composite: bool
) -> None:
    path = write(tmp_path, f"1|t|fever\n1\t0\t5\tfever\tD\tMESH:D1{between}OMIM:2\n")
    (document,) = read(path, PubtatorReader(several=several, prefix="X:"))
    (mention,) = document.mentions
    assert mention.gold == frozenset({"X:D1", "OMIM:2"})
    assert mention.composite is composite


def test_labels_and_ids_select(tmp_path: Path) -> None:
    path, split = write(tmp_path, LINES), tmp_path / "ids.txt"
    split.write_text("12\n13\n", encoding="utf-8")
    tally = Tally()
    reader = make_reader("pubtator", {"ids": str(split), "labels": "T170"})
    (document,) = reader.read([path], tally)
    assert (document.id, len(document.mentions)) == ("12", 1)
    assert tally.counts() == {"id without a document": 1}
    assert [len(each.mentions) for each in read(path, PubtatorReader(labels=("Chemical",)))] == [
        1,
        0,
    ]


def test_offsets_in_bytes_are_mended(tmp_path: Path) -> None:
    tally = Tally()
    (document,) = read(write(tmp_path, "1|t|é é fever here\n1\t6\t11\tfever\tD\tD1\n"), tally=tally)
    assert document.mentions[0].spans == ((4, 9),)
    assert tally.counts() == {"offsets mended: the mention stands nearby": 1}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (LINES.replace("\tDisease\tD005334\n", "\n", 1), "line 3: 4 columns"),
        (LINES + "12\t0\t4\tOnly\tD\tC1\tx\ty\n", "line 12: 8 columns"),
        (LINES[: LINES.index("\tDisease\t-1")], "line 4: 4 columns"),
        (LINES.replace("\t13\t", "\tx\t"), "line 4: an offset is not a number"),
        (LINES.replace("\t52\t", "\t520\t"), "line 6: .* leave the text"),
        (LINES.replace("\t8\t13", "\t13\t8"), "line 4: .* out of order"),
        (LINES.replace("11|t|", "10|t|"), "line 2: there is no title of document '11'"),
        (LINES.replace("12\t7", "13\t7"), "line 11: there is no title of document '13'"),
        (LINES.replace("12|a|", "12|a|x\n12|a|"), "second abstract"),
        (LINES + LINES, r"line 12: document '11' was there before .*line 1\)"),
        (b"1|t|fi\xe8vre\n", "line 1: byte 0xe8 is not utf-8"),
        (b"1|t|fever\0\n", "NUL"),
    ],
)
def test_bad_input_is_refused_by_line(tmp_path: Path, content: str | bytes, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        read(write(tmp_path, content))


def test_an_empty_file_has_no_documents(tmp_path: Path) -> None:
    assert read(write(tmp_path, "")) == []
    assert read(write(tmp_path, "\r\n\n")) == []


def test_unknown_options_are_refused() -> None:
    with pytest.raises(SpecError, match="'both'"):
        PubtatorReader(several="both")  # type: ignore[arg-type]


def test_the_writer_says_what_the_format_can_hold(tmp_path: Path) -> None:
    mentions = (
        Mention("a", ((0, 4), (9, 14)), "high fever", "D\tx", frozenset({"D1", "D2"})),
        Mention("b", ((9, 14),), "fever", "D", frozenset()),
        Mention("c", ((15, 20),), "cough", "D"),
    )
    path = tmp_path / "new" / "d.txt"
    tally = Tally()
    document = Document("1", "high and fever\ncough\tnow", "en", mentions)
    PubtatorWriter(tally=tally).write([document], path)
    assert tally.counts() == {
        "discontinuous mention made one": 1,
        "alternatives written as if meant at once": 1,
    }
    assert path.read_text(encoding="utf-8") == (
        "1|t|high and fever\n1|a|cough now\n"
        "1\t0\t14\thigh and fever\tD x\tD1|D2\n"
        "1\t9\t14\tfever\tD\t-1\n"
        "1\t15\t20\tcough\tD\n\n"
    )


@pytest.mark.parametrize(
    ("identifier", "gold", "problem"),
    [("a|b", "D1", "'a\\|b' of a document"), ("1", "D1|D2", "'D1\\|D2' of a concept")],
)
def test_ids_that_would_be_misread_are_not_written(
    tmp_path: Path, identifier: str, gold: str, problem: str
) -> None:
    mention = Mention("T1", ((0, 5),), "fever", gold=frozenset({gold}))
    with pytest.raises(DataError, match=problem):
        PubtatorWriter().write(
            [Document(identifier, "fever", mentions=(mention,))], tmp_path / "d.txt"
        )
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DataError, match="'1' was there before"):
        PubtatorWriter().write([Document("1", ""), Document("1", "")], tmp_path / "d.txt")


def test_a_packed_file_is_read_and_a_cut_one_refused(tmp_path: Path) -> None:
    packed = gzip.compress(LINES.encode())
    path = tmp_path / "corpus.txt.gz"
    path.write_bytes(packed)
    assert [each.id for each in read(path)] == ["11", "12"]
    path.write_bytes(packed[:-20])
    with pytest.raises(DataError, match=r"corpus\.txt\.gz: it can't be read"):
        read(path)
    path.write_bytes(LINES.encode())
    with pytest.raises(DataError, match=r"corpus\.txt\.gz: it can't be read"):
        read(path)
