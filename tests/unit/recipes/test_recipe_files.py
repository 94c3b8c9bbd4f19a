"""Recipes from files: what is merged, and what is refused with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.errors import SpecError, UnknownNameError
from xlink.recipes.files import load_recipe
from xlink.recipes.finding import find_recipes, known_recipes
from xlink.recipes.lines import line_of
from xlink.recipes.model import CorpusSpec

Write = Callable[..., Path]


def test_parts_take_over_what_they_do_not_say(write_recipe: Write) -> None:
    path = write_recipe(
        more=(
            '[parts.tolerant]\ntitle = "More"\ncorpus.tolerant = true\n'
            'linker.filter.languages = "en"\nsystems = ["lookup"]\n'
        )
    )
    whole, tolerant = load_recipe(path).tasks.values()
    assert whole.corpus.options == {}
    assert [*whole.systems] == ["lookup", "training"]
    assert tolerant.corpus.paths == whole.corpus.paths
    assert tolerant.corpus.options == {"tolerant": True}
    assert [*tolerant.systems] == ["lookup"]
    assert tolerant.systems["lookup"].filter.where().languages == {"en"}
    # Training differs from the corpus in what it says itself.
    assert tolerant.training == CorpusSpec.model_validate(
        {
            "reader": "jsonl",
            "paths": "$XLINK_TEST_CORPUS/train.jsonl",
            "obtain": "Ask the author.",
            "tolerant": True,
        }
    )


def test_a_system_with_training_mentions_stays_out_of_parts_without(write_recipe: Write) -> None:
    path = write_recipe(
        ('[training]\npaths = "$XLINK_TEST_CORPUS/train.jsonl"\n\n', ""),
        more=(
            "[parts.half]\ncorpus.draw.share = 0.5\ntraining.draw = { share = 0.5, rest = true }\n"
        ),
    )
    whole, half = load_recipe(path).tasks.values()
    assert [*whole.systems] == ["lookup"]
    assert [*half.systems] == ["lookup", "training"]
    assert half.training is not None
    assert half.training.paths == half.corpus.paths


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Sentences"', 'titel = "Sentences"', r"line 2: .*`titel` is unknown.*'title'"),
        ("ks = [1, 5]", "kz = [1, 5]", r"line 14: .*`evaluate.kz` is unknown.*'ks'"),
        ("ks = [1, 5]", "ks = [1, 0]", r"line 14: `evaluate.ks.1`: .*greater than or equal to 1"),
        ('reader = "jsonl"', 'reader = "jsnol"', r"line 5: .*'jsnol'.*Did you mean 'jsonl'"),
        ('obtain = "', 'obtian = "', r"line 5: .*'obtian'.*Known: tolerant"),
        ('generators = "lookup"', 'generators = "lokup"', r"line 16: .*Did you mean 'lookup'"),
        ('generators = "lookup"', 'steps = "asertion"', r"line 16: .*Did you mean 'assertion'"),
        ('generators = "lookup"', 'fusoin = "x"', r"line 17: .*`systems.lookup.fusoin` is unknown"),
        ('generators = "lookup"', 'fusion = "x"', r"line 17: `systems.lookup.fusion`: Input"),
        (
            "[parts.whole]",
            "[parts.whole]\ncorpse = 1",
            r"line 23: .*`parts.whole.corpse`.*'corpus'",
        ),
        ("[parts.whole]", '[parts.whole]\nsystems = ["x"]', r"line 23: .*`parts.whole.systems.x`"),
        ('terminology = "starter"', "", r"`terminology`"),
        ('paths = "$XLINK_TEST_CORPUS/test.jsonl"', "", r"line 5: .*either `paths` or"),
        ("[parts.whole]", "[[parts.whole]", r"is not TOML: .*line 22"),
        ("[parts.whole]", "[parts.whole]\n[expected.whole]\nlookup = 1", r"line 24: .*got 1"),
        (
            "[parts.whole]",
            "[parts.whole]\n[expected.whole]\nlookup = { n = [1, 1], mrr = 0.5 }",
            r"line 24: `expected.whole.lookup.measures.mrr`: .*got 0.5",
        ),
        ("[parts.whole]", "[parts.whole]\n[expected.hole]", r"line 23: .*`expected.hole`.*'whole'"),
    ],
)
def test_slips_are_refused_with_their_line(
    write_recipe: Write, old: str, new: str, message: str
) -> None:
    path = write_recipe((old, new))
    with pytest.raises(SpecError, match=message) as caught:
        load_recipe(path)
    assert str(path) in str(caught.value)


def test_training_mentions_need_a_training_part(write_recipe: Write) -> None:
    path = write_recipe(
        ('[training]\npaths = "$XLINK_TEST_CORPUS/train.jsonl"\n\n', ""),
    )
    with pytest.raises(SpecError, match=r"line 16: .*no part has \[training\]"):
        load_recipe(path)


def test_lines_of_keys() -> None:
    text = 'a = 1\n[b]\nc.d = 2\n[b."e f"]\n"g" = { h = 3 }\n'
    assert line_of(text, [["a"]]) == 1
    assert line_of(text, [["b", "c", "d"]]) == 3
    assert line_of(text, [["b", "e f", "g", "h"]]) == 5
    assert line_of(text, [["b", "missing"]]) == 2
    assert line_of(text, [["z"], ["b", "e f"]]) == 4
    assert line_of(text, [["z"]]) is None


def test_recipes_are_found_by_name_group_file_and_folder(
    write_recipe: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [each.name for each in find_recipes(["gsc/hpo"])] == ["gsc/hpo"]
    group = [each.name for each in find_recipes(["distemist"])]
    assert group == [name for name in known_recipes() if name.startswith("distemist/")]
    path = write_recipe()
    assert [each.name for each in find_recipes([str(path)])] == ["sentences/starter"]
    assert [each.name for each in find_recipes([str(path.parent.parent)])] == ["sentences/starter"]
    with pytest.raises(UnknownNameError, match="Did you mean 'gsc/hpo'"):
        find_recipes(["gsc/hop"])


def test_all_recipes_that_come_with_xlink_load() -> None:
    recipes = find_recipes(known_recipes())
    assert {"gsc/hpo", "distemist/hpo", "names/hpo", "names/icd10"} <= {r.name for r in recipes}
    for recipe in recipes:
        for task in recipe.tasks.values():
            for address in task.corpus.paths:
                assert re.match(r"\$[A-Z_]+", address), "content lies where the user says"
                assert task.corpus.obtain, f"{recipe.name} does not say how to get its corpus"
        assert not recipe.spec.expected or recipe.spec.log is not None
