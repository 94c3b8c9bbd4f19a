"""PDF as pages that are made here, so that the kind of every line is known."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from xlink.corpora.documents.pdf import pdf_text
from xlink.corpora.jsonl import JsonlReader, write_documents
from xlink.corpora.text import TextReader
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.testing.synthetic_pdf import Layout, write_letter
from xlink.types import Document

pytest.importorskip("pypdfium2")
canvas = pytest.importorskip("reportlab.pdfgen.canvas")

REQUIRED = Layout(columns=2, header=2, footer=2, notes="left", justified=True, n_blocks=30)
LAYOUTS = {
    "notes on the left": REQUIRED,
    "notes on the right": replace(REQUIRED, notes="right", font="Times-Roman", size=9),
    "a title above": replace(REQUIRED, full_width_title=True, header=1, gutter=14),
    "one column with tables": Layout(tables=True, notes="right", footer=3, vertical=True),
    "a letterhead": Layout(letterhead=5, page_number="of", n_blocks=25, footer=2),
}


def read(path: Path, tally: Tally | None = None) -> Document:
    (document,) = TextReader().read([path], Tally() if tally is None else tally)
    return document


def lines_of(document: Document) -> list[str]:
    return [" ".join(document.text[slice(*each.span)].split()) for each in document.lines]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_lines_of_the_body_are_told_from_the_others(tmp_path: Path, name: str, seed: int) -> None:
    path = tmp_path / "letter.pdf"
    written = write_letter(path, LAYOUTS[name], seed=seed)
    body = [each.text for each in written if each.kind == "body"]
    assert Counter(each.kind for each in written)["body"] < len(written)
    found = lines_of(read(path))
    right = (Counter(found) & Counter(body)).total()
    assert right / len(found) >= 0.97
    assert right / len(body) >= 0.97
    in_order = [each for each in body if each in set(found)]
    assert [each for each in found if each in set(body)] == in_order


def test_the_place_of_a_line_on_its_page_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    written = {each.text: each for each in write_letter(path, REQUIRED, seed=3)}
    document = read(path)
    for line in document.lines:
        text = document.text[slice(*line.span)]
        left, top, right, bottom = line.box
        expected = written[text]
        assert line.page == expected.page
        assert top < expected.baseline < bottom
        assert (left, right) == pytest.approx((expected.left, expected.right), abs=2)


def test_places_survive_the_lossless_format(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    write_letter(path, replace(REQUIRED, n_blocks=4), seed=1)
    document = read(path)
    write_documents([document], tmp_path / "letter.jsonl")
    assert list(JsonlReader().read([tmp_path / "letter.jsonl"], Tally())) == [document]
    second = document.lines[1]
    start, end = second.span
    assert document.lines_at((start, end)) == (second,)
    assert document.lines_at((start - 2, start + 1)) == document.lines[:2]


def write(path: Path, *lines: tuple[float, float, str], font: str = "Helvetica") -> Path:
    made = canvas.Canvas(str(path), pagesize=(595, 842))
    made.setFont(font, 10)
    for x, y, text in lines:
        made.drawString(x, 842 - y, text)
    made.save()
    return path


def test_words_broken_at_the_end_of_a_line_are_joined(tmp_path: Path) -> None:
    texts = (
        "Known renal insuffi-",
        "ciency, on beta-",
        "blockers; beta-blockers help.",
        "Type-",
        "2",
    )
    lines = ((70, 100 + 12 * number, text) for number, text in enumerate(texts))
    document = read(write(tmp_path / "a.pdf", *lines))
    assert document.text == (
        "Known renal insufficiency, on beta-blockers; beta-blockers help.\nType-\n2"
    )
    assert lines_of(document)[0] == "Known renal insuffi"


def test_paragraphs_have_an_empty_line_between_and_cells_a_tab(tmp_path: Path) -> None:
    texts = [f"Line number {number} of a letter that says little else." for number in range(9)]
    lines = [(70.0, 100.0 + 12 * number, text) for number, text in enumerate(texts)]
    cells = ((70, 240, "Sodium"), (200, 240, "140 mmol/l"))
    document = read(write(tmp_path / "a.pdf", *lines, *cells))
    assert document.text == "\n".join(texts) + "\n\nSodium\t140 mmol/l"


def test_a_page_on_its_side_is_read_as_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    made = canvas.Canvas(str(path), pagesize=(595, 842))
    made.setPageRotation(90)
    made.rotate(90)
    for number in range(3):
        made.drawString(100, -200 - 14 * number, f"fever on day {number}")
    made.save()
    document = read(path)
    assert lines_of(document) == [f"fever on day {number}" for number in range(3)]
    left, top, _, _ = document.lines[0].box
    assert (left, top) == pytest.approx((100, 189), abs=5)


def test_pages_that_are_images_are_refused(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "scan.pdf"
    made = canvas.Canvas(str(path))
    made.drawInlineImage(image.new("RGB", (20, 20)), 0, 0, 500, 700)
    made.save()
    with pytest.raises(DataError, match=r"scan\.pdf: its pages are images without text.*OCR"):
        read(path)
    with pytest.raises(DataError, match="it has no text"):
        read(write(tmp_path / "empty.pdf"))


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    encryption = pytest.importorskip("reportlab.lib.pdfencrypt")
    path = tmp_path / "secret.pdf"
    lock = encryption.StandardEncryption("password", ownerPassword="owner")
    made = canvas.Canvas(str(path), encrypt=lock)
    made.drawString(70, 700, "fever")
    made.save()
    with pytest.raises(DataError, match=r"secret\.pdf: it is encrypted.*without a password"):
        read(path)


def test_a_cut_pdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.pdf"
    write_letter(path, Layout(), seed=1)
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.95):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(DataError, match="it is cut: the end of the file is missing"):
            read(path)
    path.write_bytes(whole[:1500] + whole[-100:])
    with pytest.raises(DataError, match=r"cut\.pdf: it"):
        read(path)
    path.write_bytes(b"fever")
    with pytest.raises(DataError, match="it is not a PDF"):
        read(path)


def test_drawings_and_endless_files_are_not_worked_through(tmp_path: Path) -> None:
    path = tmp_path / "map.pdf"
    made = canvas.Canvas(str(path), pagesize=(4000, 4000))
    for number in range(4_100):
        made.drawString(10 + 60 * (number % 65), 20 + 60 * (number // 65), str(number % 10))
    made.showPage()
    for number in range(9):
        made.drawString(100, 3000 - 12 * number, f"Fever on day {number} of the stay.")
    made.save()
    tally = Tally()
    assert read(path, tally).text.startswith("Fever on day 0")
    assert tally["page that is a drawing left out"] == 1
    with pytest.raises(DataError, match=r"map\.pdf: it has more than 100 characters.*max_mb"):
        pdf_text(path, path=path, tally=Tally(), max_chars=100)


@pytest.mark.slow
def test_no_damage_ends_in_anything_but_text_or_an_error(tmp_path: Path) -> None:
    path = tmp_path / "damaged.pdf"
    write_letter(path, REQUIRED, seed=1)
    whole = path.read_bytes()
    chance = random.Random(1)
    for _ in range(30):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 20, 300))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            text, lines = pdf_text(bytes(damaged), path=path, tally=Tally())
        except DataError:
            continue
        assert all(0 <= each.span[0] <= each.span[1] <= len(text) for each in lines)
