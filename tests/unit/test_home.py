"""Where terminologies and their indexes lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.artifact import write_artifact
from xlink.home import home, index_path, terminology_path


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def test_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home() == tmp_path / "home"
    for unset in (True, False):
        if unset:
            monkeypatch.delenv("XLINK_HOME")
        else:
            monkeypatch.setenv("XLINK_HOME", "")
        assert home().name == "xlink"
        assert home().is_absolute()


def test_names_lie_at_home_and_paths_where_they_say(tmp_path: Path) -> None:
    assert terminology_path("icd10") == tmp_path / "home" / "icd10"
    assert terminology_path(Path("icd10")) == tmp_path / "home" / "icd10"
    assert terminology_path("./icd10/x") == Path("icd10/x")
    assert terminology_path(str(tmp_path / "icd10")) == tmp_path / "icd10"


def test_a_terminology_here_comes_before_one_at_home() -> None:
    with write_artifact(Path("icd10"), kind="terminology", format_version=1):
        pass
    assert terminology_path("icd10") == Path("icd10")


def test_indexes_lie_beside_their_terminology(tmp_path: Path) -> None:
    assert index_path(tmp_path / "icd10", "tfidf") == tmp_path / "icd10.indexes" / "tfidf"
    assert index_path(tmp_path / "icd10.v2", "x") == tmp_path / "icd10.v2.indexes" / "x"
    assert index_path(Path("icd10"), "x") == Path("icd10.indexes/x")


def test_indexes_of_a_terminology_that_is_the_working_folder(tmp_path: Path) -> None:
    assert index_path(Path(), "x") == tmp_path / "work.indexes" / "x"
    assert index_path(Path(), "x") == tmp_path / "work.indexes" / "x"
    assert index_path(Path(".."), "x") == tmp_path.with_name(f"{tmp_path.name}.indexes") / "x"
