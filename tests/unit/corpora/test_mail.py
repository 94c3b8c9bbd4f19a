from __future__ import annotations

import io
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from xlink.corpora.documents.mail import is_message
from xlink.corpora.text import TextReader
from xlink.errors import DataError
from xlink.tally import Tally


def message(text: str, *, subtype: str = "plain", charset: str = "iso-8859-1") -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = "Arztbrief"
    made.set_content(text, subtype=subtype, charset=charset, cte="quoted-printable")
    return made


def read(path: Path, tally: Tally | None = None) -> str:
    (document,) = TextReader().read([path], Tally() if tally is None else tally)
    return document.text


def test_the_body_is_decoded_and_attachments_are_counted(tmp_path: Path) -> None:
    made = message("Übelkeit seit drei Tagen, " * 10 + "Müdigkeit.\n")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="b.pdf")
    path = tmp_path / "mail.eml"
    path.write_bytes(made.as_bytes())
    assert b"=DCbelkeit" in path.read_bytes()
    tally = Tally()
    assert read(path, tally).startswith("Übelkeit seit")
    assert tally.counts() == {"attachment of a message left out": 1}


def test_of_html_the_text_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(message("<p>No <b>fever</b></p>", subtype="html").as_bytes())
    assert read(path).split() == ["No", "fever"]


def test_a_message_that_is_piped_in_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    content = message("Husten und Fieber für Wochen").as_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert read(Path("-")).strip() == "Husten und Fieber für Wochen"


@pytest.mark.parametrize("text", ["Subject: cough\n\nSince March.", "Dear colleague,\n", ""])
def test_a_letter_is_no_message(text: str) -> None:
    assert not is_message(text.encode())


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"MIME-Version: 1.0\nContent-Type: image/png\n\nxx")
    with pytest.raises(DataError, match="has no text"):
        read(path)
    wrong = b"Content-Type: text/plain; charset=utf-8\nMIME-Version: 1.0\n\n\xfcbel"
    path.write_bytes(wrong)
    with pytest.raises(DataError, match="not in the encoding that it names"):
        read(path)
