"""A recipe from its file: read, merged part by part, and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlink.candidates.training_mentions import TrainingMentions
from xlink.errors import SpecError
from xlink.recipes.checks import check_names
from xlink.recipes.model import Recipe, RecipeSpec, Task
from xlink.recipes.refusals import unknown_key, validated

__all__ = ["load_recipe"]

_SHARED = ("terminology", "version", "corpus", "training", "linker")
_PART_KEYS = (*_SHARED, "title", "systems")


def load_recipe(path: Path, *, name: str = "") -> Recipe:
    """Read a recipe from its file; its name is its path below the folder of recipes.

    Raises:
        SpecError: the file can't be read, a key is missing, unknown or of another type, or a name
            in it is not that of anything.
    """
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path} is not TOML: {error}.") from None
    spec = validated(RecipeSpec, _expected_shaped(raw), path, text, ((),))
    tasks = {part: _task(spec, part, path, text) for part in spec.parts}
    recipe = Recipe(name=name or path.stem, spec=spec, tasks=tasks)
    recipe._path = path
    check_names(recipe, text)
    return recipe


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise SpecError(f"{path} can't be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SpecError(f"{path}, line {line}: it is not UTF-8.") from None


def _expected_shaped(raw: dict[str, Any]) -> dict[str, Any]:
    """Give the expected scores, written `n = …, measure = [all, covered]`, the shape of `Scores`.

    What has another form stays as it is, for the check to refuse it.
    """
    shaped = {
        row: {system: _scores_shaped(cells) for system, cells in systems.items()}
        if isinstance(systems, dict)
        else systems
        for row, systems in _table(raw.get("expected")).items()
    }
    return raw | {"expected": shaped} if shaped else raw


def _scores_shaped(cells: object) -> object:
    if not isinstance(cells, dict):
        return cells
    measures = {
        name: dict(zip(("all", "covered"), value, strict=False))
        if isinstance(value, list)
        else value
        for name, value in cells.items()
        if name != "n"
    }
    return {key: cells[key] for key in ("n",) if key in cells} | {"measures": measures}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _task(spec: RecipeSpec, part: str, path: Path, text: str) -> Task:
    """Merge a part with what it takes over, and check the outcome."""
    own = spec.parts[part]
    for key in own:
        if key not in _PART_KEYS:
            raise unknown_key(("parts", part, key), _PART_KEYS, path, text)
    given = spec.model_dump(include=set(_SHARED), exclude_defaults=True)
    merged = _merged(given, {key: own[key] for key in own if key in _SHARED})
    if "training" in merged:
        merged["training"] = _merged(_table(merged.get("corpus")), _table(merged["training"]))
    linker = _table(merged.pop("linker", {}))
    wanted = own.get("systems", [*spec.systems])
    systems = {}
    for name in wanted if isinstance(wanted, list) else [wanted]:
        if name not in spec.systems:
            raise unknown_key(("parts", part, "systems", str(name)), spec.systems, path, text)
        systems[name] = _merged(linker, spec.systems[name])
    record = merged | {"systems": systems, "title": own.get("title", "")}
    task = validated(Task, record, path, text, (("parts", part), ()))
    if task.training is not None or "systems" in own:
        return task
    untrained = {
        name: system
        for name, system in task.systems.items()
        if TrainingMentions.name not in system.generators and not isinstance(system.reranker, dict)
    }
    return task.model_copy(update={"systems": untrained})


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with the values of `own` in place of its own; tables are merged likewise."""
    merged = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
