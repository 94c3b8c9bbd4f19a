"""The house stands as the flow runs: a stage imports only from the floors below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import xlink

PACKAGE = Path(xlink.__file__).parent

# From the ground up; what stands on one line may import each other.
FLOORS = (
    ("errors", "filters", "types", "tally", "progress", "text"),
    ("manifest", "artifact", "registry", "home"),
    ("terminology",),
    ("candidate_set", "protocols"),
    ("encoders",),
    ("candidates",),
    ("detect", "context", "rerank", "decide"),
    ("batches", "evidence", "indexes"),
    ("search",),
    ("linker", "saved_linker", "saved_parts"),
    ("corpora",),
    ("evaluation",),
    ("training", "jobs", "translation"),
    ("recipes",),
    ("recipe_linker",),
    ("render",),
    ("frames", "inception", "spacy"),
    ("demo", "testing"),
    ("cli",),
)
# What users reach for on a class though a later stage does it; imported when it is called.
DOORS = {
    ("linker", "from_recipe"): "recipe_linker",
    ("types", "from_bigbio"): "corpora",
    ("types", "from_spacy"): "corpora",
}
LEVELS = {name: level for level, names in enumerate(FLOORS) for name in names}


def modules() -> list[Path]:
    return sorted(
        path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem != "__init__"
    )


def imported_rooms(path: Path) -> Iterator[str]:
    """Yield the rooms a module imports when it runs; imports for type checkers do not count."""
    skipped: set[int] = set()
    room = path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and path.parent == PACKAGE:
            skipped.update(
                id(child)
                for child in ast.walk(node)
                if isinstance(child, ast.ImportFrom)
                and str(child.module).split(".")[1:2] == [DOORS.get((room, node.name))]
            )
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            skipped.update(id(child) for child in ast.walk(node))
        if isinstance(node, ast.ImportFrom) and id(node) not in skipped and node.module:
            parts = node.module.split(".")
            if parts[0] == "xlink" and len(parts) > 1:
                yield parts[1]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert room in LEVELS, f"{room} has no floor: add it to FLOORS where the flow has it"
    above = [each for each in imported_rooms(path) if LEVELS[each] > LEVELS[room]]
    assert not above, f"{path.relative_to(PACKAGE)} imports from later stages: {above}"


def test_public_names_exist_and_are_few() -> None:
    assert len(xlink.__all__) <= 25
    for name in xlink.__all__:
        assert getattr(xlink, name) is not None
