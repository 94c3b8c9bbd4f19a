from __future__ import annotations

import csv
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from xlink.corpora.formats.brat_writer import BratWriter
from xlink.corpora.formats.omop import NoteNlpWriter
from xlink.corpora.jsonl import JsonlReader, write_documents
from xlink.corpora.text import TextReader
from xlink.errors import ArtifactError, DataError, SpecError, UnknownNameError
from xlink.evaluation import Run
from xlink.jobs import Job, LinkSettings, inputs, run_job
from xlink.jobs.worker import Worker
from xlink.linker import Linker
from xlink.protocols import CorpusReader, CorpusWriter
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.types import Document

N_LETTERS = 40
SENTENCES = ("Heart failure.", "Known hypertension.", "Pneumonia, treated.", "No HTA.", "Well.")


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(N_LETTERS):
        text = " ".join(SENTENCES[(number + step) % 5] for step in range(number % 7 + 1))
        (folder / f"letter{number:02}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def few_a_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_MOST_ITEMS", 3)


@pytest.fixture
def job(small: Terminology, letters: Path) -> Callable[..., Job]:
    def make(
        out: Path,
        *,
        writer: CorpusWriter | None = None,
        reader: CorpusReader | None = None,
        path: Path = letters,
        threshold: float = 0.2,
    ) -> Job:
        settings = LinkSettings(terminology=str(small.path), threshold=threshold)
        reader = TextReader(language="en") if reader is None else reader
        return Job(paths=[path], reader=reader, settings=settings, out=out, writer=writer)

    return make


