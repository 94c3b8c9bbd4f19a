"""Documents from spans, and from the records of others."""

from __future__ import annotations

import pytest

from xlink.corpora.formats.bigbio import to_bigbio
from xlink.errors import DataError
from xlink.types import Document, Mention


def test_from_spans() -> None:
    document = Document.from_spans("Known COPD.", [(6, 10), (0, 5, "word")], id="n", language="en")
    assert document == Document(
        "n",
        "Known COPD.",
        "en",
        (Mention("T1", ((6, 10),), "COPD"), Mention("T2", ((0, 5),), "Known", "word")),
    )
    assert Document.from_spans("", []) == Document("0", "")


@pytest.mark.parametrize("span", [(3, 3), (4, 2), (-1, 2), (9, 12)])
def test_spans_that_leave_the_text_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(DataError, match="leaves the text, which has 11 characters"):
        Document.from_spans("Known COPD.", [span])


def test_from_bigbio() -> None:
    document = Document.from_spans("Known COPD.", [(6, 10, "disease")], id="n", language="en")
    assert Document.from_bigbio(to_bigbio(document)) == document
    with pytest.raises(DataError, match="field passages"):
        Document.from_bigbio({"id": "n"})
