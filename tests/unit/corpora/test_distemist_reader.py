from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora import DistemistReader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention

TEXT = 'Paciente con "tos" y fiebre, sin asma.\n'
COLUMNS = "filename mark label off0 off1 span code semantic_rel"
MENTIONS = f"""{COLUMNS}
caso-1 T2 ENFERMEDAD 21 27 fiebre 386661006 NARROW
caso-1 T1 ENFERMEDAD 13 18 "tos" 49727002+11833005 COMPOSITE
caso-1 T3 ENFERMEDAD 33 37 asma NOMAP NOMAP
""".replace(" ", "\t")
# As a spreadsheet leaves it: long ids in scientific notation, quotes doubled.
MAPPINGS = f"""{COLUMNS} omim_code mesh_code icd10_code hpo_code
caso-1 T2 ENFERMEDAD 21 27 fiebre 3.86661E+008 NARROW MTHU000001 D005334 R50-R50.9 HP:0001945
caso-1 T1 ENFERMEDAD 13 18 ""tos"" 49727002+11833005 COMPOSITE None D003371+D000001 R05 None
caso-1 T3 ENFERMEDAD 33 37 asma NOMAP NOMAP None None None None
""".replace(" ", "\t")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "text_files").mkdir()
    (tmp_path / "text_files" / "caso-1.txt").write_text(TEXT, encoding="utf-8")
    linking = tmp_path / "subtrack2_linking"
    linking.mkdir()
    stem = "distemist_subtrack2_training1_linking"
    (linking / f"{stem}.tsv").write_text(MENTIONS, encoding="utf-8")
    (linking / f"{stem}_crossmappings.tsv").write_text(MAPPINGS, encoding="utf-8", newline="\r\n")
    return tmp_path


def gold(reader: DistemistReader, corpus: Path, tally: Tally) -> list[object]:
    (document,) = reader.read([corpus], tally)
    return [each.gold if each.gold is None else sorted(each.gold) for each in document.mentions]


def test_snomed_codes_come_with_composites_and_nil(corpus: Path) -> None:
    tally = Tally()
    (document,) = DistemistReader(parts=["training1"]).read([corpus], tally)
    codes = frozenset({"49727002", "11833005"})
    assert document == Document(
        "caso-1",
        TEXT,
        "es",
        (
            Mention("T1", ((13, 18),), '"tos"', "ENFERMEDAD", codes, composite=True),
            Mention("T2", ((21, 27),), "fiebre", "ENFERMEDAD", frozenset({"386661006"})),
            Mention("T3", ((33, 37),), "asma", "ENFERMEDAD", frozenset()),
        ),
    )
    assert not tally


def test_what_is_not_mapped_is_not_annotated(corpus: Path) -> None:
    tally = Tally()
    assert gold(DistemistReader(codes="mesh", parts=["training1"]), corpus, tally) == [
        ["D000001", "D003371"],
        ["D005334"],
        None,
    ]
    assert not tally
    reader = DistemistReader(codes="icd10", parts=["training1"])
    assert gold(reader, corpus, tally) == [["R05"], ["R50-R50.9"], None]
    assert tally["composite mention mapped in part"] == 1
    reader = DistemistReader(codes="hpo", parts=["training1"])
    assert gold(reader, corpus, Tally()) == [None, ["HP:0001945"], None]


def test_other_relations_lose_their_gold_and_stay_as_mentions(corpus: Path) -> None:
    reader = DistemistReader(parts=["training1"], relations=["NARROW"])
    assert gold(reader, corpus, Tally()) == [None, ["386661006"], None]


def test_what_is_missing_or_malformed_is_refused(corpus: Path) -> None:
    with pytest.raises(SpecError, match="'icd11'"):
        DistemistReader(codes="icd11")  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"training2_linking\.tsv: it can't be read"):
        list(DistemistReader().read([corpus], Tally()))
    path = corpus / "subtrack2_linking" / "distemist_subtrack2_training1_linking.tsv"
    for content, problem in [
        (MENTIONS.replace("off0", "start"), "line 1: there is no column 'off0'"),
        (MENTIONS.replace("\tNOMAP\n", "\n"), "line 4: 7 columns where the header has 8"),
        (MENTIONS.replace("\t21\t", "\tx\t"), "line 2: an offset is not a number"),
        (MENTIONS.replace("\t37\t", "\t370\t"), "line 4: .* leave the text"),
    ]:
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match=problem):
            list(DistemistReader(parts=["training1"]).read([corpus], Tally()))
