from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.published.distemist import DistemistReader
from xlink.corpora.published.medprocner import MedprocnerReader
from xlink.corpora.published.symptemist import SymptemistReader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention

TEXT = 'Se pide TAC y "eco". Niega tos y fiebre.\n'
COLUMNS = "filename label {} {} text code sem_rel is_abbrev is_composite need_context"
PROCEDURES = f"""{COLUMNS.format("start_span", "end_span")}
caso-1 PROCEDIMIENTO 14 19 "\"\"eco\"\"" NO_CODE NO_CODE False False True
caso-1 PROCEDIMIENTO 8 11 TAC 77477000 EXACT True False False
""".replace(" ", "\t")
SYMPTOMS = f"""{COLUMNS.format("span_ini", "span_end")}
caso-1 SINTOMA 27 39 tos_y_fiebre 49727002+386661006 EXACT+NARROW False True False
caso-1 SINTOMA 33 39 fiebre 1.66753E+16 EXACT False False False
caso-1 SINTOMA 33 39 fiebre 1.66753E+16 EXACT False False False
caso-1 SINTOMA 27 30 tos NO_CODE+49727002 EXACT False False False
""".replace(" ", "\t").replace("_y_", " y ")


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="")
    return path


def medprocner(home: Path, split: str = "train", name: str = "caso-1", texts: str = "txt") -> Path:
    part = home / f"medprocner_{split}"
    write(part / texts / f"{name}.txt", TEXT)
    table = part / "tsv" / f"medprocner_tsv_{split}_subtask2.tsv"
    return write(table, PROCEDURES.replace("caso-1", name))


def symptemist(home: Path, content: str = SYMPTOMS) -> None:
    part = home / "symptemist_train"
    write(part / "subtask1-ner" / "txt" / "caso-1.txt", TEXT)
    folder = part / "subtask2-linking"
    write(folder / "symptemist_tsv_train_subtask2_complete+COMPOSITE.tsv", content)
    write(folder / "symptemist_tsv_train_subtask2.tsv", SYMPTOMS.splitlines(keepends=True)[0])


def test_procedures_are_read_with_abbreviations_quotes_and_nil(tmp_path: Path) -> None:
    medprocner(tmp_path)
    tally = Tally()
    (document,) = MedprocnerReader().read([tmp_path], tally)
    assert document == Document(
        "caso-1",
        TEXT,
        "es",
        (
            Mention("T1", ((8, 11),), "TAC", "PROCEDIMIENTO", frozenset({"77477000"})),
            Mention("T2", ((14, 19),), '"eco"', "PROCEDIMIENTO", frozenset()),
        ),
    )
    assert not tally


def test_splits_are_chosen_and_texts_may_lie_beside_the_brat_files(tmp_path: Path) -> None:
    medprocner(tmp_path, texts="brat")
    medprocner(tmp_path, "test", "caso-2")
    for split, expected in [
        ("train", ["caso-1"]),
        ("test", ["caso-2"]),
        (("train", "test"), ["caso-1", "caso-2"]),
    ]:
        documents = MedprocnerReader(split=split).read([tmp_path], Tally())
        assert [document.id for document in documents] == expected
    with pytest.raises(SpecError, match=r"MedProcNER has no split 'dev'. Known: train, test"):
        MedprocnerReader(split="dev")


def test_a_document_in_two_splits_is_refused(tmp_path: Path) -> None:
    medprocner(tmp_path)
    medprocner(tmp_path, "test")
    with pytest.raises(DataError, match="line 2: document 'caso-1' is in two splits"):
        list(MedprocnerReader(split=("train", "test")).read([tmp_path], Tally()))


def test_only_some_relations_keep_their_gold(tmp_path: Path) -> None:
    medprocner(tmp_path)
    (document,) = MedprocnerReader(relations="NO_CODE").read([tmp_path], Tally())
    assert [mention.gold for mention in document.mentions] == [None, frozenset()]


def test_symptoms_are_read_with_what_is_wrong_in_the_release(tmp_path: Path) -> None:
    symptemist(tmp_path)
    tally = Tally()
    (document,) = SymptemistReader().read([tmp_path], tally)
    assert document.mentions == (
        Mention("T1", ((27, 30),), "tos", "SINTOMA", frozenset({"49727002"})),
        Mention(
            "T2",
            ((27, 39),),
            "tos y fiebre",
            "SINTOMA",
            frozenset({"49727002", "386661006"}),
            composite=True,
        ),
        Mention("T3", ((33, 39),), "fiebre", "SINTOMA", None),
    )
    assert tally.counts() == {
        "code that is no SNOMED CT id: mention unannotated": 1,
        "annotation repeated": 1,
        "composite mention mapped in part": 1,
    }


