"""The tables of results are those that the recipes give."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.errors import DataError
from xlink.recipes.finding import find_recipes, known_recipes
from xlink.recipes.results import END, START, readme_table, results_page, with_table

ROOT = Path(__file__).parents[3]
HINT = "run `python -m xlink.recipes.results`"


def test_the_page_is_made_from_the_recipes() -> None:
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    assert page == results_page(find_recipes(known_recipes())), HINT


def test_the_readme_is_made_from_the_recipes() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme == with_table(readme, readme_table(find_recipes(known_recipes()))), HINT


def test_a_readme_without_marks_is_refused() -> None:
    assert with_table(f"a\n{START}\nold\n{END}\nb\n", "new") == f"a\n{START}\nnew\n{END}\nb\n"
    with pytest.raises(DataError, match="no marks"):
        with_table(f"a {START}", "new")
