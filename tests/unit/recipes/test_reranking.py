"""Re-rankers in recipes: named, or trained as a stage and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.errors import DataError, SpecError
from xlink.recipes.files import load_recipe
from xlink.recipes.materials import Materials
from xlink.recipes.reranking import SystemReranker
from xlink.recipes.stages import Job
from xlink.rerank import CrossEncoderReranker
from xlink.rerank.saving import read_facts
from xlink.testing import small_terminology

RECIPE = """
title = "Made up"
terminology = "small"

[corpus]
reader = "jsonl"
paths = "{folder}/test.jsonl"

[training]
paths = "{folder}/train.jsonl"

[systems.fusion]
generators = ["lookup", "tfidf"]

[systems.reranked]
generators = ["lookup", "tfidf", "training"]
reranker = {reranker}

[parts.test]
title = "test"
"""
TEXTS = [
    ("Known HF and oedema.", {"HF": "T:02", "oedema": "T:09"}),
    ("Has cardiac failure, diabetes.", {"cardiac failure": "T:02", "diabetes": "T:03"}),
    ("Edema of lung; high pressure.", {"Edema of lung": "T:10", "pressure": "T:06"}),
    ("Heart disease, edema.", {"Heart disease": "T:01", "edema": "T:09"}),
    ("Skin DM, pneumonia.", {"DM": "T:07", "pneumonia": "T:05"}),
    ("Diabetes, HTA", {"Diabetes": "T:03", "HTA": "T:06"}),
]


def write_corpus(place: Path, numbers: range) -> None:
    lines = []
    for number in numbers:
        text, gold = TEXTS[number]
        mentions = [
            {
                "id": f"T{n}",
                "spans": [[text.index(said), text.index(said) + len(said)]],
                "text": said,
                "gold": [concept],
            }
            for n, (said, concept) in enumerate(gold.items())
        ]
        lines.append({"id": str(number), "text": text, "language": "en", "mentions": mentions})
    place.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


@pytest.fixture
def write_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    small_terminology(tmp_path / "home" / "small")
    write_corpus(tmp_path / "train.jsonl", range(5))
    write_corpus(tmp_path / "test.jsonl", range(5, 6))

    def write(reranker: str) -> Path:
        place = tmp_path / "made.toml"
        place.write_text(RECIPE.format(folder=tmp_path, reranker=reranker))
        return place

    return write


def test_a_reranker_is_trained_once_and_kept(
    write_recipe: Callable[[str], Path],
    tiny_base: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch")
    import xlink.training.reranker.train as train

    monkeypatch.setenv("MODELS", str(tiny_base.parent))
    recipe = load_recipe(
        write_recipe('{ base = "$MODELS/tiny", epochs = 1, k = 4, rendering = { names = 2 } }')
    )
    job = Job(recipe, "test", "reranked", Materials(recipe.path.parent), tmp_path / "runs")
    assert job.is_trained
    job.link()
    assert "train" in job.seconds
    assert len(list((tmp_path / "runs" / "rerankers").iterdir())) == 1
    scores = job.evaluate()["test"]
    assert scores.n == (2, 2)

    def not_again(*_: object, **__: object) -> None:
        raise AssertionError("it was trained again")

    monkeypatch.setattr(train, "train_reranker", not_again)
    other = Job(recipe, "test", "reranked", Materials(recipe.path.parent), tmp_path / "runs")
    assert other.is_linked()
    assert other.open_reranker() is not None
    plain = Job(recipe, "test", "fusion", Materials(recipe.path.parent), tmp_path / "runs")
    assert plain.open_reranker() is None


def test_parts_share_one_that_learns_from_all(
    write_recipe: Callable[[str], Path], tiny_base: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    place = write_recipe(
        f'{{ base = "{tiny_base}", parts = ["test", "other"], epochs = 1, k = 3 }}'
    )
    whole = place.read_text()
    write_corpus(tmp_path / "tested.jsonl", range(4, 5))
    write_corpus(tmp_path / "learned.jsonl", range(3))
    paths = f'corpus.paths = "{tmp_path}/tested.jsonl"\n'
    place.write_text(
        f'{whole}\n[parts.other]\n{paths}training.paths = "{tmp_path}/learned.jsonl"\n'
    )
    materials = Materials(tmp_path)
    test = Job(load_recipe(place), "test", "reranked", materials, tmp_path / "runs")
    with pytest.raises(DataError, match="tested in a part"):
        test.open_reranker()  # for `train` has what `other` tests
    write_corpus(tmp_path / "train.jsonl", range(4))
    recipe = load_recipe(place)
    for part in ("test", "other"):
        job = Job(recipe, part, "reranked", Materials(tmp_path), tmp_path / "runs")
        assert job.open_reranker() is not None
    assert len(list((tmp_path / "runs" / "rerankers").iterdir())) == 1


def test_one_that_starts_from_that_of_another_system(
    write_recipe: Callable[[str], Path], tiny_base: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    place = write_recipe(f'{{ base = "{tiny_base}", epochs = 1, k = 4, dev_share = 0.4 }}')
    more = """
[systems.again]
generators = ["lookup"]
reranker = { base = "systems.reranked", epochs = 0 }

[parts.test]"""
    place.write_text(place.read_text().replace("[parts.test]", more))
    recipe = load_recipe(place)
    again, first = (
        Job(recipe, "test", system, Materials(tmp_path), tmp_path / "runs").open_reranker()
        for system in ("again", "reranked")
    )
    assert len(list((tmp_path / "runs" / "rerankers").iterdir())) == 2
    assert isinstance(again, CrossEncoderReranker)
    assert isinstance(first, CrossEncoderReranker)
    assert again.folder is not None
    assert first.folder is not None
    assert again.renderer.options == first.renderer.options
    own = read_facts(again.folder)
    assert own.base == str(first.folder)
    # The options of the other system hold, so that the same documents are kept aside.
    figures = [read_facts(each).figures or {} for each in (again.folder, first.folder)]
    assert figures[0]["lists kept aside"] == figures[1]["lists kept aside"]

    # It is another one where what it starts from is.
    place.write_text(place.read_text().replace("k = 4", "k = 3"))
    changed = SystemReranker(load_recipe(place), "test", "again", Materials(tmp_path), tmp_path)
    assert str(changed.fingerprint())[:16] != again.folder.name


@pytest.mark.parametrize(
    ("reranker", "said"),
    [
        ('{ base = "x", epoch = 1 }', "epochs"),
        ("{ epochs = 1 }", "base"),
        ('{ base = "x", k = 0 }', "k is at least 1"),
        ('{ base = "x", rendering = { name = 1 } }', "names"),
        ('{ base = "x", parts = ["tset"] }', "test"),
        ('{ base = "x", parts = 3 }', "list of parts"),
        ('{ base = "systems.fusion", epochs = 0 }', "start from"),
        ('{ base = "systems.reranked", epochs = 0 }', "start from"),
    ],
)
def test_a_table_that_can_not_be_is_refused(
    write_recipe: Callable[[str], Path], reranker: str, said: str
) -> None:
    with pytest.raises(SpecError, match=said):
        load_recipe(write_recipe(reranker))


def test_one_that_is_not_there(write_recipe: Callable[[str], Path], tmp_path: Path) -> None:
    from xlink.errors import XlinkError

    recipe = load_recipe(write_recipe('"mine"'))
    job = Job(recipe, "test", "reranked", Materials(recipe.path.parent), tmp_path / "runs")
    with pytest.raises(XlinkError, match="Unknown re-ranker"):
        job.link()
