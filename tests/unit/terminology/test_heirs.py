"""Names go down to the leaf that says no more than its category."""

from __future__ import annotations

import pytest

from xlink.terminology.heirs import handed_down, heir
from xlink.types import Alias, Concept

CASES = {
    "unspecified": ("Toe pain", {"1": "Toe pain, sharp", "9": "Toe pain, unspecified"}, "9"),
    "without": ("Toe pain", {"0": "Toe pain without swelling", "1": "Toe pain with gout"}, None),
    "without complications": ("Toe pain", {"0": "Toe pain without complications"}, "0"),
    "what is unspecified does not count": (
        "Loss of toe",
        {"1": "Loss of right toe", "9": "Loss of unspecified toe"},
        "9",
    ),
    "a phrase in parentheses": ("Toe pain (TP)", {"9": "Unspecified toe pain"}, "9"),
    "a part of the category": (
        "Pain and numbness of toe",
        {"1": "Unspecified pain of toe", "2": "Unspecified numbness of toe"},
        None,
    ),
    "a category that is unspecified itself": (
        "Unspecified toe pain",
        {"0": "Unspecified toe pain with gout", "9": "Unspecified toe pain, uncomplicated"},
        "9",
    ),
    "several": ("Toe pain", {"8": "Toe pain, type unspecified", "9": "Toe pain NOS"}, "9"),
    "nobody": ("Toe pain", {"1": "Sharp toe pain", "2": "Dull toe pain"}, None),
}


@pytest.mark.parametrize(("category", "children", "expected"), CASES.values(), ids=CASES.keys())
def test_the_heir_says_no_more(
    category: str, children: dict[str, str], expected: str | None
) -> None:
    assert heir(category, children) == expected


def concept(name: str, code: str, parent: str = "", spanish: str = "") -> Concept:
    aliases = [Alias(name, "en", "preferred", "X")]
    aliases += [Alias(spanish, "es", "synonym", "X")] if spanish else []
    return Concept(code, name, tuple(aliases), parents=(parent,) if parent else ())


def added(*concepts: Concept) -> list[tuple[str, str, str, str]]:
    """Return the id of the heir, and text, kind and source of each name that it gets."""
    new = list(handed_down(concepts))[len(concepts) :]
    return [
        (each.id, alias.text, alias.kind, alias.source) for each in new for alias in each.aliases
    ]


def test_names_in_all_languages_go_down_to_the_leaf() -> None:
    assert added(
        concept("Toe pain", "1", spanish="Dolor de dedo"),
        concept("Toe pain, unspecified", "1.9", "1"),
        concept("Unspecified toe pain, uncomplicated", "1.99", "1.9"),
        concept("Unspecified toe pain with gout", "1.90", "1.9"),
    ) == [
        ("1.99", "Toe pain", "synonym", "X+handed-down"),
        ("1.99", "Dolor de dedo", "synonym", "X+handed-down"),
        ("1.99", "Toe pain, unspecified", "synonym", "X+handed-down"),
    ]


def test_names_stay_where_no_leaf_inherits() -> None:
    assert not added(
        concept("Toe pain", "1"),
        concept("Toe pain, unspecified", "1.9", "1"),
        concept("Sharp toe pain", "1.91", "1.9"),
    )


def test_a_cycle_ends() -> None:
    assert not added(concept("NOS toe", "1", "2"), concept("Toe NOS", "2", "1"))
