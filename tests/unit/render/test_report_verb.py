from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xlink.cli import main
from xlink.corpora.jsonl import write_documents
from xlink.evaluation import Run, RunHeader
from xlink.types import Document


@pytest.mark.parametrize(
    ("text", "shown", "hidden"),
    [
        ("none", "What went wrong", "cough"),
        ("mention", ">cough</bdi>", "then"),
        ("context", "<mark>cough</mark>", "note 1"),
    ],
)
def test_the_report_shows_as_much_text_as_asked(
    report_documents: list[Document],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    shown: str,
    hidden: str,
) -> None:
    gold, run, page = (tmp_path / name for name in ("gold.jsonl", "run.jsonl", "page.html"))
    write_documents(report_documents, gold)
    Run(RunHeader("nothing"), []).save(run)
    arguments = ["xlink", "evaluate", run, gold, "--html", page, "--html-text", text]
    monkeypatch.setattr(sys, "argv", list(map(str, arguments)))
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code
    errors = page.read_text(encoding="utf-8").partition('id="errors"')[2]
    errors = errors.partition("</section>")[0]
    assert shown in errors
    assert hidden not in errors
