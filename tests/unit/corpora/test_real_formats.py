"""Counts of published corpora in common formats, which are not part of the repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from xlink.corpora.formats.bigbio import from_bigbio, to_bigbio
from xlink.corpora.formats.pubtator import PubtatorReader
from xlink.corpora.published.brat_layouts import MantraReader, QuaeroReader
from xlink.corpora.spans import surface
from xlink.protocols import CorpusReader
from xlink.tally import Tally
from xlink.types import Document


def read(reader: CorpusReader, paths: Iterable[Path], tally: Tally) -> list[Document]:
    """Read documents after checking that all is there, and every mention where it says."""
    paths = list(paths)
    if missing := [path.name for path in paths if not path.exists()]:
        pytest.skip(f"XLINK_DATA has no {missing[0]}")
    documents = list(reader.read(paths, tally))
    assert len({each.id for each in documents}) == len(documents)
    for document in documents:
        for mention in document.mentions:
            assert mention.text == surface(document.text, mention.spans)
    assert all(from_bigbio(to_bigbio(each)) == each for each in documents)
    return documents


@pytest.mark.parametrize(
    ("part", "label", "n_linked", "n_nil", "n_composite"),
    [
        ("train", "Disease", 4150, 32, 94),
        ("train", "Chemical", 5159, 44, 3),
        ("dev", "Disease", 4228, 16, 97),
        ("dev", "Chemical", 5304, 43, 2),
        ("test", "Disease", 4363, 61, 63),
        ("test", "Chemical", 5355, 30, 12),
    ],
)
def test_bc5cdr(
    real_data: Path, part: str, label: str, n_linked: int, n_nil: int, n_composite: int
) -> None:
    tally = Tally()
    path = real_data / "bc5cdr" / f"{part}_corpus.txt"
    documents = read(PubtatorReader(labels=(label,)), [path], tally)
    mentions = [each for document in documents for each in document.mentions]
    assert (len(documents), len(mentions)) == (500, n_linked + n_nil)
    assert sum(bool(each.gold) for each in mentions) == n_linked
    assert sum(each.composite for each in mentions) == n_composite
    assert set(tally.counts()) == {
        "relation left out",
        "wording of the parts of a composite left out",
    }


def test_mantra(real_data: Path) -> None:
    tally = Tally()
    documents = read(MantraReader(), [real_data / "mantra-gsc"], tally)
    mentions = [each for document in documents for each in document.mentions]
    assert Counter(each.language for each in documents) == {"en": 550, "fr": 250, "de": 250}
    assert (len(documents), len(mentions)) == (1050, 4097)
    assert all(each.gold and len(each.gold) == 1 and each.label for each in mentions)
    assert sum(len(each.spans) > 1 for each in mentions) == 68
    assert not tally


@pytest.mark.parametrize(
    ("kind", "n_documents", "n_mentions", "n_unannotated", "n_several"),
    [("EMEA", 23, 4955, 8, 40), ("MEDLINE", 1665, 5971, 15, 14)],
)
def test_quaero(
    real_data: Path,
    kind: str,
    n_documents: int,
    n_mentions: int,
    n_unannotated: int,
    n_several: int,
) -> None:
    tally = Tally()
    parts = [real_data / "quaero" / "corpus" / part / kind for part in ("train", "dev")]
    documents = read(QuaeroReader(), parts, tally)
    mentions = [each for document in documents for each in document.mentions]
    assert (len(documents), len(mentions)) == (n_documents, n_mentions)
    assert sum(each.gold is None for each in mentions) == n_unannotated
    assert sum(len(each.gold or ()) > 1 for each in mentions) == n_several
    assert not any(each.composite for each in mentions)
    assert set(tally.counts()) == {
        "note without an id",
        "parts of a mention put in the order of the text",
    }
