"""Every page of the documentation: its Python runs, its commands parse, its files can be read."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import numpy as np
import numpy.typing as npt
import pytest
import typer

import xlink
from xlink.candidates import dense
from xlink.cli import app
from xlink.corpora.jsonl import JsonlReader
from xlink.evaluation import Run, RunHeader
from xlink.linker import Linker
from xlink.tally import Tally
from xlink.terminology import build_terminology
from xlink.terminology.spec_files import load_spec
from xlink.testing import small_concepts, small_terminology
from xlink.types import Alias, Concept, Document, Mention

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted(ROOT.glob("docs/**/*.md")))
_BLOCK = re.compile(
    r"^```(?P<kind>\w+)\n(?P<code>.*?)^```(?:\n\n```text\n(?P<output>.*?)^```)?", re.M | re.S
)
_COMMAND = re.compile(r"^(?:    (?:\$ )?|\$ )(xlink [^\n]*)", re.M)
_SPEC = {"name": "a", "title": "a", "version": "1", "licence": "a"}
_SOURCE = {"kind": "obo", "files": "a.obo"}
Names = dict[str, object]


def blocks(page: Path, kind: str) -> list[re.Match[str]]:
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [each for each in found if each["kind"] == kind]


def pages_with(kind: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, kind)]


def documents() -> list[Document]:
    """Return twelve notes, of which every other is about heart failure."""
    notes = []
    for number in range(12):
        text, gold = ("heart failure", "T:02") if number % 2 else ("Pneumonia", "T:05")
        mention = Mention("T1", ((0, len(text)),), text, "Disease", frozenset({gold}))
        notes.append(Document(f"n{number}", f"{text}.", "en", (mention,)))
    return notes


def corpora() -> Names:
    lines = ["1|t|Heart failure.", "1|a|", "1\t0\t13\tHeart failure\tDisease\tD006333", "", ""]
    Path("test_corpus.txt").write_text("\n".join(lines), encoding="utf-8")
    return {}


def corpora_tables() -> Names:
    header = "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tstandard_concept\tconcept_code"
    row = "316139\tHeart failure\tCondition\tSNOMED\tS\tT:02"
    Path("CONCEPT.csv").write_text(f"{header}\tinvalid_reason\n{row}\t\n", encoding="utf-8")
    return {"documents": documents()}


class Letters:
    """Stands for the encoder of the page, which is downloaded."""

    name = "letters"
    dimension = 128

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text:
                vectors[row, ord(letter) % self.dimension] += 1
        return vectors


def encoders(monkeypatch: pytest.MonkeyPatch) -> Names:
    pytest.importorskip("sklearn")
    from xlink.candidates.learned_fusion import LearnedFusion
    from xlink.encoders import onnx, transformer

    monkeypatch.setattr(dense, "open_encoder", lambda name: Letters())
    # The model is one that a reader has; what is called must be there, with these parameters.
    monkeypatch.setattr(onnx, "export_onnx", create_autospec(onnx.export_onnx))
    known = create_autospec(transformer.TransformerEncoder)
    monkeypatch.setattr(transformer, "TransformerEncoder", known)
    terminology = small_terminology(Path("home") / "hpo")
    linker = Linker.open(terminology)
    notes = documents()
    gold = [next(iter(note.mentions[0].gold or ())) for note in notes]
    return {
        "LearnedFusion": LearnedFusion,
        "generators": linker.generators,
        "queries": [query for note in notes for query in note.queries()],
        "gold_rows": [{terminology.row(each)} for each in gold],
    }


def evaluation() -> Names:
    from xlink.evaluation import compare, evaluate, write_table
    from xlink.render.report import evaluation_page

    built = build_terminology(small_concepts(), Path("hpo"), name="hpo", version="1")
    linker = Linker.open(built.terminology)
    other = Run.of(linker.link(documents(), detect=False), RunHeader("lookup", "hpo"))
    runs = {"a": other, "b": other}
    return {
        "Path": Path,
        "Run": Run,
        "RunHeader": RunHeader,
        "compare": compare,
        "compared": compare(runs, documents(), terminology=built.terminology),
        "documents": documents(),
        "evaluate": evaluate,
        "evaluation_page": evaluation_page,
        "linker": linker,
        "other": other,
        "terminology": built.terminology,
        "write_table": write_table,
    }


def terminologies() -> Names:
    removed = Concept("U07.1", "COVID-19", (Alias("COVID-19", "en"),))
    concepts = [*small_concepts(), removed]
    built = build_terminology(concepts, Path("build") / "icd10", name="icd10", version="1")
    Linker.open(built.terminology)
    added = [Concept("N:1", "gout", (Alias("gout", "en"),))]
    return {"Terminology": xlink.Terminology, "concepts": added}


def text() -> Names:
    pytest.importorskip("lingua")
    linker = Linker.open(small_terminology(Path("small")))
    return {"linker": linker, "documents": [Document("1", "Ingresa por neumonía y fiebre.")]}


SETUPS: dict[str, Callable[[], Names]] = {
    "corpora.md": corpora,
    "corpora-tables.md": corpora_tables,
    "evaluation.md": evaluation,
    "index.md": dict,
    "terminologies.md": terminologies,
    "text.md": text,
}
_NAMED_PAGE = re.compile(r"\b([\w-]+\.md)\b")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def run(page: Path, names: Names, capsys: pytest.CaptureFixture[str]) -> None:
    for block in blocks(page, "python"):
        code = block["code"]
        if code.startswith(">>>"):
            tests = doctest.DocTestParser().get_doctest(code, {}, page.name, str(page), 0)
            assert doctest.DocTestRunner().run(tests).failed == 0
            continue
        exec(compile(code, str(page), "exec"), names)
        printed = capsys.readouterr().out
        if block["output"] is not None:
            assert printed == block["output"]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SETUPS))
def test_python_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(ROOT / "docs" / name, SETUPS[name](), capsys)


@pytest.mark.slow
def test_the_python_of_encoders_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROOT / "docs" / "encoders.md", encoders(monkeypatch), capsys)


def test_no_page_escapes() -> None:
    others = [each for each in (ROOT / "tests").rglob("test_*.py") if each != Path(__file__)]
    named = _NAMED_PAGE.findall("".join(each.read_text(encoding="utf-8") for each in others))
    for page in pages_with("python"):
        assert page.name in {*SETUPS, *named, "encoders.md"}, f"{page} is run by no test"


def test_every_page_is_in_the_navigation() -> None:
    listed = re.findall(r"^ +- ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)
    written = [page.relative_to(ROOT / "docs") for page in ROOT.glob("docs/**/*.md")]
    assert sorted(listed) == sorted(page.as_posix() for page in written)


@pytest.mark.slow
def test_the_documentation_builds_without_warnings(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    pytest.importorskip("mkdocstrings")
    arguments = ["build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    surroundings = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", *arguments],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Linker.link" in (tmp_path / "site" / "reference" / "linker.html").read_text("utf-8")


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for found in _COMMAND.finditer(page.read_text(encoding="utf-8")):
            yield page.name, found[1]


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_commands_parse(page: str, line: str) -> None:
    arguments = shlex.split(line, comments=True)[1:]
    for end in (">", "|"):
        arguments = arguments[: arguments.index(end)] if end in arguments else arguments
    command = typer.main.get_command(app)
    context = command.make_context("xlink", arguments)
    while rest := [*context._protected_args, *context.args]:  # down to the verb
        name, verb, rest = command.resolve_command(context, rest)  # type: ignore[attr-defined]
        context, command = verb.make_context(name, rest, parent=context), verb
        if not hasattr(command, "resolve_command"):
            break


@pytest.mark.parametrize("page", pages_with("toml"), ids=lambda page: page.name)
def test_toml_can_be_read(page: Path) -> None:
    for number, block in enumerate(blocks(page, "toml")):
        content = tomllib.loads(block["code"])
        if page.name not in ("terminologies.md", "umls.md", "snomed.md"):
            continue
        if "kind" in content:
            content = {"source": [content]}
        whole = (
            block["code"] if "name" in content else _toml(_SPEC | {"source": [_SOURCE]} | content)
        )
        path = Path(f"{number}.toml")
        path.write_text(whole, encoding="utf-8")
        load_spec(path)


def _toml(content: dict[str, Any]) -> str:
    """Write what the pages have: tables of plain values, lists and inline tables."""
    lines = []
    for key, value in sorted(content.items(), key=lambda item: not isinstance(item[1], str)):
        if isinstance(value, str):
            lines.append(f"{key} = {json.dumps(value)}")
            continue
        tables: list[Names] = value if isinstance(value, list) else [value]
        for table in tables:
            lines.append(f"[[{key}]]" if isinstance(value, list) else f"[{key}]")
            lines += [f"{name} = {_inline(each)}" for name, each in table.items()]
    return "\n".join(lines)


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def test_json_of_evaluation_can_be_read(tmp_path: Path) -> None:
    documents_block, run_block = blocks(ROOT / "docs" / "evaluation.md", "json")
    (tmp_path / "documents.jsonl").write_text(documents_block["code"], encoding="utf-8")
    (document,) = JsonlReader().read([tmp_path / "documents.jsonl"], Tally())
    (tmp_path / "run.jsonl").write_text(run_block["code"], encoding="utf-8")
    read = Run.load(tmp_path / "run.jsonl")
    assert (read.header.system, document.id) == ("tfidf", "note-1")