@pytest.fixture
def killed_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make the process die when it has begun so many tasks more."""
    done = Worker.do

    def set_up(n_tasks: int) -> None:
        left = iter(range(n_tasks))

        def do(worker: Worker, task: inputs.Task) -> object:
            if next(left, None) is None:
                raise Killed
            return done(worker, task)

        monkeypatch.setattr(Worker, "do", do)

    return set_up


def content_of(out: Path) -> dict[str, bytes]:
    files = [out] if out.is_file() else sorted(out.rglob("*"))
    return {each.name.removeprefix(out.name): each.read_bytes() for each in files if each.is_file()}


def test_the_run_is_what_the_linker_says(
    small: Terminology, letters: Path, job: Callable[..., Job], tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    summary = run_job(job(out))
    run = Run.load(out)
    documents = list(TextReader(language="en").read([letters], summary.tally))
    linked = list(Linker.open(small).link(documents))
    assert [each.document for each in run.documents] == [each.id for each in documents]
    assert [each.links for each in run.documents] == [each.links for each in linked]
    assert summary.n_documents == N_LETTERS
    assert summary.n_links == sum(len(each.links) for each in linked) > N_LETTERS
    assert summary.n_bytes == summary.new_bytes == sum(len(each.text) for each in documents)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["letters", "run.jsonl"]


@pytest.mark.parametrize("writer", [None, NoteNlpWriter(date="2026-01-31"), BratWriter()])
def test_a_killed_run_goes_on_and_ends_alike(
    job: Callable[..., Job],
    tmp_path: Path,
    killed_after: Callable[[int], None],
    writer: CorpusWriter | None,
) -> None:
    run_job(job(tmp_path / "whole", writer=writer))
    out = tmp_path / "again"
    for n_tasks in (3, 0, 5):
        killed_after(n_tasks)
        with pytest.raises(Killed):
            run_job(job(out, writer=writer))
        assert not out.exists()
    killed_after(N_LETTERS)
    summary = run_job(job(out, writer=writer))
    assert content_of(out) == content_of(tmp_path / "whole")
    assert summary.n_documents == N_LETTERS
    assert summary.n_kept == 8 * 3
    assert 0 < summary.new_bytes < summary.n_bytes


def test_what_is_half_written_is_done_again(
    job: Callable[..., Job], tmp_path: Path, killed_after: Callable[[int], None]
) -> None:
    run_job(job(tmp_path / "whole"))
    out = tmp_path / "again"
    killed_after(6)
    with pytest.raises(Killed):
        run_job(job(out))
    shards = tmp_path / "again.unfinished" / "shards"
    (shards / "00000000.json").unlink()  # killed before the record of a shard
    (shards / "00000001.json").write_text('{"number": 1, "si')
    (shards / "00000002.jsonl").write_bytes(b"")
    (shards / "00000003.jsonl.77.tmp").write_bytes(b"x")
    killed_after(N_LETTERS)
    assert run_job(job(out)).n_kept == 3 * 3
    assert out.read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_run_killed_while_its_output_was_put_in_place_goes_on(
    job: Callable[..., Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlink.jobs.folder import JobFolder

    out = tmp_path / "linked"
    with monkeypatch.context() as patch:
        patch.setattr(JobFolder, "finish", lambda self: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            run_job(job(out, writer=BratWriter()))
    before = content_of(out)
    assert run_job(job(out, writer=BratWriter())).n_kept == N_LETTERS
    assert content_of(out) == before
    with pytest.raises(DataError, match="there is something already"):
        run_job(job(out, writer=BratWriter()))


def test_other_settings_or_inputs_are_refused_unless_begun_anew(
    job: Callable[..., Job], tmp_path: Path, letters: Path, killed_after: Callable[[int], None]
) -> None:
    out = tmp_path / "run.jsonl"
    killed_after(2)
    with pytest.raises(Killed):
        run_job(job(out))
    killed_after(N_LETTERS)
    with pytest.raises(DataError, match=r"differs from this one in: threshold\..*--restart"):
        run_job(job(out, threshold=0.5))
    (letters / "letter00.txt").write_text("Asthma.")
    with pytest.raises(DataError, match="differs from this one in: input files"):
        run_job(job(out))
    assert run_job(job(out), restart=True).n_kept == 0


def test_a_run_that_did_nothing_is_no_hindrance(job: Callable[..., Job], tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    wrong = job(out)
    settings = LinkSettings(terminology=wrong.settings.terminology, steps=("assertoin",))
    with pytest.raises(UnknownNameError, match="assertion"):
        run_job(Job(paths=wrong.paths, reader=wrong.reader, settings=settings, out=out))
    assert run_job(job(out)).n_documents == N_LETTERS
    assert not (tmp_path / "run.jsonl.unfinished").exists()


def test_bad_files_are_named_and_the_rest_goes_on(
    job: Callable[..., Job], tmp_path: Path, letters: Path
) -> None:
    (letters / "letter05.txt").write_bytes("fièvre".encode("latin-1"))
    (letters / "scan.pdf").write_bytes(b"%PDF-1.4 cut")
    (letters / "z.docx").write_bytes(b"PK\x03\x04")
    summary = run_job(job(tmp_path / "run.jsonl"))
    assert summary.n_documents == N_LETTERS - 1
    reasons = {Path(each.name).name: each.reason for each in summary.failures}
    assert reasons["letter05.txt"].startswith("line 1: byte 0xe8 is not utf-8")
    assert reasons["scan.pdf"].startswith("it is cut")
    assert reasons["z.docx"].startswith("it is no whole .docx")
    assert next(summary.sentences()).endswith("3 failures")


def test_what_a_document_says_is_not_repeated(job: Callable[..., Job], tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    mention = {"id": "1", "spans": [[0, 5]], "text": "Smith", "gold": ["X"]}
    record = {"id": "d", "text": "Jones, known asthma", "mentions": [mention]}
    path.write_text(json.dumps(record))
    summary = run_job(job(tmp_path / "run.jsonl", path=path, reader=JsonlReader()))
    (failure,) = summary.failures
    assert "Smith" not in failure.reason
    assert "Jones" not in failure.reason
    assert failure.reason.startswith("line 1: mention '…' says '…' where the text has '…'")


def test_one_file_of_many_documents(
    job: Callable[..., Job], tmp_path: Path, killed_after: Callable[[int], None]
) -> None:
    path = tmp_path / "notes.jsonl"
    documents = [Document(f"d{n}", SENTENCES[n % 5], "en") for n in range(N_LETTERS)]
    write_documents([*documents, documents[0]], path)
    run_job(job(tmp_path / "whole", path=path, reader=JsonlReader()))
    out = tmp_path / "again"
    for n_tasks in (4, 4):
        killed_after(n_tasks)
        with pytest.raises(Killed):
            run_job(job(out, path=path, reader=JsonlReader()))
    killed_after(N_LETTERS)
    summary = run_job(job(out, path=path, reader=JsonlReader()))
    assert summary.n_kept == 8 * 3
    assert out.read_bytes() == (tmp_path / "whole").read_bytes()
    assert len(summary.failures) == 1


@dataclass(frozen=True)
class Given:
    """A reader of the documents that it has."""

    texts: tuple[str, ...]

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        for number, text in enumerate(self.texts):
            yield Document(str(number), text, "en")


def test_half_a_character_fails_alone(job: Callable[..., Job], tmp_path: Path) -> None:
    reader = Given(("Asthma.", "Asthma \ud800.", "Pneumonia."))
    summary = run_job(job(tmp_path / "run.jsonl", reader=reader))
    assert (summary.n_documents, len(summary.failures)) == (2, 1)
    assert summary.failures[0].name == "1"


def test_a_folder_can_not_be_used_by_two(job: Callable[..., Job], tmp_path: Path) -> None:
    from xlink.jobs.folder import JobFolder

    out = tmp_path / "run.jsonl"
    with (
        JobFolder.of(out, {}, restart=False),
        pytest.raises(DataError, match="another process works on this output"),
    ):
        run_job(job(out))


@pytest.mark.slow
def test_several_processes_give_the_same(job: Callable[..., Job], tmp_path: Path) -> None:
    run_job(job(tmp_path / "one"))
    summary = run_job(job(tmp_path / "two"), n_processes=2)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert summary.n_documents == N_LETTERS
    assert summary.cpu_s > 0
    assert threading.active_count() < 10


def test_what_can_not_be_opened_is_said_before_any_work(
    job: Callable[..., Job], tmp_path: Path
) -> None:
    wrong = job(tmp_path / "run.jsonl")
    settings = LinkSettings(terminology=str(tmp_path / "nowhere"))
    with pytest.raises(ArtifactError, match="nowhere"):
        run_job(Job(paths=wrong.paths, reader=wrong.reader, settings=settings, out=wrong.out))
    with pytest.raises(SpecError, match="at least one process"):
        run_job(wrong, n_processes=0)
    assert not (tmp_path / "run.jsonl.unfinished").exists()


def test_notes_are_numbered_over_all_shards(job: Callable[..., Job], tmp_path: Path) -> None:
    out = tmp_path / "notes.csv"
    run_job(job(out, writer=NoteNlpWriter(date="2026-01-31")))
    with out.open(newline="") as stream:
        numbers = [row["note_nlp_id"] for row in csv.DictReader(stream)]
    assert numbers == [str(number + 1) for number in range(len(numbers))]


def test_tasks_are_cut_by_items_and_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_MOST_CHARS", 10)

    def documents() -> Iterator[Document]:
        yield from (Document(str(number), "x" * size) for number, size in enumerate(sizes))

    sizes = (1, 1, 1, 1, 9, 9, 50, 0)
    cut = [[len(each.text) for each in task.items] for task in inputs.cut(documents())]  # type: ignore[union-attr]
    assert cut == [[1, 1, 1], [1, 9], [9], [50], [0]]
