"""Recipes that come with xlink, re-run on the real corpora: no figure may fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.recipes.finding import find_recipes
from xlink.recipes.reproduce import Reproduction
from xlink.recipes.verdicts import Word

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_gsc(real_data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLINK_HOME", str(home))
    outcomes = list(Reproduction().run(find_recipes(["gsc/hpo"])))
    if any("download" in outcome.note for outcome in outcomes):
        pytest.skip("the terminology can't be downloaded here")
    words = {verdict.word for outcome in outcomes for verdict in outcome.verdicts}
    assert not [outcome.note for outcome in outcomes if outcome.note]
    assert words == {Word.OK}
