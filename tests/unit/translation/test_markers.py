from __future__ import annotations

import pytest

from xlink.translation.markers import MARKERS, Marker

TEXT = "No fever, dry cough."
SPANS = ((3, 8), (10, 19))
KINDS = list(MARKERS.values())


@pytest.mark.parametrize("marker", KINDS, ids=lambda each: each.name)
def test_what_is_put_in_is_read_back(marker: Marker) -> None:
    reading = marker.read(marker.marked(TEXT, SPANS))
    assert reading.text == TEXT
    assert tuple(piece.span for piece in reading.pieces) == SPANS


def shown(marker: str, text: str) -> tuple[str, list[tuple[str, int | None]]]:
    reading = MARKERS[marker].read(text)
    return reading.text, [(reading.text[slice(*p.span)], p.number) for p in reading.pieces]


@pytest.mark.parametrize(
    ("marker", "text", "plain", "pieces"),
    [
        ("brackets", "Sin [ fiebre ], tos.", "Sin fiebre, tos.", [("fiebre", None)]),
        ("brackets", "Sin[ fiebre]y tos", "Sin fiebrey tos", [("fiebre", None)]),
        ("brackets", "Sin [fiebre ] y tos", "Sin fiebre y tos", [("fiebre", None)]),
        ("brackets", "没有【发烧】。", "没有发烧。", [("发烧", None)]),
        ("brackets", "Sin [fiebre y tos", "Sin fiebre y tos", []),
        ("brackets", "Sin fiebre] y [tos]", "Sin fiebre y tos", [("tos", None)]),
        ("brackets", "[a [b] c]", "a b c", [("b", None)]),
        ("brackets", "Sin [] tos", "Sin tos", []),
        ("quotes", "Sin « fiebre » y “tos”", "Sin fiebre y tos", [("fiebre", None), ("tos", None)]),
        ("quotes", 'Sin "fiebre y tos', "Sin fiebre y tos", []),
        ("tags", "< 2 >Tos< / 2> y <1>fiebre</1>.", "Tos y fiebre.", [("Tos", 2), ("fiebre", 1)]),
        ("tags", "&lt;1&gt;tos&lt;/1&gt;", "tos", [("tos", 1)]),
        ("tags", "<1>fiebre</2> y tos", "fiebre y tos", []),
    ],
)
def test_signs_as_models_write_them(
    marker: str, text: str, plain: str, pieces: list[tuple[str, int | None]]
) -> None:
    assert shown(marker, text) == (plain, pieces)


def test_a_text_with_the_sign_is_not_marked_by_it() -> None:
    assert not MARKERS["brackets"].fits("fever [39 °C]")
    assert MARKERS["tags"].fits("p < 1 and > 3")
    assert not MARKERS["quotes"].fits("the “flu”")
