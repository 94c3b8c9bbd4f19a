"""Recipes re-run: figures compared, stages kept, content missed, runs cut short."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from xlink.candidate_set import CandidateSet
from xlink.candidates.lookup import AliasLookup
from xlink.cli import main
from xlink.linker import Linker
from xlink.recipes.files import load_recipe
from xlink.recipes.materials import Materials
from xlink.recipes.model import CorpusSpec, DrawSpec, EvaluateSpec, Score, Scores
from xlink.recipes.verdicts import Word, verdicts
from xlink.types import NO_FILTER, Filter, Query

Write = Callable[..., Path]


class Shell:
    """Runs `xlink reproduce` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capsys, self._patch = capsys, patch
        self.out = self.err = ""

    def __call__(self, *arguments: object) -> int:
        self._patch.setattr(sys, "argv", ["xlink", "reproduce", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code
        self.out, self.err = self._capsys.readouterr()
        return int(str(code or 0))


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, corpus: Path
) -> Shell:
    return Shell(capsys, monkeypatch)


def runs(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.rglob("*.run.jsonl"))}


def test_scores_are_written_and_then_met(shell: Shell, write_recipe: Write, tmp_path: Path) -> None:
    path, out = write_recipe(), tmp_path / "out"
    before = path.read_text(encoding="utf-8")
    assert shell(path, "--out", out, "--write-expected") == 0
    assert path.read_text(encoding="utf-8").startswith(before.rstrip("\n"))
    recipe = load_recipe(path)
    lookup = recipe.spec.expected["whole"]["lookup"]
    # Six mentions have gold; the terminology lacks that of the purple elbow.
    assert lookup.n == (6, 5)
    recall = lookup.measures["recall@1"]
    assert recall.all is not None
    assert recall.covered is not None
    assert recall.all[0] == pytest.approx(4 / 6, abs=1e-4)  # and the usual trouble is no name
    assert recall.covered[0] == pytest.approx(4 / 5, abs=1e-4)
    training = recipe.spec.expected["whole"]["training"].measures["recall@1"]
    assert training.all is not None
    assert training.all[0] == pytest.approx(1 / 6, abs=1e-4)
    assert recipe.spec.log is not None
    assert set(recipe.spec.log.terminologies) == {"starter"}
    assert shell(path, "--out", out) == 0
    # Of 2 systems, 2 counts and 4 measures with two figures each.
    assert shell.out.count("OK ") == 2 * (2 + 4 * 2)
    assert "FAIL" not in shell.out
    assert shell("--quiet", path, "--out", out) == 0
    assert shell.out == ""


def test_a_broken_score_fails(shell: Shell, write_recipe: Write, tmp_path: Path) -> None:
    path, out = write_recipe(), tmp_path / "out"
    assert shell(path, "--out", out, "--write-expected") == 0
    text = path.read_text(encoding="utf-8")
    broken = text.replace("mrr = [[0.6667", "mrr = [[0.6687", 1)
    assert broken != text
    path.write_text(broken, encoding="utf-8")
    assert shell(path, "--out", out) == 1
    failed = [line for line in shell.out.splitlines() if line.startswith("FAIL")]
    assert len(failed) == 1
    assert "mrr (all)" in failed[0]
    assert "0.6667  expected 0.6687" in failed[0]


def test_expected_scores_are_not_overwritten(
    shell: Shell, write_recipe: Write, tmp_path: Path
) -> None:
    path, out = write_recipe(), tmp_path / "out"
    assert shell(path, "--out", out, "--write-expected") == 0
    text = path.read_text(encoding="utf-8")
    assert shell(path, "--out", out, "--write-expected") == 1
    assert "has expected scores" in shell.err
    assert path.read_text(encoding="utf-8") == text
    path.write_text(text.replace("0.6667", "0.7777"), encoding="utf-8")
    assert shell(path, "--out", out, "--write-expected", "--renew") == 0
    assert path.read_text(encoding="utf-8").count("0.7777") == 0
    assert len(load_recipe(path).spec.expected) == 1
    handwritten = text.replace("# Written by", "# By")
    path.write_text(handwritten, encoding="utf-8")
    assert shell(path, "--out", out, "--write-expected", "--renew") == 1
    assert path.read_text(encoding="utf-8") == handwritten


