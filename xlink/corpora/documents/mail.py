"""E-mail messages (.eml, or piped in): the text of the body in whatever encoding it travels."""

from __future__ import annotations

import email
import re
from email.policy import default
from pathlib import Path

from lxml import html

from xlink.errors import DataError
from xlink.tally import Tally

__all__ = ["is_message", "message_text"]

_HEADERS = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+\r?\n")


def is_message(content: bytes) -> bool:
    """Tell whether `content` begins with the headers of an e-mail, `MIME-Version` among them."""
    headers = _HEADERS.match(content)
    return headers is not None and b"\nmime-version:" in b"\n" + headers.group().lower()


def message_text(content: bytes, *, path: Path, tally: Tally) -> str:
    """Return the body of a message as text; of HTML no more than its text. Attachments are counted.

    Raises:
        DataError: the message has no text, or not in the encoding that it names.
    """
    message = email.message_from_bytes(content, policy=default)
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        raise DataError("the message has no text", path=path, remedy="Save its attachments.")
    tally.add("attachment of a message left out", str(path), len([*message.iter_attachments()]))
    try:
        text = str(body.get_content(errors="strict"))
    except (LookupError, UnicodeDecodeError) as error:
        raise DataError(
            f"the message is not in the encoding that it names ({type(error).__name__})",
            path=path,
            remedy="Save its text as UTF-8.",
        ) from None
    if body.get_content_subtype() == "html" and text.strip():
        text = " ".join(map(str, html.document_fromstring(text).itertext()))
    return text
