from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora import GscReader
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

TEXT = "A boy with bifid thumbs and short toes."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in ("corpus", "ann"):
        (tmp_path / name).mkdir()
    (tmp_path / "corpus" / "17").write_text(TEXT, encoding="utf-8")
    return tmp_path


def read(corpus: Path, annotations: str, tally: Tally) -> tuple[Mention, ...]:
    (corpus / "ann" / "17").write_text(annotations, encoding="utf-8", newline="")
    (document,) = GscReader().read([corpus], tally)
    assert document == Document("17", TEXT, "en", document.mentions)
    return document.mentions


@pytest.mark.parametrize(
    "annotations",
    [
        "[28::38]\tHP_0001831 | short toes\r\n[11::23]\tHP_0009944 | bifid thumbs\r\n\r\n",
        "28\t38\tshort toes\tHP:0001831\n11\t23\tbifid thumbs \tHP:0009944\n",
    ],
)
def test_both_layouts_are_read_in_the_order_of_the_text(corpus: Path, annotations: str) -> None:
    tally = Tally()
    assert read(corpus, annotations, tally) == (
        Mention("T1", ((11, 23),), "bifid thumbs", "", frozenset({"HP:0009944"})),
        Mention("T2", ((28, 38),), "short toes", "", frozenset({"HP:0001831"})),
    )
    assert not tally


def test_annotations_of_one_span_become_alternatives(corpus: Path) -> None:
    tally = Tally()
    lines = [f"[34::38]\tHP_000000{last} | toes\n" for last in (1, 1, 2)]
    (mention,) = read(corpus, "".join(lines), tally)
    assert mention.gold == frozenset({"HP:0000001", "HP:0000002"})
    assert not mention.composite
    assert tally["annotation repeated"] == 1
    assert tally["span with several concepts: alternatives"] == 1


def test_offsets_that_are_off_by_a_few_are_mended(corpus: Path) -> None:
    tally = Tally()
    (mention,) = read(corpus, "[30::40]\tHP_0001831 | short toes\n".replace("40", "38"), tally)
    assert (mention.spans, mention.text) == (((28, 38),), "short toes")
    assert tally["offsets mended: the mention stands nearby"] == 1


def test_what_is_missing_or_malformed_is_refused(corpus: Path) -> None:
    with pytest.raises(DataError, match=r"17, line 1: 'short toes' is not an annotation"):
        read(corpus, "short toes\n", Tally())
    with pytest.raises(DataError, match="raw_ann"):
        list(GscReader(annotations="raw_ann").read([corpus], Tally()))
    with pytest.raises(DataError, match="no such folder"):
        list(GscReader().read([corpus / "corpus"], Tally()))