def test_twice_gives_the_same_bytes(shell: Shell, write_recipe: Write, tmp_path: Path) -> None:
    path = write_recipe()
    assert shell(path, "--out", tmp_path / "one") == 0
    assert shell(path, "--out", tmp_path / "two") == 0
    first = runs(tmp_path / "one")
    assert [*first] == ["whole.lookup.run.jsonl", "whole.training.run.jsonl"]
    assert first == runs(tmp_path / "two")
    assert shell(path, "--out", tmp_path / "one", "--fresh") == 0
    assert first == runs(tmp_path / "one")


class Counted:
    """Counts how often a linker is asked to link, and raises at the time it is told to."""

    def __init__(self, patch: pytest.MonkeyPatch, interrupt_at: int = 0) -> None:
        self.times = 0
        link = Linker.link

        def counted(linker: Linker, *arguments: object, **options: object) -> object:
            self.times += 1
            if self.times == interrupt_at:
                raise KeyboardInterrupt
            return link(linker, *arguments, **options)  # type: ignore[call-overload]

        patch.setattr(Linker, "link", counted)


def test_what_is_done_is_kept_until_an_input_changes(
    shell: Shell, write_recipe: Write, tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = write_recipe(), tmp_path / "out"
    linked = Counted(monkeypatch)
    assert shell(path, "--out", out) == 0
    assert linked.times == 2
    assert shell(path, "--out", out) == 0
    assert linked.times == 2
    # The training part is an input of the one system alone that has seen it.
    train = corpus / "train.jsonl"
    train.write_text(train.read_text().replace("XL:0201", "XL:0101"))
    assert shell(path, "--out", out) == 0
    assert linked.times == 3
    write_recipe(("ks = [1, 5]", "ks = [1, 2]"))
    assert shell(path, "--out", out) == 0
    assert linked.times == 3, "other measures need no other run"
    assert "recall@2" in shell.out
    write_recipe(('generators = "lookup"', 'generators = "lookup"\nk = 3'))
    assert shell(path, "--out", out) == 0
    assert linked.times == 4
    test = corpus / "test.jsonl"
    test.write_text("".join(test.read_text().splitlines(keepends=True)[:3]))
    assert shell(path, "--out", out) == 0
    assert linked.times == 6


def test_a_damaged_run_is_made_again(shell: Shell, write_recipe: Write, tmp_path: Path) -> None:
    path, out = write_recipe(), tmp_path / "out"
    assert shell(path, "--out", out) == 0
    first = runs(out)
    run = next(out.rglob("*.run.jsonl"))
    run.write_bytes(run.read_bytes()[:-20])
    next(out.rglob("whole.training.manifest.json")).write_text('{"format":')
    assert shell(path, "--out", out) == 0
    assert runs(out) == first


def test_a_killed_run_goes_on_where_it_was(
    shell: Shell, write_recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = write_recipe(), tmp_path / "out"
    assert shell(path, "--out", tmp_path / "whole") == 0
    with monkeypatch.context() as patch:
        Counted(patch, interrupt_at=2)
        assert shell(path, "--out", out) != 0
    assert [*runs(out)] == ["whole.lookup.run.jsonl"]
    linked = Counted(monkeypatch)
    assert shell(path, "--out", out) == 0
    assert linked.times == 1
    assert runs(out) == runs(tmp_path / "whole")


def test_the_manifest_says_how_the_run_was_made(
    shell: Shell, write_recipe: Write, tmp_path: Path
) -> None:
    assert shell(write_recipe(), "--out", tmp_path) == 0
    place = tmp_path / "sentences" / "starter" / "whole.lookup.manifest.json"
    manifest = json.loads(place.read_text(encoding="utf-8"))
    assert manifest["seeds"] == {"evaluate": 0}
    assert set(manifest["seconds"]) == {"index", "link", "evaluate"}
    assert {"commit", "code", "device", "packages", "python", "xlink"} == set(
        manifest["environment"]
    )
    assert manifest["scores"]["whole"]["n"] == [6, 5]


def test_missing_content_is_skipped_and_says_what_to_do(
    shell: Shell, write_recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XLINK_TEST_CORPUS")
    assert shell(write_recipe(), "--out", tmp_path) == 0
    assert shell.out.startswith("SKIPPED")
    assert "XLINK_TEST_CORPUS is not set. Ask the author." in shell.out
    assert "1 SKIPPED" in shell.err
    monkeypatch.setenv("XLINK_TEST_CORPUS", str(tmp_path / "nowhere"))
    assert shell(write_recipe(), "--out", tmp_path) == 0
    assert "SKIPPED" in shell.out
    assert "there is no such file" in shell.out


@pytest.mark.parametrize(("name", "variable"), [("umls", "UMLS_HOME"), ("snomed", "SNOMED_HOME")])
def test_licensed_terminologies_are_asked_for(
    shell: Shell,
    write_recipe: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    variable: str,
) -> None:
    monkeypatch.delenv(variable, raising=False)
    path = write_recipe(('terminology = "starter"', f'terminology = "{name}"'))
    assert shell(path, "--out", tmp_path) == 0
    assert "SKIPPED" in shell.out
    assert variable in shell.out


def test_a_recipe_for_another_release_is_skipped(
    shell: Shell, write_recipe: Write, tmp_path: Path
) -> None:
    path = write_recipe(('terminology = "starter"', 'terminology = "starter"\nversion = "2"'))
    assert shell(path, "--out", tmp_path) == 0
    assert "The recipe is for starter 2; built is 1." in shell.out


def test_an_error_in_one_part_fails_and_leaves_the_others_alone(
    shell: Shell, write_recipe: Write, tmp_path: Path, corpus: Path
) -> None:
    (corpus / "bad.jsonl").write_text("{}\n")
    bad = '[parts.bad]\ncorpus.paths = "$XLINK_TEST_CORPUS/bad.jsonl"\n'
    path = write_recipe(("[parts.whole]", f"{bad}[parts.whole]"))
    assert shell(path, "--out", tmp_path) == 1
    assert "bad.jsonl, line 1" in shell.out
    assert len(runs(tmp_path)) == 2


def test_training_documents_must_not_be_tested(
    shell: Shell, write_recipe: Write, tmp_path: Path
) -> None:
    path = write_recipe(("/train.jsonl", "/test.jsonl"))
    assert shell(path, "--out", tmp_path) == 1
    assert "both in the training and in the tested part" in shell.out


def test_gold_that_training_has_not_seen_is_a_row(
    shell: Shell, write_recipe: Write, tmp_path: Path
) -> None:
    path = write_recipe(more='[subsets.new]\nunseen = "both"\n[parts.untrained]\n')
    text = path.read_text(encoding="utf-8")
    trained = text.replace("[parts.whole]", "[parts.whole]\ntraining.paths = PATHS")
    path.write_text(
        trained.replace("PATHS", '"$XLINK_TEST_CORPUS/train.jsonl"').replace(
            '[training]\npaths = "$XLINK_TEST_CORPUS/train.jsonl"\n', ""
        ),
        encoding="utf-8",
    )
    assert shell(path, "--out", tmp_path / "out", "--write-expected") == 0
    expected = load_recipe(path).spec.expected
    assert set(expected) == {"whole", "whole/new", "untrained"}
    # Of six, two are of the concept of the training mention.
    assert expected["whole/new"]["training"].n == (4, 3)
    assert expected["whole/new"]["training"].measures["recall@1"].all == (0.0, 0.0, 0.0)
    path.write_text(text.replace('"both"', '"neither"'), encoding="utf-8")
    assert shell(path) == 1
    assert "line 24: `unseen` is one of mention, concept, both" in shell.err


def test_subsets_of_gold_are_rows_of_the_same_run(
    shell: Shell, write_recipe: Write, tmp_path: Path
) -> None:
    path = write_recipe(more="[subsets.tolerant]\ntolerant = true\n")
    assert shell(path, "--out", tmp_path, "--write-expected") == 0
    assert [*load_recipe(path).spec.expected] == ["whole", "whole/tolerant"]
    assert len(runs(tmp_path)) == 2


def test_halves_are_disjoint_and_stable(shell: Shell, write_recipe: Write, tmp_path: Path) -> None:
    path = write_recipe(
        ('[training]\npaths = "$XLINK_TEST_CORPUS/train.jsonl"', "[training]\ndraw.rest = true"),
        ("[corpus]", "[corpus]\ndraw = { share = 0.5, seed = 1 }"),
    )
    assert shell(path, "--out", tmp_path) == 0
    run = runs(tmp_path)["whole.lookup.run.jsonl"].decode().splitlines()
    assert 1 <= len(run) - 1 < 7


NAMES = """\
title = "Names"
terminology = "starter"
[corpus]
reader = "names"
terminology = "starter"
language = "de"
draw.share = 0.5
[linker]
filter.languages = "en"
[evaluate]
ks = [1]
[subsets.differing]
shared = "drop"
[systems.lookup]
generators = "lookup"
[systems.ranks]
generators = "lookup"
fusion = "reciprocal-rank"
[parts.de]
"""


def test_names_of_another_language(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "names" / "starter.toml"
    path.parent.mkdir()
    path.write_text(NAMES, encoding="utf-8")
    asked: list[int] = []
    generate = AliasLookup.generate

    def counted(
        lookup: AliasLookup, queries: Sequence[Query], k: int, where: Filter = NO_FILTER
    ) -> CandidateSet:
        asked.append(len(queries))
        return generate(lookup, queries, k, where)

    monkeypatch.setattr(AliasLookup, "generate", counted)
    assert shell(path, "--out", tmp_path, "--write-expected") == 0
    assert len(asked) == 1, "systems share the search of a generator"
    expected = load_recipe(path).spec.expected
    whole, differing = (expected[row]["lookup"] for row in ("de", "de/differing"))
    assert whole.n[0] == asked[0]
    assert 0 < differing.n[0] < whole.n[0]
    # Whatever is the same in English is found, so the rest is found less often.
    shares = [each.measures["recall@1"].all for each in (whole, differing)]
    assert shares[0] is not None
    assert shares[1] is not None
    assert shares[0][0] > shares[1][0] > 0
    assert "name left out that is the same in en" in shell.err


def test_a_subset_is_of_the_documents_that_were_drawn(corpus: Path, tmp_path: Path) -> None:
    spec = CorpusSpec.model_validate(
        {"reader": "names", "terminology": "starter", "language": "de", "draw": {"share": 0.3}}
    )
    materials = Materials(tmp_path)
    drawn, rest = (
        {document.id for document in materials.documents(each)}
        for each in (spec, spec.model_copy(update={"draw": DrawSpec(share=0.3, rest=True)}))
    )
    subset = {document.id for document in materials.documents(spec, {"shared": "drop"})}
    assert subset < drawn
    assert not drawn & rest
    assert len(drawn) == pytest.approx(0.3 * len(drawn | rest), abs=1)


def test_stages_and_dry_runs_stop_where_they_are_told(
    shell: Shell, write_recipe: Write, tmp_path: Path
) -> None:
    path, out = write_recipe(), tmp_path / "out"
    assert shell(path, "--out", out, "--dry-run") == 0
    assert "to do" in shell.out
    assert shell(path, "--out", out, "--stage", "index") == 0
    assert not out.exists()
    assert shell(path, "--out", out, "--stage", "link") == 0
    assert len(runs(out)) == 2
    assert shell(path, "--out", out, "--dry-run") == 0
    assert shell.out.count("lookup: evaluate") == 1
    assert shell(path, "--out", out) == 0
    assert shell(path, "--out", out, "--dry-run") == 0
    assert shell.out.count("kept") == 2


@pytest.mark.parametrize(
    "arguments", [[], ["gsc", "--all"], ["gsc", "--stage", "x"], ["gsc", "--renew"]]
)
def test_misuse(shell: Shell, arguments: list[str]) -> None:
    assert shell(*arguments) == 2


@pytest.mark.parametrize(
    ("found", "word"),
    [(0.5, "OK"), (0.5005, "OK"), (0.501, "OKISH"), (0.499, "OKISH"), (0.5011, "FAIL")],
)
def test_words(found: float, word: str) -> None:
    expected = Scores(n=(2, 2), measures={"mrr": Score(all=(0.5,))})
    scores = Scores(n=(2, 2), measures={"mrr": Score(all=(found,))})
    assert [each.word for each in verdicts(scores, expected, EvaluateSpec())] == ["OK", "OK", word]


def test_counts_must_be_equal_and_nothing_may_be_missing() -> None:
    expected = Scores(n=(2, 2), measures={"mrr": Score(all=(0.5,))})
    said = list(verdicts(Scores(n=(2, 1), measures={}), expected, EvaluateSpec()))
    assert [each.word for each in said] == [Word.OK, Word.FAIL, Word.FAIL]
    assert "expected 0.5000" in str(said[2])
