"""`xlink link` on folders of all kinds of files, some of them damaged, and when it is killed."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlink.terminology import Terminology

pytest.importorskip("pypdfium2")
pytest.importorskip("reportlab")

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
COMMAND = (sys.executable, "-c", "from xlink.cli import main; main()", "link")


def docx(text: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>"
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}">{body}</w:document>')
    return stream.getvalue()


def pdf(*lines: str, password: str = "") -> bytes:
    from PIL import Image
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    made = Canvas(stream, encrypt=StandardEncryption(password) if password else None)
    for number, line in enumerate(lines):
        made.drawString(72, 700 - 14 * number, line)
    if not lines:
        made.drawInlineImage(Image.new("RGB", (9, 9)), 0, 0, 500, 700)
    made.save()
    return stream.getvalue()


LETTER = ("Admitted with heart failure last week.", "Chest film shows pneumonia.", "No fever.")
GOOD = {
    "a.txt": b"Known heart failure.",
    "b.pdf": pdf(*LETTER),
    "c.docx": docx("Pneumonia, treated at home."),
    "d.eml": b"MIME-Version: 1.0\nContent-Type: text/plain\n\nNow heart failure.",
    "e.txt": "\u202bאי ספיקת לב\u202c (heart failure), cafe\u0301 pneumonia".encode(),
}
DAMAGED = {
    "cut.pdf": (pdf(*LETTER)[:-200], "it is cut"),
    "locked.pdf": (pdf(*LETTER, password="x"), "it is encrypted"),
    "bomb.docx": (docx("0" * 20_000_000), "its text unpacks from 0.0 to 20 MB, more than 16"),
    "latin.txt": ("Neumonía.".encode("latin-1"), "line 1: byte 0xed is not utf-8"),
    "nul.txt": (b"fe\0ver", "line 1: it holds a NUL character"),
    "image.pdf": (pdf(), "its pages are images without text"),
    "line.txt": (b"fever " * 200_000, "it has 1.2 MB, more than the 1 that a document may"),
}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def found(out: Path) -> dict[str, list[str]]:
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()[1:]]
    return {each["document"]: [link["concept_id"] for link in each["links"]] for each in lines}


@pytest.mark.slow
def test_what_is_damaged_is_named_and_the_rest_is_linked(
    small: Terminology, tmp_path: Path
) -> None:
    folder, out = tmp_path / "letters", tmp_path / "run.jsonl"
    folder.mkdir()
    for name, content in GOOD.items():
        (folder / name).write_bytes(content)
    for name, (content, _) in DAMAGED.items():
        (folder / name).write_bytes(content)
    linking = (folder, "-t", small.path, "--language", "en", "-f", "jsonl", "-o", out)
    ended = run(*linking, "--set", "max_mb=1")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    for name, (_, reason) in DAMAGED.items():
        assert f"error: {folder / name}: {reason}" in ended.stderr
    assert "5 documents" in ended.stderr
    assert f"{len(DAMAGED)} failures" in ended.stderr
    assert found(out) == {
        "a": ["T:02"],
        "b": ["T:02", "T:05"],
        "c": ["T:05"],
        "d": ["T:02"],
        "e": ["T:02", "T:05"],
    }
    table = out.with_name("run.jsonl.failures.tsv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 1 + len(DAMAGED)


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(1200):  # five shards
        text = f"Letter {number}. Known heart failure, now pneumonia."
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")
    return folder


def ended_by_kill(arguments: list[object], out: Path) -> Iterator[int]:
    """Kill a run, with its processes, at each of three moments; yield the shards then done."""
    shards = out.with_name(f"{out.name}.unfinished") / "shards"
    for n_done in (1, 2, 3):
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)], stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and len(list(shards.glob("*.json"))) < n_done:
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        yield len(list(shards.glob("*.json")))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_is_killed_goes_on(
    small: Terminology, tmp_path: Path, letters: Path, processes: int
) -> None:
    arguments = [letters, "-t", small.path, "--language", "en", "-f", "jsonl", "-o"]
    whole, out = tmp_path / "whole.jsonl", tmp_path / "again.jsonl"
    assert run(*arguments, whole).returncode == 0
    arguments += [out, "--processes", processes]
    done = list(ended_by_kill(arguments, out))
    assert done == sorted(done)
    assert not out.exists()
    ended = run(*arguments)
    assert ended.returncode == 0, ended.stderr
    assert "were linked by an earlier run" in ended.stderr
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(each.name for each in tmp_path.glob("*.jsonl*")) == [
        "again.jsonl",
        "whole.jsonl",
    ]
