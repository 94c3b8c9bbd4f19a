from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.published.codiesp import CodiespReader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention

TEXT = "Fractura del cráneo. Se hizo una TAC de cráneo y otra de tórax.\n"
EVIDENCE = (
    ("caso", "PROCEDIMIENTO", "bw24zzz", "TAC tórax", "33 36;57 62"),
    ("caso", "PROCEDIMIENTO", "b020zzz", "TAC de cráneo", "33 46"),
    ("caso", "DIAGNOSTICO", "s02.0xx", "cráneo Fractura", "13 19;0 8"),
    ("caso", "DIAGNOSTICO", "n44.8", "Fractura", "0 0;0 8"),
    ("caso", "DIAGNOSTICO", "r52", "Fractura", "0 8"),
)


def write(home: Path, lines: object = EVIDENCE, split: str = "train", name: str = "caso") -> Path:
    texts = home / split / "text_files"
    texts.mkdir(parents=True, exist_ok=True)
    (texts / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    table = home / split / f"{split}X.tsv"
    assert isinstance(lines, tuple)
    content = "".join("\t".join(cells) + "\n" for cells in lines)
    table.write_text(content.replace("caso", name), encoding="utf-8", newline="")
    return table


def read(home: Path, tally: Tally | None = None) -> list[Document]:
    reader = CodiespReader(split="train", codes="both")
    return list(reader.read([home], Tally() if tally is None else tally))


def test_diagnoses_are_read_as_icd10cm_writes_them(tmp_path: Path) -> None:
    write(tmp_path)
    tally = Tally()
    (document,) = CodiespReader(split="train").read([tmp_path], tally)
    both = frozenset({"N44.8", "R52"})
    assert document == Document(
        "caso",
        TEXT,
        "es",
        (
            Mention("T1", ((0, 8),), "Fractura", "DIAGNOSTICO", both, composite=True),
            Mention(
                "T2", ((0, 8), (13, 19)), "Fractura cráneo", "DIAGNOSTICO", frozenset({"S02.0"})
            ),
        ),
    )
    assert tally.counts() == {
        "parts of a mention put in the order of the text": 1,
        "empty part of a mention left out": 1,
        "evidence of several codes: one composite mention": 1,
    }


def test_procedures_and_codes_as_written(tmp_path: Path) -> None:
    write(tmp_path)
    reader = CodiespReader(split="train", codes="procedure", written="corpus")
    tally = Tally()
    (document,) = reader.read([tmp_path], tally)
    assert [(each.gold, each.spans) for each in document.mentions] == [
        (frozenset({"bw24zzz"}), ((33, 36), (57, 62))),
        (frozenset({"b020zzz"}), ((33, 46),)),
    ]
    assert not tally


def test_splits_are_read_in_their_order_and_texts_without_evidence_too(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, (), "dev", "otro")
    documents = list(CodiespReader().read([tmp_path], Tally()))
    assert [(each.id, len(each.mentions)) for each in documents] == [("caso", 2), ("otro", 0)]
    (document,) = CodiespReader(split="dev").read([tmp_path], Tally())
    assert document.id == "otro"


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (4, "33", "line 1: '33' are no offsets"),
        (4, "33 36,57 62", "line 1: '33 36,57 62' are no offsets"),
        (4, "33 66", "line 1: .* leave the text"),
        (4, "33 33", "line 1: the mention has no span"),
        (0, "casa", r"casa\.txt: it can't be read"),
        (3, "TAC\ttórax", "line 1: 6 columns where the header has 5"),
    ],
)
def test_bad_evidence_is_refused_by_place(
    tmp_path: Path, place: int, value: str, problem: str
) -> None:
    line = list(EVIDENCE[0])
    line[place] = value
    write(tmp_path, (tuple(line), *EVIDENCE[1:]))
    with pytest.raises(DataError, match=problem):
        read(tmp_path)


def test_overlapping_parts_are_made_one(tmp_path: Path) -> None:
    line = ("caso", "DIAGNOSTICO", "r52", "Fractura del", "0 8;4 12")
    write(tmp_path, (line,))
    tally = Tally()
    (document,) = read(tmp_path, tally)
    assert document.mentions[0].spans == ((0, 12),)
    assert tally["overlapping parts of a mention made one"] == 1


def test_a_repeated_line_is_counted(tmp_path: Path) -> None:
    write(tmp_path, (EVIDENCE[4], EVIDENCE[4]))
    tally = Tally()
    (document,) = read(tmp_path, tally)
    assert not document.mentions[0].composite
    assert tally.counts() == {"annotation repeated": 1}


def test_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    table = write(tmp_path)
    expected = read(tmp_path)
    table.write_bytes(table.read_bytes().replace(b"\n", b"\r\n"))
    assert read(tmp_path) == expected


def test_what_is_missing_or_unknown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"trainX\.tsv: it can't be read"):
        read(tmp_path)
    for options in ({"codes": "all"}, {"written": "upper"}, {"split": "background"}, {"split": ()}):
        with pytest.raises(SpecError, match="Known: "):
            CodiespReader(**options)


def test_a_mention_that_says_something_else_is_counted(tmp_path: Path) -> None:
    write(tmp_path, (("caso", "DIAGNOSTICO", "r52", "Fisura de tibia", "0 8"),))
    tally = Tally()
    (document,) = read(tmp_path, tally)
    assert document.mentions[0].text == "Fractura"
    assert tally.counts() == {"offsets kept as written: the text there is another": 1}
