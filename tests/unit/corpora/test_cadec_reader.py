from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.published.cadec import CadecReader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention

TEXT = "Felt drowsy, pain in arms and legs.\nZip helped.\n"
ORIGINAL = (
    "T1\tADR 5 11\tdrowsy\n#1\tAnnotatorNotes T1\tDrowsy\nT2\tADR 13 20;30 34\tpain in legs\n"
    "T3\tDrug 36 39\tZip\n"
)
MEDDRA = "TT1\t10013649 5 11\tdrowsy\nTT2\t10033425/10033371 13 20;30 34\tpain in legs\n"
SNOMED = (
    "TT1\t271782001 | Drowsy (or 12 more) | or 79519003|Drowsy+ state| 5 11\tdrowsy\n"
    "TT2\t10601006 | Leg pain | + 22253000 | Pain | 13 20;30 34\tpain in legs\n"
    "TT3\tCONCEPT_LESS 36 39\tZip\nTT4\t ??? 0 4\tFelt\nTT3\tCONCEPT_LESS 36 39\tZip\n"
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for folder, suffix, content in [
        ("text", "txt", TEXT),
        ("original", "ann", ORIGINAL),
        ("meddra", "ann", MEDDRA),
        ("sct", "ann", SNOMED),
    ]:
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / f"ZIP.1.{suffix}"
        path.write_text(content, encoding="utf-8", newline="")
    return tmp_path


def test_meddra_codes_come_with_the_labels_of_the_originals(corpus: Path) -> None:
    tally = Tally()
    (document,) = CadecReader().read([corpus], tally)
    both = frozenset({"10033425", "10033371"})
    assert document == Document(
        "ZIP.1",
        TEXT,
        "en",
        (
            Mention("T1", ((5, 11),), "drowsy", "ADR", frozenset({"10013649"})),
            Mention("T2", ((13, 20), (30, 34)), "pain in legs", "ADR", both),
        ),
    )
    assert not tally


def test_snomed_codes_are_alternatives_composites_or_none(corpus: Path) -> None:
    tally = Tally()
    (document,) = CadecReader(codes="snomed").read([corpus], tally)
    assert [(each.label, each.gold, each.composite) for each in document.mentions] == [
        ("ADR", frozenset({"271782001", "79519003"}), False),
        ("ADR", frozenset({"10601006", "22253000"}), True),
        ("Drug", frozenset(), False),
    ]
    assert tally.counts() == {
        "line that can't be read left out": 1,
        "second line of one mention left out": 1,
    }


def test_windows_line_ends_do_not_matter(corpus: Path) -> None:
    expected = list(CadecReader().read([corpus], Tally()))
    path = corpus / "meddra" / "ZIP.1.ann"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert list(CadecReader().read([corpus], Tally())) == expected


def test_an_encoding_can_be_named(corpus: Path) -> None:
    path = corpus / "text" / "ZIP.1.txt"
    path.write_bytes(TEXT.replace("Zip", "Zïp").encode("latin-1"))
    with pytest.raises(DataError, match="line 2: byte 0xef is not utf-8"):
        list(CadecReader().read([corpus], Tally()))
    (document,) = CadecReader(encoding="latin-1").read([corpus], Tally())
    assert document.text[36:39] == "Zïp"


def test_what_is_missing_is_refused(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(DataError, match=r"no text/ with \.txt files"):
        list(CadecReader().read([tmp_path_factory.mktemp("empty")], Tally()))
    (corpus / "meddra" / "ZIP.1.ann").write_text("TT1\t10013649 5 99\tdrowsy\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"meddra/ZIP\.1\.ann, line 1: .* leave the text"):
        list(CadecReader().read([corpus], Tally()))
    (corpus / "meddra" / "ZIP.1.ann").unlink()
    with pytest.raises(DataError, match=r"ZIP\.1\.ann: it can't be read"):
        list(CadecReader().read([corpus], Tally()))
    with pytest.raises(SpecError, match="CADEC has no codes 'umls'"):
        CadecReader(codes="umls")  # type: ignore[arg-type]