def test_relations_of_a_composite_must_all_be_wanted(tmp_path: Path) -> None:
    symptemist(tmp_path)
    (document,) = SymptemistReader(relations=["EXACT"]).read([tmp_path], Tally())
    assert document.mentions[1].gold is None
    (document,) = SymptemistReader(relations=["EXACT", "NARROW"]).read([tmp_path], Tally())
    assert document.mentions[1].composite


def test_the_release_chooses_the_file(tmp_path: Path) -> None:
    symptemist(tmp_path)
    assert not list(SymptemistReader(release="task").read([tmp_path], Tally()))
    with pytest.raises(DataError, match=r"train_subtask2_complete\.tsv: it can't be read"):
        list(SymptemistReader(release="complete").read([tmp_path], Tally()))
    with pytest.raises(SpecError, match="'all'"):
        SymptemistReader(release="all")  # type: ignore[arg-type]


def test_another_language_gives_mentions_alone(tmp_path: Path) -> None:
    folder = tmp_path / "symptemist_test" / "subtask3-experimental_multilingual"
    lines = SYMPTOMS.replace("tos y fiebre", "cough and fever").splitlines(keepends=True)[:2]
    write(folder / "symptemist_task3_en_test.tsv", "".join(lines))
    (document,) = SymptemistReader(language="en", split="test").read([tmp_path], Tally())
    assert (document.id, document.text) == ("symptemist_task3_en_test#2", "cough and fever")
    assert document.language == "en"
    assert document.mentions[0].spans == ((0, 15),)
    assert document.mentions[0].composite


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("start_span", "from", "line 1: there is no column 'start_span' or 'span_ini'"),
        ("\tTrue\n", "\n", "line 2: 9 columns where the header has 10"),
        ("\t8\t", "\t-8\t", "leave the text"),
        ("\t8\t11", "\t11\t8", "empty or out of order"),
        ("\t8\t", "\teight\t", "line 3: an offset is not a number"),
        ("caso-1\tPROCEDIMIENTO\t8", "caso-9\tPROCEDIMIENTO\t8", r"caso-9\.txt: it can't be read"),
    ],
)
def test_a_bad_table_is_refused_by_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    table = medprocner(tmp_path)
    assert old in PROCEDURES
    write(table, PROCEDURES.replace(old, new))
    with pytest.raises(DataError, match=problem):
        list(MedprocnerReader().read([tmp_path], Tally()))


def test_an_empty_table_and_one_in_another_encoding_are_refused(tmp_path: Path) -> None:
    table = medprocner(tmp_path)
    table.write_bytes(b"")
    with pytest.raises(DataError, match="there is no column 'filename'"):
        list(MedprocnerReader().read([tmp_path], Tally()))
    table.write_bytes(PROCEDURES.replace("TAC", "Íleo").encode("latin-1"))
    with pytest.raises(DataError, match="line 3: byte 0xcd is not utf-8"):
        list(MedprocnerReader().read([tmp_path], Tally()))


def test_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    table = medprocner(tmp_path)
    expected = list(MedprocnerReader().read([tmp_path], Tally()))
    write(table, "\ufeff" + PROCEDURES.replace("\n", "\r\n"))
    assert list(MedprocnerReader().read([tmp_path], Tally())) == expected


DISEASES = """filename mark label off0 off1 span code semantic_rel
caso-1 T1 ENFERMEDAD 27 30 tos 49727002 EXACT
""".replace(" ", "\t")


def test_distemist_is_read_as_published_with_its_test_set(tmp_path: Path) -> None:
    for folder, part, name in [
        ("training", "training1", "caso-1"),
        ("training", "training2", "caso-2"),
        ("test_annotated", "test", "caso-3"),
    ]:
        home = tmp_path / folder
        write(home / "text_files" / f"{name}.txt", TEXT)
        table = home / "subtrack2_linking" / f"distemist_subtrack2_{part}_linking.tsv"
        write(table, DISEASES.replace("caso-1", name))
    for reader, expected in [
        (DistemistReader(), ["caso-1", "caso-2"]),
        (DistemistReader(split="test"), ["caso-3"]),
        (DistemistReader(split=("train", "test")), ["caso-1", "caso-2", "caso-3"]),
        (DistemistReader(parts="training2"), ["caso-2"]),
    ]:
        assert [document.id for document in reader.read([tmp_path], Tally())] == expected


def test_two_mentions_of_one_id_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "text_files" / "caso-1.txt", TEXT)
    table = tmp_path / "subtrack2_linking" / "distemist_subtrack2_training1_linking.tsv"
    write(table, DISEASES + DISEASES.splitlines(keepends=True)[1])
    with pytest.raises(DataError, match="line 3: two mentions of document 'caso-1' have the id"):
        list(DistemistReader(parts="training1").read([tmp_path], Tally()))
