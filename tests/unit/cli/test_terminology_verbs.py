"""`xlink terminology`: building with a report, searching, counting and comparing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlink.cli.terminology import app
from xlink.errors import XlinkError
from xlink.terminology import Terminology, build_terminology
from xlink.testing import small_concepts, small_terminology

SPEC = """
name = "toes"
title = "Toes"
version = "7"
licence = "CC0-1.0"
[[source]]
kind = "table"
files = "toes.tsv"
id = "id"
name = "name"
language_value = "en"
on_error = "skip"
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return small_terminology(tmp_path_factory.mktemp("verbs") / "small")


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_build_reports(tmp_path: Path) -> None:
    (tmp_path / "toes.tsv").write_text("id\tname\n1\tsore toe\n2\tsore toe\n3\n")
    (tmp_path / "toes.toml").write_text(SPEC)
    out = run("build", tmp_path / "toes.toml", "--out", tmp_path / "toes")
    for line in ("toes 7", "licence: CC0-1.0", "concepts: 2", "  by source: toes 2"):
        assert line in out.splitlines()
    assert "  sore toe: 2 concepts (1, 2)" in out
    assert "row skipped in toes.tsv: a row of 1 cells under a header of 2 (first: line 4)" in out


def test_stats_is_the_same_report(small: Terminology) -> None:
    assert "concepts: 12" in run("stats", small.path).splitlines()
    counted = json.loads(run("stats", small.path, "--json"))
    assert counted["n_aliases_by_kind"]["abbreviation"] == 5
    assert counted["most_ambiguous"][0]["concept_ids"] == ["T:03", "T:07"]
    assert counted["fingerprint"] == small.fingerprint


def test_search(small: Terminology) -> None:
    out = run("search", "heart failure", "-t", small.path)
    assert "exact" in out
    assert "T:02" in out
    found = json.loads(run("search", "edema", "-t", small.path, "--exact", "--json"))
    assert [each["concept_id"] for each in found["exact"]] == ["T:09"]
    assert found["similar"] == []


def test_diff(small: Terminology, tmp_path: Path) -> None:
    newer = build_terminology(small_concepts()[1:], tmp_path / "newer", name="newer")
    out = run("diff", small.path, newer.terminology.path, "-n", "1")
    assert "removed: 1\n  T:00  disease\n" in out
    counted = json.loads(run("diff", small.path, newer.terminology.path, "--json"))
    assert counted["counts"]["removed"] == 1
    assert counted["removed"] == [{"id": "T:00", "name": "disease"}]


def test_update(tmp_path: Path) -> None:
    place = small_terminology(tmp_path / "small").path
    run("search", "heart failure", "-t", place)  # makes the indexes
    (tmp_path / "toes.tsv").write_text("id\tname\nT:99\tsore toe\nT:02\tweak heart\n")
    (tmp_path / "toes.toml").write_text(SPEC)
    (tmp_path / "gone.txt").write_text("T:03\n\nT:04\n")
    arguments = ("--add", tmp_path / "toes.toml", "--remove", "T:05")
    done = CliRunner().invoke(
        app,
        ["update", *map(str, (place, *arguments, "--remove-listed", tmp_path / "gone.txt"))],
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    assert "small: 10 concepts" in done.stderr
    assert "indexes brought up to date: lookup" in done.stderr
    found = json.loads(run("search", "weak heart", "-t", place, "--exact", "--json"))
    assert [each["concept_id"] for each in found["exact"]] == ["T:02"]
    with pytest.raises(XlinkError, match="Nothing to do"):
        run("update", place)
