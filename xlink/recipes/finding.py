"""Recipes by name: those that come with xlink, and the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from xlink.errors import UnknownNameError
from xlink.recipes.files import load_recipe
from xlink.recipes.model import Recipe

__all__ = ["find_recipes", "known_recipes"]

_ENCODERS = "encoders"  # recipes of another kind, which train the encoders that xlink has


def known_recipes() -> dict[str, Path]:
    """Return the files of the recipes that come with xlink, by name such as `gsc/hpo`."""
    package = Path(str(files("xlink")))
    installed = package / "share" / "recipes"
    folder = installed if installed.is_dir() else package.parent / "recipes"
    return _below(folder)


def find_recipes(wanted: Iterable[str]) -> list[Recipe]:
    """Load recipes by name (`gsc/hpo`), by the first part of names (`gsc`), by file or folder.

    Raises:
        UnknownNameError: there is no such recipe.
        SpecError: a recipe can't be used.
    """
    known = known_recipes()
    found: dict[str, Recipe] = {}
    for each in wanted:
        place = Path(each)
        if each in known:
            chosen = {each: known[each]}
        elif group := {name: path for name, path in known.items() if name.startswith(f"{each}/")}:
            chosen = group
        elif place.is_dir():
            chosen = _below(place)
        elif place.suffix == ".toml" or place.is_file():
            chosen = {f"{place.resolve().parent.name}/{place.stem}": place}
        else:
            raise UnknownNameError("recipe", each, known)
        found |= {name: load_recipe(path, name=name) for name, path in chosen.items()}
    return list(found.values())


def _below(folder: Path) -> dict[str, Path]:
    places = sorted(each for each in folder.rglob("*.toml") if each.parent.name != _ENCODERS)
    return {place.relative_to(folder).with_suffix("").as_posix(): place for place in places}
