"""A search finds equal names first, then similar ones, each concept once."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.errors import UnknownNameError
from xlink.search import NameSearch
from xlink.testing import small_terminology
from xlink.types import Filter


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> NameSearch:
    return NameSearch(small_terminology(tmp_path_factory.mktemp("search") / "small"))


def ids(found: tuple[object, ...]) -> list[str]:
    return [getattr(each, "concept_id", "") for each in found]


@pytest.mark.parametrize("text", ["diabetes mellitus", "Diabetes  MELLITUS", "mellitus diabetes"])
def test_equal_names_stand_before_similar_ones(small: NameSearch, text: str) -> None:
    found = small.find(text)
    assert ids(found.exact) == ["T:03"]
    assert ids(found.similar)[0] == "T:04"
    assert "T:03" not in ids(found.similar)


def test_all_owners_of_an_ambiguous_name(small: NameSearch) -> None:
    assert ids(small.find("DM").exact) == ["T:03", "T:07"]


def test_a_misspelt_name_has_similar_ones_only(small: NameSearch) -> None:
    found = small.find("pneumnia")
    assert (ids(found.exact), ids(found.similar)[0]) == ([], "T:05")


def test_at_most_k_in_all(small: NameSearch) -> None:
    found = small.find("diabetes mellitus", k=2)
    assert (len(found.exact), len(found.similar)) == (1, 1)
    assert not small.find("DM", k=2).similar


def test_only_equal_names_need_one_index(tmp_path: Path) -> None:
    built = small_terminology(tmp_path / "small")
    assert not NameSearch(built).find("diabetes mellitus", similar=False).similar
    assert [each.name for each in (tmp_path / "small.indexes").iterdir()] == ["lookup"]


def test_filters_and_nothing(small: NameSearch) -> None:
    found = small.find("oedema", where=Filter(types=frozenset({"disorder"})))
    assert "T:09" not in ids(found.exact + found.similar)
    assert small.find("…") == small.find("")
    with pytest.raises(UnknownNameError):
        small.find("oedema", where=Filter(types=frozenset({"disorders"})))
