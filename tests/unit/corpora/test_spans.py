from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.spans import anchor, surface
from xlink.errors import DataError
from xlink.tally import Tally

TEXT = "Café-au-lait spots and a lump. No other lump."
NEARBY = "offsets mended: the mention stands nearby"
KEPT = "offsets kept as written: the text there is another"
CASE = "mention differs from the text in case"


@pytest.mark.parametrize(
    ("span", "wanted", "expected", "counted"),
    [
        ((13, 18), "spots", (13, 18), None),
        ((14, 19), "spots", (13, 18), NEARBY),  # counted in bytes: é has two
        ((0, 4), "café", (0, 4), CASE),
        ((38, 42), "lump", (40, 44), NEARBY),  # the nearer of two
        ((13, 18), "fever", (13, 18), KEPT),
        ((13, 18), "SPOTS and", (13, 22), NEARBY),
    ],
)
def test_a_span_is_anchored_where_its_surface_stands(
    span: tuple[int, int], wanted: str, expected: tuple[int, int], counted: str | None
) -> None:
    tally = Tally()
    assert anchor(TEXT, span, wanted, path=Path("a.ann"), line=1, tally=tally) == expected
    assert list(tally.counts()) == ([] if counted is None else [counted])


def test_a_span_outside_the_text_is_refused() -> None:
    with pytest.raises(DataError, match=r"a\.ann, line 4: .* leave the text"):
        anchor("fever", (3, 9), "fever", path=Path("a.ann"), line=4, tally=Tally())


def test_the_surface_of_a_discontinuous_mention_is_joined_by_a_space() -> None:
    assert surface("left and right arm", [(0, 4), (15, 18)]) == "left arm"
