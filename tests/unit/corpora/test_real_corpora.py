"""Counts of the published corpora, which are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xlink.corpora import DistemistReader, GscReader
from xlink.corpora.published.distemist import Codes
from xlink.tally import Tally

DATA = Path(os.environ.get("XLINK_DATA", ""))
needs_distemist = pytest.mark.skipif(
    not (DATA / "distemist").is_dir(), reason="XLINK_DATA has no distemist"
)
needs_gsc = pytest.mark.skipif(
    not (DATA / "hpo-corpora").is_dir(), reason="XLINK_DATA has no hpo-corpora"
)


@needs_distemist
@pytest.mark.parametrize(
    ("codes", "n_annotated", "n_composite"),
    [
        ("snomed", 5136, 200),
        ("hpo", 2173, 32),
        ("mesh", 2994, 35),
        ("icd10", 1569, 7),
        ("omim", 2363, 32),
    ],
)
def test_distemist(codes: Codes, n_annotated: int, n_composite: int) -> None:
    tally = Tally()
    documents = list(DistemistReader(codes=codes).read([DATA / "distemist"], tally))
    mentions = [mention for document in documents for mention in document.mentions]
    assert (len(documents), len(mentions)) == (583, 5136)
    assert sum(each.gold is not None for each in mentions) == n_annotated
    assert sum(each.composite for each in mentions) == n_composite
    assert sum(each.gold == frozenset() for each in mentions) == (codes == "snomed")
    assert set(tally.counts()) <= {"composite mention mapped in part"}


@needs_gsc
@pytest.mark.parametrize(
    ("folder", "annotations", "n_documents", "n_mentions", "n_mended", "n_kept"),
    [
        ("GSC+", "ann", 228, 2080, 5, 2),
        ("GSC+", "raw_ann", 228, 2766, 5, 2),
        ("val", "ann", 30, 569, 10, 3),
    ],
)
def test_gsc(
    folder: str, annotations: str, n_documents: int, n_mentions: int, n_mended: int, n_kept: int
) -> None:
    tally = Tally()
    reader = GscReader(annotations=annotations)
    documents = list(reader.read([DATA / "hpo-corpora" / folder], tally))
    assert len(documents) == n_documents
    assert sum(len(document.mentions) for document in documents) == n_mentions
    assert tally["offsets mended: the mention stands nearby"] == n_mended
    assert tally["offsets kept as written: the text there is another"] == n_kept
