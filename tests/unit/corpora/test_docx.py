from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from xlink.corpora.documents.docx import docx_text
from xlink.corpora.text import TextReader
from xlink.errors import DataError
from xlink.tally import Tally

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def packed(body: str, *, part: str = "word/document.xml") -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{WORD}" '
        f'xmlns:mc="{COMPATIBILITY}"><w:body>{body}</w:body></w:document>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return stream.getvalue()


def text_of(content: bytes, *, max_bytes: int = 1_000_000) -> str:
    return docx_text(io.BytesIO(content), path=Path("letter.docx"), max_bytes=max_bytes)


def test_paragraphs_tabs_and_breaks() -> None:
    body = (
        "<w:p><w:r><w:t>Fe</w:t></w:r><w:r><w:t>ver</w:t><w:tab/><w:t>39</w:t><w:br/>"
        "<w:t>X</w:t><w:noBreakHyphen/><w:t>ray</w:t></w:r></w:p>" + paragraph("Ünd")
    )
    assert text_of(packed(body)) == "Fever\t39\nX-ray\nÜnd\n"


def test_tables_are_read_by_rows_with_tabs() -> None:
    cells = "".join(f"<w:tc>{paragraph(each)}</w:tc>" for each in ("Sodium", "140"))
    row = f"<w:tr>{cells}</w:tr>"
    body = f"{paragraph('Before')}<w:tbl>{row}{row}</w:tbl>{paragraph('After')}"
    assert text_of(packed(body)) == "Before\nSodium\t140\nSodium\t140\nAfter\n"


def test_a_text_box_is_read_once_and_what_was_deleted_not_at_all() -> None:
    box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
    body = (
        f"<w:p><w:r><w:t>A</w:t><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom></w:p>"
    )
    assert text_of(packed(body)) == "A\nboxed\n\n"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = packed(paragraph("0" * 20_000_000))
    assert len(bomb) < 30_000
    with pytest.raises(DataError, match=r"unpacks from 0\.0 to 20 MB, more than 16.*max_mb"):
        text_of(bomb)


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_says() -> None:
    bomb = bytearray(packed(paragraph("0" * 20_000_000)))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as archive:
        size = archive.getinfo("word/document.xml").file_size
    lied = bytes(bomb).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    with pytest.raises(DataError, match=r"letter\.docx: it"):
        text_of(lied)


def test_entities_are_not_expanded() -> None:
    inner = f'<!DOCTYPE w [<!ENTITY a "{"x" * 1000}">]>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        content = f'{inner}<w:document xmlns:w="{WORD}">{paragraph("&a;" * 100)}</w:document>'
        archive.writestr("word/document.xml", content)
    assert "xx" not in text_of(stream.getvalue())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (packed("<w:p>")[:200], "no whole .docx"),
        (b"", "no whole .docx"),
        (packed("", part="xl/workbook.xml"), "without a Word document"),
        (packed("</w:p>"), "its text is damaged"),
    ],
)
def test_what_is_no_docx_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=problem):
        list(TextReader().read([path], Tally()))


def test_an_encrypted_or_old_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    with pytest.raises(DataError, match=r"encrypted, or a \.doc.*Save it as \.docx"):
        list(TextReader().read([path], Tally()))
    encrypted = bytearray(packed(paragraph("x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(signature) + offset] |= 1
    path.write_bytes(encrypted)
    with pytest.raises(DataError, match="it is encrypted"):
        list(TextReader().read([path], Tally()))


def test_a_document_of_python_docx_is_read(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    made = docx.Document()
    made.add_heading("Befund", 1)
    made.add_paragraph("Keine Pneumonie.")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Natrium", "140"
    made.sections[0].header.paragraphs[0].text = "Klinik"
    path = tmp_path / "brief.docx"
    made.save(path)
    (document,) = TextReader(language="de").read([path], Tally())
    assert document.text == "Befund\nKeine Pneumonie.\nNatrium\t140\n"
