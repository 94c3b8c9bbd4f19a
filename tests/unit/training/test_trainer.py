"""From a terminology to a folder that opens as an encoder: in Python, by command, after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from xlink.cli import app
from xlink.encoders.opening import open_encoder
from xlink.errors import ArtifactError, DataError, SpecError
from xlink.terminology import Terminology, build_terminology
from xlink.training.encoder.names.hierarchy import Kinship
from xlink.training.encoder.options import TrainingOptions
from xlink.training.encoder.trainer import train_encoder
from xlink.types import Alias, Concept

pytest.importorskip("torch")
pytest.importorskip("transformers")

PLACES = ("liver", "lung", "bone", "skin", "heart", "brain", "kidney", "spleen")
CHANGES = ("pain", "edema", "tumor", "abscess", "rupture")
OTHER_WORDS = {"pain": "ache", "edema": "swelling", "tumor": "growth", "abscess": "pus"}
OPTIONS = TrainingOptions(n_pairs=8, n_steps=6, learning_rate=1e-3, held_out=5)


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    """Forty findings below eight places, each with three names."""
    concepts = [Concept(place, place, (Alias(place, "en", "preferred"),)) for place in PLACES]
    for place in PLACES:
        for change in CHANGES:
            words = (f"{place} {change}", f"{change} of the {place}")
            more = f"{OTHER_WORDS.get(change, 'tear')} in the {place}"
            aliases = (
                Alias(words[0], "en", "preferred"),
                Alias(words[1], "en"),
                Alias(more, "en"),
            )
            concepts.append(Concept(f"{place}.{change}", words[0], aliases, parents=(place,)))
    folder = tmp_path_factory.mktemp("body") / "body"
    return build_terminology(concepts, folder, name="body", version="1").terminology


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def test_what_is_trained_opens_and_has_learnt(
    terminology: Terminology, tiny_bert: Path, tmp_path: Path
) -> None:
    options = replace(OPTIONS, n_steps=25, loss="multiple-negatives", pooling="mean")
    made = train_encoder([terminology], base=str(tiny_bert), out=tmp_path / "made", options=options)
    assert made.n_steps == 25
    assert made.search is not None
    assert len(made.search.queries) == 5
    assert made.n_names == terminology.n_aliases - 5
    assert set(made.before) == set(made.after) == {1, 5}
    assert [entry.name for entry in tmp_path.iterdir()] == ["made"]
    card = (made.folder / "README.md").read_text()
    assert f"| after | {made.after[1]:.3f} |" in card
    assert "- seed: 13" in card
    assert margin(made.folder) > margin(tiny_bert) + 0.1


def margin(folder: Path) -> float:
    """Return by how much nearer to a name its synonyms are than the names of other concepts."""
    names = [f"{change} {place}" for place in PLACES for change in OTHER_WORDS]
    others = [f"{OTHER_WORDS[change]} in the {place}" for place in PLACES for change in OTHER_WORDS]
    encoder = open_encoder(str(folder))
    cosines = encoder.encode(names) @ encoder.encode(others).T
    return float(np.diag(cosines).mean() - cosines.mean())


def test_the_whole_of_the_options(
    terminology: Terminology, tiny_bert: Path, tmp_path: Path
) -> None:
    options = replace(
        OPTIONS,
        n_steps=3,
        kinship=Kinship(siblings=0.5, parents=0.5, parent_grade=0.5),
        node_weight=0.5,
        freeze_embeddings=True,
        layer_decay=0.8,
        gradient_checkpointing=True,
        bf16=True,
        patience=2,
        validate_every=2,
    )
    made = [
        train_encoder([terminology], base=str(tiny_bert), out=tmp_path / name, options=each)
        for name, each in (
            ("one", options),
            ("same", options),
            ("other", replace(options, seed=14)),
        )
    ]
    assert weights(made[0].folder) == weights(made[1].folder)
    assert weights(made[0].folder) != weights(made[2].folder)


def test_nothing_is_overwritten(terminology: Terminology, tiny_bert: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="is there already"):
        train_encoder([terminology], base=str(tiny_bert), out=tmp_path)


@pytest.mark.parametrize("base", ["nothing-of-the-kind", "hf:organisation/model"])
def test_a_base_that_is_none(terminology: Terminology, tmp_path: Path, base: str) -> None:
    with pytest.raises(SpecError, match="organisation/model@"):
        train_encoder([terminology], base=base, out=tmp_path / "made", options=OPTIONS)


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("loss", "triplet", "The loss is multi-similarity or multiple-negatives"),
        ("n_pairs", 1, "n_pairs is 2 or more"),
        ("layer_decay", 0.0, "layer_decay lies above 0"),
        ("patience", 0, "patience is 1 or more"),
    ],
)
def test_options_of_no_use(option: str, value: object, problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        replace(OPTIONS, **{option: value})  # type: ignore[arg-type]


def test_too_few_names(terminology: Terminology, tmp_path: Path) -> None:
    options = replace(OPTIONS, held_out=400)
    with pytest.raises(DataError, match=r"no 400 names to hold out in en\. Hold out fewer"):
        train_encoder([terminology], base="static", out=tmp_path / "made", options=options)


def test_options_of_another_kind(terminology: Terminology, tmp_path: Path) -> None:
    for base, option, value in (
        ("usem3", "layer_decay", 0.9),
        ("static", "kinship", Kinship()),
        ("static", "loss", "multi-similarity"),
        (str(tmp_path), "train_table", True),
    ):
        options = replace(OPTIONS, **{option: value})  # type: ignore[arg-type]
        with pytest.raises(
            SpecError, match=f"{option} is of no use|static encoder is trained with"
        ):
            train_encoder([terminology], base=base, out=tmp_path / "made", options=options)


def test_a_static_encoder(terminology: Terminology, tmp_path: Path) -> None:
    options = replace(OPTIONS, n_steps=60, learning_rate=0.02, n_pairs=32)
    out = tmp_path / "static"
    made = train_encoder([terminology], base="static", out=out, options=options)
    assert made.before == {}
    assert made.after[5] > 0
    assert open_encoder(str(out)).encode(["liver pain"]).shape == (1, 128)


def test_the_command(terminology: Terminology, tiny_bert: Path, tmp_path: Path) -> None:
    told = ["train", "encoder", str(terminology.path), "--base", str(tiny_bert)]
    told += ["--steps", "2", "--pairs", "4", "--held-out", "3", "--siblings", "0.5"]
    result = CliRunner().invoke(app, [*told, "--out", str(tmp_path / "one"), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["steps"] == 2
    assert set(found["held_out"]["after"]) == {"1", "5"}
    result = CliRunner().invoke(app, [*told, "--out", str(tmp_path / "two")])
    assert "recall@1" in result.stdout
    assert weights(tmp_path / "one") == weights(tmp_path / "two")


_SCRIPT = """
import sys
from pathlib import Path
from xlink.terminology import Terminology
from xlink.training.encoder.options import TrainingOptions
from xlink.training.encoder.trainer import train_encoder

