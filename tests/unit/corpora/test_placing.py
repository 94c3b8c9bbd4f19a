from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.placing import UniqueIds, place
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Span

TEXT = "Left leg and arm, é é right foot."
NEARBY = "offsets mended: the mention stands nearby"
KEPT = "offsets kept as written: the text there is another"
ORDER = "parts of a mention put in the order of the text"


@pytest.mark.parametrize(
    ("spans", "wanted", "expected", "counted"),
    [
        ([(0, 4), (13, 16)], "Left arm", ((0, 4), (13, 16)), []),
        ([(0, 8)], "Left\nleg", ((0, 8),), []),
        ([(13, 16), (0, 4)], "arm Left", ((0, 4), (13, 16)), [ORDER]),
        ([(1, 5), (14, 17)], "Left arm", ((0, 4), (13, 16)), [NEARBY]),
        ([(24, 29)], "right", ((22, 27),), [NEARBY]),  # counted in bytes
        ([(0, 4), (13, 16)], "Left", ((0, 4), (13, 16)), [KEPT]),
        ([(0, 4)], "", ((0, 4),), [KEPT]),
        ([(0, 4), (5, 8)], "fever cough", ((0, 4), (5, 8)), [KEPT]),
        ([(0, 4), (6, 9)], "leg leg", ((0, 4), (6, 9)), [KEPT]),
    ],
)
def test_parts_are_placed_where_they_stand(
    spans: list[Span], wanted: str, expected: tuple[Span, ...], counted: list[str]
) -> None:
    tally = Tally()
    assert place(TEXT, spans, wanted, path=Path("a.ann"), line=1, tally=tally) == expected
    assert list(tally.counts()) == counted


@pytest.mark.parametrize("spans", [[], [(3, 3)], [(0, 4), (3, 8)], [(0, 99)], [(-1, 4)]])
def test_spans_that_can_not_be_are_refused(spans: list[Span]) -> None:
    with pytest.raises(DataError, match=r"a\.ann, line 4: .* Read it otherwise"):
        place(
            TEXT,
            spans,
            "Left",
            path=Path("a.ann"),
            line=4,
            tally=Tally(),
            remedy="Read it otherwise.",
        )


def test_an_id_that_comes_again_is_refused_with_its_first_place() -> None:
    ids = UniqueIds("document")
    ids.add("a", path=Path("x.txt"), line=1000)
    with pytest.raises(DataError, match=r"y\.txt: document 'a' was there .*x\.txt, line 1,000\)"):
        ids.add("a", path=Path("y.txt"))
