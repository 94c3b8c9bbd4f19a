"""What the page on re-ranking shows runs, and names all that can be chosen."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from xlink.linker import Linker
from xlink.recipes.model import LinkerSpec
from xlink.recipes.reranking import check_reranker
from xlink.rerank import CrossEncoderReranker
from xlink.testing import small_terminology
from xlink.training.reranker.options import RerankerOptions
from xlink.types import Document

pytest.importorskip("torch")
pytest.importorskip("transformers")

PAGE = (Path(__file__).parents[4] / "docs" / "reranking.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.slow
def test_the_page(
    tiny_base: Path,
    documents: list[Document],
    open_linker: Callable[[], Linker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for package in ("onnx", "onnx_ir", "onnxruntime"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    small_terminology(tmp_path / "home" / "icd10")
    shutil.copytree(tiny_base, "models/e5")
    names: dict[str, object] = {"documents": documents, "linker": open_linker()}
    shown = {key: next(each for each in BLOCKS if key in each) for key in ("options", "export")}
    exec(compile(shown["options"], "docs/reranking.md", "exec"), names)
    assert "recall@1 mixed" in capsys.readouterr().out
    exec(compile(shown["export"], "docs/reranking.md", "exec"), names)
    for made in ("letters", "letters-int8"):
        shutil.copytree(Path("build") / made, tmp_path / "home" / "rerankers" / made)
    exec(compile(BLOCKS[0], "docs/reranking.md", "exec"), names)
    linker = names["linker"]
    assert isinstance(linker, Linker)
    assert isinstance(linker.reranker, CrossEncoderReranker)
    assert linker.explain("oedema", language="en")[0].logit is not None


def test_every_option_is_named() -> None:
    for option in fields(RerankerOptions):
        if option.name not in ("device", "seed"):
            assert f"`{option.name}`" in PAGE, option.name


def test_the_recipe_is_one() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("reranker = "))
    check_reranker(LinkerSpec(reranker=tomllib.loads(line)["reranker"]), is_trained=True)
