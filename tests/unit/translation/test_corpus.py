from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from xlink.corpora.formats.brat_writer import BratWriter
from xlink.corpora.jsonl import JsonlReader, JsonlWriter
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.translation import Projector, TranslationJob, Translator, corpus, run_translation
from xlink.types import Document, Mention

pytest.importorskip("pysbd")

N_NOTES = 7


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "_AT_ONCE", 2)


@pytest.fixture
def notes() -> list[Document]:
    mention = Mention("T1", ((3, 8),), "fever", "DISO", frozenset({"C1"}))
    return [Document(f"n{n}", "No fever.", "en", (mention,)) for n in range(N_NOTES)]


def job(translator: Translator, out: Path) -> TranslationJob:
    return TranslationJob(projector=Projector(translator), out=out, writer=JsonlWriter())


def read(out: Path) -> list[Document]:
    return list(JsonlReader().read([out], Tally()))


def test_a_corpus_is_written_with_an_account(
    scripted: Callable[..., Translator], notes: list[Document], tmp_path: Path
) -> None:
    out = tmp_path / "es.jsonl"
    german = Document("other", "Kein Fieber.", "de")
    tally = run_translation(job(scripted(), out), [*notes, german])
    assert tally["mention kept by brackets"] == N_NOTES
    assert tally["document left out: it is in another language"] == 1
    documents = read(out)
    assert [each.id for each in documents] == [f"n{n}~es" for n in range(N_NOTES)]
    assert documents[0].mentions[0].gold == frozenset({"C1"})
    assert documents[0].origin == "translated en>es by scripted"
    account = json.loads((tmp_path / "es.jsonl.translation.json").read_text(encoding="utf-8"))
    assert (account["model"], account["from"], account["to"]) == ("scripted", "en", "es")
    assert account["documents"][0] == {"id": "n0~es", "mention kept by brackets": 1}
    assert {each.name for each in tmp_path.iterdir()} == {out.name, f"{out.name}.translation.json"}


def test_a_run_that_was_killed_goes_on(
    scripted: Callable[..., Translator], notes: list[Document], tmp_path: Path
) -> None:
    def killed() -> Iterator[Document]:
        yield from notes[:5]
        raise Killed

    run_translation(job(scripted(), tmp_path / "whole.jsonl"), notes)
    out = tmp_path / "es.jsonl"
    with pytest.raises(Killed):
        run_translation(job(scripted(), out), killed())
    assert not out.exists()
    second = scripted()
    run_translation(job(second, out), notes)
    n_asked = len([text for text in second.asked if "[" in text])  # type: ignore[attr-defined]
    assert n_asked == N_NOTES - 4
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_what_has_changed_is_translated_anew(
    scripted: Callable[..., Translator], notes: list[Document], tmp_path: Path
) -> None:
    out = tmp_path / "es.jsonl"

    def killed(given: Sequence[Document]) -> Iterator[Document]:
        yield from given
        raise Killed

    changed = Document("n0", "No cough.", "en")
    with pytest.raises(Killed):
        run_translation(job(scripted(), out), killed(notes[:4]))
    run_translation(job(scripted(), out), [changed, *notes[1:4]])
    assert read(out)[0].text == "sin tos."


def test_an_unfinished_run_of_another_model_is_not_gone_on_with(
    scripted: Callable[..., Translator], notes: list[Document], tmp_path: Path
) -> None:
    out = tmp_path / "es.jsonl"

    def killed() -> Iterator[Document]:
        yield from notes[:4]
        raise Killed

    with pytest.raises(Killed):
        run_translation(job(scripted(), out), killed())
    with pytest.raises(DataError, match="model"):
        run_translation(job(scripted(name="better"), out), notes)
    run_translation(job(scripted(name="better"), out), notes, restart=True)
    assert read(out)[0].origin.endswith("by better")


def test_a_folder_with_something_in_it_is_refused(
    scripted: Callable[..., Translator], notes: list[Document], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    own = TranslationJob(projector=Projector(scripted()), out=tmp_path / "out", writer=BratWriter())
    with pytest.raises(DataError, match="something already"):
        run_translation(own, notes)
