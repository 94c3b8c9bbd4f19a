"""The command line as a user meets it: output, errors and exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from xlink.cli import main
from xlink.cli.arguments import reader_of
from xlink.corpora import DistemistReader
from xlink.terminology import Terminology
from xlink.testing import small_terminology

VERBS = (
    "demo",
    "terminology",
    "index",
    "link",
    "evaluate",
    "reproduce",
    "convert",
    "translate",
    "explain",
    "serve",
    "train",
)


class Shell:
    """Runs the command line in this process and keeps what it printed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.out = self.err = ""

    def __call__(self, *arguments: object) -> int:
        self._monkeypatch.setattr(sys, "argv", ["xlink", *map(str, arguments)])
        try:
            main()
            code: object = 0
        except SystemExit as left:
            code = left.code
        self.out, self.err = self._capsys.readouterr()
        return int(str(code or 0))


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return small_terminology(tmp_path_factory.mktemp("cli") / "small")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text("Admitted with heart failure and pneumonia. No HTA.\n", encoding="utf-8")
    return path


def test_help_names_every_verb_with_an_example(shell: Shell) -> None:
    assert shell("--help") == 0
    for verb in VERBS:
        assert f"  {verb} " in shell.out
    assert shell.out.count("Example:") == len(VERBS)


def test_version(shell: Shell) -> None:
    assert shell("--version") == 0
    assert shell.out.startswith("xlink ")


@pytest.mark.parametrize("arguments", [["frobnicate"], ["link"], ["explain", "x", "-k", "0"]])
def test_misuse_exits_with_2(shell: Shell, arguments: list[str]) -> None:
    assert shell(*arguments) == 2


def test_link_prints_a_table(shell: Shell, built: Terminology, letter: Path) -> None:
    assert shell("link", letter, "-t", built.path, "--language", "en") == 0
    assert "T:02" in shell.out
    assert "T:05" in shell.out


