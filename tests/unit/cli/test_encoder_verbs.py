"""`xlink encoder`: what it refuses, and that it writes what is then opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlink.cli.encoder import app
from xlink.encoders import e5_conversion
from xlink.errors import ArtifactError, SpecError, UnknownNameError
from xlink.terminology import Terminology

RUN = CliRunner()


def invoke(*arguments: object) -> BaseException | None:
    return RUN.invoke(app, [str(each) for each in arguments]).exception


def test_a_model_that_has_no_conversion_is_refused(tmp_path: Path) -> None:
    error = invoke("convert", "bert", tmp_path / "out")
    assert isinstance(error, UnknownNameError)
    assert "e5-small" in str(error)


def test_what_trims_is_opened_first(
    small: Terminology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[str] | None] = []

    def convert_e5(folder: Path, texts: list[str] | None = None) -> None:
        asked.append(None if texts is None else set(texts))

    monkeypatch.setattr(e5_conversion, "convert_e5", convert_e5)
    lines = tmp_path / "lines.txt"
    lines.write_text("cold hands\nwarm heart\n")
    assert invoke("convert", "e5-small", tmp_path / "whole") is None
    both = ("--trim", small.path, "--trim-text", lines)
    assert invoke("convert", "e5-small", tmp_path / "trimmed", *both) is None
    assert asked == [None, {*small.alias_texts(), "cold hands", "warm heart"}]
    assert isinstance(invoke("convert", "e5-small", "x", "--trim", tmp_path / "no"), ArtifactError)


def test_only_transformers_are_exported(tmp_path: Path) -> None:
    pytest.importorskip("onnx_ir")
    assert isinstance(invoke("export", "usem3-cased", tmp_path / "out"), SpecError)
    half = invoke("export", "usem3-cased", tmp_path / "out", "--precision", "int4")
    assert isinstance(half, SpecError)
    assert "int8" in str(half)