terminology, base, out = map(Path, sys.argv[1:4])
options = TrainingOptions(n_pairs=8, n_steps=int(sys.argv[4]), learning_rate=1e-3, held_out=5)
train_encoder(
    [Terminology.open(terminology)], base=str(base), out=out, options=options, checkpoint_s=0
)
"""


@pytest.mark.slow
def test_a_kill_changes_nothing(terminology: Terminology, tiny_bert: Path, tmp_path: Path) -> None:
    out, whole = tmp_path / "killed", tmp_path / "whole"
    command = [sys.executable, "-c", _SCRIPT, str(terminology.path), str(tiny_bert)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen([*command, str(out), "40"], env=environment)
    mark = tmp_path / "killed.training" / "state" / "manifest.json"
    deadline = time.monotonic() + 120
    while not mark.is_file():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    step = json.loads(mark.read_text())["parameters"]["step"]
    assert 0 < step < 40
    options = replace(OPTIONS, n_steps=40)
    with pytest.raises(ArtifactError, match="n_steps: 40 before, 6 now"):
        train_encoder([terminology], base=str(tiny_bert), out=out, options=OPTIONS)
    for place in (out, whole):
        train_encoder([terminology], base=str(tiny_bert), out=place, options=options)
    assert weights(out) == weights(whole)
    assert np.isfinite(open_encoder(str(out)).encode(["liver pain"])).all()