def test_link_from_stdin_writes_a_run(
    shell: Shell, built: Terminology, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO("Paciente con hipertensión arterial.".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert shell("link", "-", "-t", built.path, "--language", "es", "--format", "jsonl") == 0
    header, document = (json.loads(line) for line in shell.out.splitlines())
    assert header["fingerprint"] == built.fingerprint
    assert [link["concept_id"] for link in document["links"]] == ["T:06"]
    assert document["links"][0]["mention"]["spans"] == [[13, 34]]


def test_link_writes_html(shell: Shell, built: Terminology, letter: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert shell("link", letter, "-t", built.path, "--format", "html", "--out", page) == 0
    assert "heart failure" in page.read_text(encoding="utf-8")


def test_a_filter_restricts_detection_and_candidates(
    shell: Shell, built: Terminology, letter: Path
) -> None:
    linking = ("link", letter, "-t", built.path, "--language", "en", "--format", "jsonl")
    assert shell(*linking, "--within", "T:01") == 0
    document = json.loads(shell.out.splitlines()[1])
    assert [link["concept_id"] for link in document["links"]] == ["T:02"]
    assert shell("explain", "failure", "-t", built.path, "--within", "T:01", "--json") == 0
    explained = [each["concept_id"] for each in json.loads(shell.out)]
    assert explained[0] == "T:02"
    assert set(explained) <= {"T:01", "T:02"}


def test_a_reader_keeps_its_own_language_unless_told() -> None:
    reader = reader_of("distemist", ["codes=hpo"])
    assert reader == DistemistReader(codes="hpo", language="es")
    assert reader_of("distemist", None, language="pt") == DistemistReader(language="pt")


def test_evaluate(shell: Shell, built: Terminology, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    mention = {"id": "1", "spans": [[0, 9]], "text": "pneumonia", "gold": ["T:05"]}
    gold.write_text(json.dumps({"id": "d", "text": "pneumonia", "mentions": [mention]}))
    run = tmp_path / "run.jsonl"
    linking = ("link", gold, "-t", built.path, "--reader", "jsonl", "--given")
    assert shell(*linking, "--format", "jsonl", "--out", run) == 0
    assert shell("evaluate", run, gold, "-t", built.path, "--json") == 0
    measures = {each["name"]: each["all"]["value"] for each in json.loads(shell.out)["given"]}
    assert measures["recall@1"] == 1.0


def test_explain_says_who_proposed_what(shell: Shell, built: Terminology) -> None:
    assert shell("explain", "HTA", "-t", built.path, "--language", "es") == 0
    assert "T:06" in shell.out
    assert "lookup" in shell.out
    assert "tfidf" in shell.out


def test_explain_searches_the_long_form_that_the_context_defines(
    shell: Shell, built: Terminology
) -> None:
    asking = ("explain", "PN", "-t", built.path, "--language", "en", "--json")
    assert shell(*asking) == 0
    assert "=" not in shell.err
    for told in (("--context", "Lobar pneumonia (PN) on the left."), ("--long-form", "pneumonia")):
        assert shell(*asking, *told) == 0
        assert json.loads(shell.out)[0]["concept_id"] == "T:05"
        assert "PN = " in shell.err


def test_link_without_long_forms(shell: Shell, built: Terminology, tmp_path: Path) -> None:
    path = tmp_path / "given.jsonl"
    text = "Pneumonia (PN) again. PN."
    mention = {"id": "1", "spans": [[22, 24]], "text": "PN"}
    path.write_text(json.dumps({"id": "d", "text": text, "language": "en", "mentions": [mention]}))
    linking = ("link", path, "-t", built.path, "--reader", "jsonl", "--given")
    assert shell(*linking) == 0
    assert "PN = Pneumonia" in shell.out
    assert shell(*linking, "--no-long-forms") == 0
    assert "Pneumonia" not in shell.out


def test_a_step_is_named(shell: Shell, built: Terminology, letter: Path) -> None:
    letter.write_text("No pneumonia.")
    linking = ("link", letter, "-t", built.path, "--language", "en")
    assert shell(*linking, "--with", "assertion") == 0
    assert "negated" in shell.out
    assert shell(*linking, "--with", "assertoin") == 1
    assert "Did you mean 'assertion'" in shell.err


def test_detectors_are_named(shell: Shell, built: Terminology, tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "heart failure"}])
    nlp.to_disk(tmp_path / "rules")
    (tmp_path / "a.txt").write_text("Heart failure, heart failure and DM2.")
    command = ("link", tmp_path / "a.txt", "-t", built.path, "--language", "en")
    rules = ("--detector", f"{tmp_path / 'rules'}?labels=X:Disease")
    assert shell(*command, *rules) == 0
    assert "T:02" in shell.out
    assert "DM2" not in shell.out
    assert shell(*command, *rules, "--label-type", "Disease=finding") == 0
    assert "T:02" not in shell.out
    assert shell(*command, *rules, "--detector", "dictionary", "--overlaps", "first") == 0
    assert "DM2" in shell.out
    assert shell(*command, "--detector", "spacey") == 1
    assert "Did you mean 'spacy'" in shell.err
    assert shell(*command, "--overlaps", "some") == 1
    assert "overlaps is longest or first or all" in shell.err
    assert shell(*command, "--label-type", "Disease") == 1
    assert "--label-type takes LABEL=TYPE, not 'Disease'" in shell.err


def test_fhir_is_written(shell: Shell, built: Terminology, letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "notes.json"
    assert shell("link", letter, "-t", built.path, "-f", "fhir", "-o", out) == 0
    kinds = [each["resource"]["resourceType"] for each in json.loads(out.read_text())["entry"]]
    assert kinds[0] == "DocumentReference"
    assert "Condition" in kinds
    assert "code without its system" in shell.err


def test_processes_and_restart_need_an_output(
    shell: Shell, built: Terminology, letter: Path
) -> None:
    for told in (("--processes", "2"), ("--restart",)):
        assert shell("link", letter, "-t", built.path, *told) == 1
        assert "--out" in shell.err


def test_index_builds_what_is_asked(shell: Shell, tmp_path: Path) -> None:
    terminology = small_terminology(tmp_path / "small")
    assert shell("index", terminology.path, "--using", "tfidf") == 0
    assert (tmp_path / "small.indexes" / "tfidf" / "manifest.json").is_file()
    assert shell("index", terminology.path, "--using", "tfifd") == 1
    assert "Did you mean 'tfidf'" in shell.err


def test_show_and_stats(shell: Shell, built: Terminology) -> None:
    assert shell("terminology", "show", "T:06", "-t", built.path) == 0
    assert "hipertensión arterial" in shell.out
    assert shell("terminology", "stats", built.path, "--json") == 0
    assert json.loads(shell.out)["n_concepts"] == 12


def table_spec(folder: Path, rows: str) -> Path:
    """Write a table with a specification of it, and return the latter."""
    (folder / "names.tsv").write_text(rows, encoding="utf-8")
    spec = folder / "own.toml"
    spec.write_text(
        'name = "own"\ntitle = "t"\nversion = "1"\nlicence = "CC0-1.0"\n'
        '[[source]]\nkind = "table"\nfiles = "names.tsv"\n'
        'id = "code"\nname = "name"\nparents = "up"\n',
        encoding="utf-8",
    )
    return spec


class TestBadInput:
    """Every failure is one line on stderr that says what to do, and exit code 1."""

    def fails(self, shell: Shell, *arguments: object) -> str:
        assert shell(*arguments) == 1
        assert shell.err.startswith("error: ")
        assert "Traceback" not in shell.err
        return shell.err

    def test_terminology_not_built(self, shell: Shell, letter: Path, tmp_path: Path) -> None:
        error = self.fails(shell, "link", letter, "-t", tmp_path / "nowhere")
        assert "xlink terminology build" in error

    def test_no_such_file(self, shell: Shell, built: Terminology, tmp_path: Path) -> None:
        assert "missing.txt" in self.fails(
            shell, "link", tmp_path / "missing.txt", "-t", built.path
        )

    def test_latin_1(self, shell: Shell, built: Terminology, tmp_path: Path) -> None:
        path = tmp_path / "old.txt"
        path.write_bytes("primera\nneumonía".encode("latin-1"))
        error = self.fails(shell, "link", path, "-t", built.path)
        assert "line 2" in error
        assert "latin-1" in error
        assert shell("link", path, "-t", built.path, "--set", "encoding=latin-1") == 0
        assert "T:05" in shell.out

    def test_binary(self, shell: Shell, built: Terminology, tmp_path: Path) -> None:
        path = tmp_path / "scan.txt"
        path.write_bytes(b"\x89PNG\0\0\0")
        assert "scan.txt" in self.fails(shell, "link", path, "-t", built.path)

    def test_empty_file_is_counted(self, shell: Shell, built: Terminology, tmp_path: Path) -> None:
        path = tmp_path / "empty.txt"
        path.touch()
        assert shell("link", path, "-t", built.path) == 0
        assert "document without text" in shell.err

    @pytest.mark.slow
    def test_a_line_of_50_mb(self, shell: Shell, built: Terminology, tmp_path: Path) -> None:
        path, run = tmp_path / "line.txt", tmp_path / "run.jsonl"
        path.write_text("x" * 50_000_000 + " pneumonia", encoding="ascii")
        arguments = ("link", path, "-t", built.path, "--language", "en", "--format", "jsonl")
        assert shell(*arguments, "--out", run) == 0
        document = json.loads(run.read_text(encoding="utf-8").splitlines()[1])
        assert document["links"][0]["mention"]["spans"] == [[50_000_001, 50_000_010]]

    def test_missing_column(self, shell: Shell, tmp_path: Path) -> None:
        error = self.fails(shell, "terminology", "build", table_spec(tmp_path, "code\ttitle\n"))
        assert "names.tsv, line 1" in error
        assert "no column 'name'" in error
        assert "code, title" in error

    def test_cycles_and_repeated_ids_are_counted(self, shell: Shell, tmp_path: Path) -> None:
        rows = "code\tname\tup\nA\tfever\tB\nB\tcough\tA\nB\ttussis\tZ\n"
        spec = table_spec(tmp_path, rows)
        assert shell("terminology", "build", spec, "--out", tmp_path / "built") == 0
        said = shell.out + shell.err
        assert "2 x concept on a cycle of parents (first: A, B)" in said
        assert "1 x parent skipped: no such concept (first: Z)" in said
        assert "1 x row merged with an earlier one of the same id (first: B)" in said
        assert shell("explain", "tussis", "-t", tmp_path / "built", "--within", "A", "--json") == 0
        assert json.loads(shell.out)[0]["concept_id"] == "B"

    def test_unknown_names(self, shell: Shell, built: Terminology, letter: Path) -> None:
        linking = ("link", letter, "-t", built.path)
        assert "en, es" in self.fails(shell, *linking, "--only-language", "eng")
        assert "lookup" in self.fails(shell, *linking, "--using", "lokup")
        assert "encoding" in self.fails(shell, *linking, "--set", "encodin=utf-8")
        assert "key=value" in self.fails(shell, *linking, "--set", "encoding")

    def test_table_to_a_file(self, shell: Shell, built: Terminology, letter: Path) -> None:
        assert "html" in self.fails(shell, "link", letter, "-t", built.path, "--out", "x.txt")


def test_starting_is_light() -> None:
    code = (
        "import sys, xlink.cli; "
        "heavy = {'torch', 'numpy', 'pyarrow', 'numba', 'scipy', 'pydantic'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
