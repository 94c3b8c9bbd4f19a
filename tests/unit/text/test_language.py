"""Languages of documents and of their paragraphs; unsure is `und`."""

from __future__ import annotations

import sys

import pytest

from xlink.errors import MissingExtraError, UnknownNameError
from xlink.text import language
from xlink.text.language import identified, identify, paragraph_languages
from xlink.types import Document

FEW = ("en", "es", "de", "fr", "pt", "zh")
ENGLISH = "The patient was admitted with chest pain and fever, and went home well."
SPANISH = "La paciente refiere dolor abdominal desde ayer."


@pytest.fixture(autouse=True)
def _needs_lingua() -> None:
    pytest.importorskip("lingua")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH, "en"),
        (SPANISH, "es"),
        ("Der Patient wurde wegen Fieber aufgenommen.", "de"),
        ("Le patient a été hospitalisé pour fièvre.", "fr"),
        ("患者因发热入院", "zh"),
        ("Hb 9.8", "und"),
        ("", "und"),
        ("\ud800" * 20, "und"),
    ],
)
def test_identify(text: str, expected: str) -> None:
    assert identify(text, FEW) == expected


def test_paragraphs_have_their_own_language() -> None:
    text = f"{ENGLISH}\n\nHb 9.8\n \n{SPANISH}\n"
    found = paragraph_languages(text, FEW)
    assert [(text[a:b], spoken) for (a, b), spoken in found] == [
        (ENGLISH, "en"),
        ("Hb 9.8", "en"),
        (SPANISH, "es"),
    ]


def test_documents_of_unknown_language_get_one() -> None:
    assert identified(Document("1", f"{SPANISH}\n\n{ENGLISH}"), FEW).language == "en"
    assert identified(Document("2", ENGLISH, "pt-BR"), FEW).language == "pt-BR"
    assert identified(Document("3", "Hb 9.8"), FEW).language == "und"


def test_unknown_languages_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="xx"):
        identify(ENGLISH, ("en", "xx"))


def test_lingua_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lingua", None)
    language._detector.cache_clear()
    with pytest.raises(MissingExtraError, match=r"xlink\[languages\]"):
        identify(ENGLISH, FEW)
