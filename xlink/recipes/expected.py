"""Expected scores and the log of their run, written at the end of a recipe's file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from xlink.corpora.writing import written_whole
from xlink.errors import SpecError
from xlink.recipes.environment import environment
from xlink.recipes.model import Recipe, Score, Scores

__all__ = ["MARK", "expected_lines", "write_expected"]

MARK = "# Written by `xlink reproduce --write-expected`: [value, low, high], all gold and covered."

Found = Mapping[str, Mapping[str, Scores]]
"""Scores by row and system."""


def write_expected(
    recipe: Recipe,
    found: Found,
    *,
    seconds: float,
    terminologies: Mapping[str, str],
    renew: bool = False,
) -> None:
    """Append scores and log to the recipe's file; what stands above them stays as it is.

    Raises:
        SpecError: the recipe has expected scores, and they are not to be renewed or were not
            written by this function.
    """
    text, mark, _ = recipe.path.read_text(encoding="utf-8").partition(MARK)
    if (recipe.spec.expected or recipe.spec.log is not None) and not (renew and mark):
        raise SpecError(
            f"{recipe.path} has expected scores. Pass --renew to replace those that "
            "--write-expected wrote, and delete others by hand."
        )
    text = text.rstrip("\n")
    lines = [*expected_lines(found), *_log_lines(seconds, terminologies)]
    with written_whole(Path(recipe.path)) as stream:
        stream.write("\n".join([text, "", MARK, *lines, ""]))


def expected_lines(found: Found) -> Iterator[str]:
    """Yield a table a row, with a line a system."""
    for row, systems in found.items():
        yield f"[expected.{_key(row)}]"
        for system, scores in systems.items():
            cells = [f"n = [{scores.n[0]}, {scores.n[1]}]"]
            cells += [
                f"{_key(name)} = {_score(score)}"
                for name, score in scores.measures.items()
                if score.all is not None
            ]
            yield f"{_key(system)} = {{ {', '.join(cells)} }}"
        yield ""


def _score(score: Score) -> str:
    sides = [bounds for bounds in (score.all, score.covered) if bounds is not None]
    return "[" + ", ".join(f"[{', '.join(f'{each:.4f}' for each in s)}]" for s in sides) + "]"


def _log_lines(seconds: float, terminologies: Mapping[str, str]) -> Iterator[str]:
    told = environment()
    yield "[log]"
    yield f'date = "{date.today().isoformat()}"'
    for key in ("xlink", "commit", "python", "device"):
        if told[key]:
            yield f"{key} = {_text(told[key])}"
    yield f"seconds = {seconds:.1f}"
    yield f"packages = {_inline(told['packages'])}"
    yield f"terminologies = {_inline(dict(terminologies))}"


def _inline(table: object) -> str:
    cells = table.items() if isinstance(table, dict) else ()
    return "{ " + ", ".join(f"{_key(key)} = {_text(value)}" for key, value in cells) + " }"


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if plain else _text(name)


def _text(value: object) -> str:
    # Texts of JSON are basic strings of TOML.
    return json.dumps(str(value), ensure_ascii=False)
