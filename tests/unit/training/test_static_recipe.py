"""A recipe of a static encoder: read, refused, and run whole on a small world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.encoders.opening import open_encoder
from xlink.errors import SpecError
from xlink.testing.terminologies import small_terminology
from xlink.training.encoder.static.recipe import load_static_recipe, main, run_static_recipe

RECIPE = """
name = "tiny"
about = "Twelve concepts."
seed = 3

[student]
dimension = 8
n_features = 500
n_steps = 20
n_pairs = 16

[[names]]
terminologies = ["small"]
languages = ["en", "de"]
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    small_terminology(tmp_path / "home" / "small")
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def test_the_recipe_that_comes_with_xlink_can_be_read() -> None:
    root = Path(__file__).parents[3]
    read = load_static_recipe(root / "recipes" / "encoders" / "mednames.toml")
    assert read.name == "mednames"
    asked = set(read.measure.languages) if read.measure is not None else set()
    assert asked == {"ja", "de", "es", "fr", "it", "cs", "tr"}
    # What is asked for must not be seen: of HPO, English alone.
    used = {name for group in read.names for name in group.terminologies}
    assert {name for name in used if name.startswith("hpo")} == {"hpo"}


def test_a_run_writes_an_encoder_and_its_card(recipe: Path, tmp_path: Path) -> None:
    made = run_static_recipe(recipe, tmp_path / "out")
    opened = open_encoder(str(tmp_path / "out"))
    texts = ["heart failure", "Ödem"]
    np.testing.assert_array_equal(made.encode(texts), opened.encode(texts))
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "# tiny" in card
    assert "- seed: 3" in card
    assert "`small`" in card


def test_the_command_line_says_what_is_wrong(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(recipe)]) == 2
    recipe.write_text(RECIPE.replace('"small"]', '"smal"]'), encoding="utf-8")
    assert main([str(recipe), str(tmp_path / "out")]) == 1
    assert "smal" in capsys.readouterr().err


def test_unknown_keys_are_refused(recipe: Path) -> None:
    recipe.write_text(RECIPE + '\ncolour = "red"\n', encoding="utf-8")
    with pytest.raises(SpecError, match="colour"):
        load_static_recipe(recipe)
    recipe.write_text("name = [", encoding="utf-8")
    with pytest.raises(SpecError, match="can't be read"):
        load_static_recipe(recipe)
