from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xlink.render.layout import Close, Open, lay_out

TEXT = "0123456789"


def drawn(*mentions: list[tuple[int, int]]) -> str:
    """Write elements as brackets, with the number of the mention behind the opening one."""
    return "".join(
        piece if isinstance(piece, str) else f"[{piece.number}:" if isinstance(piece, Open) else "]"
        for piece in lay_out(TEXT, mentions)
    )


def test_mentions_nest_and_those_that_cross_are_cut() -> None:
    assert drawn() == TEXT
    assert drawn([(2, 4)]) == "01[0:23]456789"
    assert drawn([(2, 4)], [(4, 5)]) == "01[0:23][1:4]56789"
    assert drawn([(3, 4)], [(2, 6)]) == "01[1:2[0:3]45]6789"
    assert drawn([(2, 6)], [(4, 8)]) == "01[0:23[1:45]][1:67]89"
    assert drawn([(2, 4)], [(2, 4)]) == "01[0:[1:23]]456789"
    assert drawn([(0, 2), (8, 10)], [(1, 9)]) == "[0:0[1:1]][1:234567[0:8]][0:9]"


spans = st.tuples(st.integers(0, 9), st.integers(1, 10)).filter(lambda span: span[0] < span[1])


@given(st.lists(st.lists(spans, min_size=1, max_size=3), max_size=6))
def test_the_text_stays_and_every_character_has_its_mentions(
    mentions: list[list[tuple[int, int]]],
) -> None:
    opened: list[int] = []
    covering: list[set[int]] = []
    begun: list[int] = []
    for piece in lay_out(TEXT, mentions):
        if isinstance(piece, str):
            covering += [set(opened)] * len(piece)
        elif isinstance(piece, Open):
            opened.append(piece.number)
            begun += [piece.number] if piece.first else []
        elif isinstance(piece, Close):
            opened.pop()
    assert not opened
    assert sorted(begun) == list(range(len(mentions)))
    assert covering == [
        {
            number
            for number, parts in enumerate(mentions)
            if any(start <= place < end for start, end in parts)
        }
        for place in range(len(TEXT))
    ]
