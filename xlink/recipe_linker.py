"""The linker of a recipe, for texts that are not those of the recipe."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from xlink.errors import UnknownNameError
from xlink.home import home
from xlink.indexes import open_detectors, open_generator
from xlink.linker import RECIPE_DETECTOR, Linker
from xlink.recipes.finding import find_recipes, known_recipes
from xlink.recipes.linking import generators_of, linker_of
from xlink.recipes.materials import Materials
from xlink.recipes.model import Recipe
from xlink.recipes.reranking import SystemReranker

__all__ = ["open_recipe_linker"]


def open_recipe_linker(
    recipe: Path | str,
    *,
    system: str | None = None,
    part: str | None = None,
    detector: str | Sequence[str] | None = RECIPE_DETECTOR,
) -> Linker:
    """Open the linker that `system` is on `part` of a recipe, as `Linker.from_recipe` describes it.

    Recipes keep all candidates of a link for their measures, and so does this linker.

    Raises:
        UnknownNameError: there is no such recipe, system or part.
        MissingContentError: the terminology or the training part is not there.
    """
    found = find_recipes([str(recipe)])
    if len(found) != 1:
        raise UnknownNameError("recipe", str(recipe), known_recipes())
    part = _part(found[0], part)
    task = found[0].tasks[part]
    name = system if system is not None else [*task.systems][-1]
    if name not in task.systems:
        raise UnknownNameError(f"system of {found[0].name}:", name, task.systems)
    spec, materials = task.systems[name], Materials(found[0].path.parent)
    terminology = materials.terminology(task.terminology)
    training = partial(materials.training, task)
    generators = generators_of(spec, terminology, training, partial(open_generator, terminology))
    named = spec.detector if detector == RECIPE_DETECTOR else detector
    opened = None if named is None else open_detectors(terminology, named, spec.overlaps)
    runs = home() / "runs" / found[0].name
    reranker = SystemReranker(found[0], part, name, materials, runs).open()
    return linker_of(spec, terminology, generators, detector=opened, reranker=reranker)


def _part(recipe: Recipe, part: str | None) -> str:
    name = part if part is not None else next(iter(recipe.tasks))
    if name not in recipe.tasks:
        raise UnknownNameError(f"part of {recipe.name}:", name, recipe.tasks)
    return name
