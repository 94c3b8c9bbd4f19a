from __future__ import annotations

from xlink.translation.alignment import assigned, found
from xlink.translation.markers import Piece

TEXT = "Tos seca, fiebre y dolor torácico; sin fiebre alta."


def part(wanted: list[str], *taken: tuple[int, int], least: float = 0.8) -> str | None:
    span = found(wanted, TEXT, (0, len(TEXT)), taken, least=least)
    return None if span is None else TEXT[slice(*span)]


def test_a_name_is_found_whatever_its_case_and_accents() -> None:
    assert part(["DOLOR TORACICO"]) == "dolor torácico"


def test_words_are_found_whole() -> None:
    assert part(["fiebres"]) == "fiebre"
    assert part(["olor toracic"]) == "dolor torácico"


def test_characters_without_spaces_are_not_grown() -> None:
    text = "患者有发烧和咳嗽"
    assert found(["发烧"], text, (0, len(text)), (), least=0.8) == (3, 5)


def test_what_is_taken_is_not_found_again() -> None:
    first = TEXT.index("fiebre")
    assert found(["fiebre"], TEXT, (0, len(TEXT)), (), least=0.8) == (first, first + 6)
    second = TEXT.index("fiebre", first + 1)
    taken = [(first, first + 6)]
    assert found(["fiebre"], TEXT, (0, len(TEXT)), taken, least=0.8) == (second, second + 6)


def test_of_several_places_the_nearest_is_taken() -> None:
    last = TEXT.rindex("fiebre")
    span = found(["fiebre"], TEXT, (0, len(TEXT)), (), near=len(TEXT), least=0.8)
    assert span == (last, last + 6)


def test_the_best_of_several_wordings_counts() -> None:
    assert part(["cefalea", "dolor torácico"]) == "dolor torácico"


def test_what_is_not_alike_is_not_found() -> None:
    assert part(["cefalea"]) is None
    assert part(["..."]) is None
    assert part([]) is None


def test_pieces_go_to_the_mentions_that_they_are_like() -> None:
    text = "dolor y fiebre"
    pieces = [Piece((0, 5)), Piece((8, 14))]
    assert assigned(pieces, text, ["fiebre", "dolor"], least=0.8) == {0: (8, 14), 1: (0, 5)}
    assert assigned(pieces, text, ["?", "?"], least=0.8) == {0: (0, 5), 1: (8, 14)}


def test_with_a_piece_less_only_what_is_alike_counts() -> None:
    text = "dolor y fiebre"
    pieces = [Piece((8, 14))]
    assert assigned(pieces, text, ["dolor", "fiebre"], least=0.8) == {1: (8, 14)}
    assert assigned(pieces, text, ["tos", "edema"], least=0.8) == {}
    assert assigned([], text, ["tos"], least=0.8) == {}
