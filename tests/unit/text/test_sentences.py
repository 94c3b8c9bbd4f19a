"""Sentences of letters and notes, at exact places."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.errors import MissingExtraError
from xlink.text.sentences import sentences

pytest.importorskip("pysbd")


def texts(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ["Dr. Lee saw Mr. Fox on 12.03.2020.", "E. coli grew.", "Was he OK?", "Yes!"]),
        ("en", ["Pt. c/o pain q.i.d. for 3 days.", "Approx. 5 mg p.o. was given.", "Hb 9,8 g/dl."]),
        (
            "es",
            ["El Dr. Gil vio a la Sra. Paz.", "Tto. con hierro.", "Se aisló E. coli en 1,5 ml."],
        ),
        ("de", ["Der Pat. kam am 3. März 2020 z.B. mit Fieber.", "V.a. Asthma bds. seit Mai."]),
        ("fr", ["Le Dr. Roux a vu M. Blanc.", "E. coli isolé.", "Pas de fièvre."]),
        ("pt", ["O Dr. Reis observou a Sra. Luz.", "Sem febre."]),
        ("und", ["No fever.", "Went home."]),
    ],
)
def test_full_stops(language: str, parts: list[str]) -> None:
    assert texts(" ".join(parts), language) == parts


def test_scripts_without_spaces() -> None:
    assert texts("患者は発熱した。咳はない。", "ja") == ["患者は発熱した。", "咳はない。"]
    assert texts("患者发热。无咳嗽！", "und") == ["患者发热。", "无咳嗽！"]


def test_a_missing_space() -> None:
    assert texts("No fever.Went home well. See fig.2b.", "en")[:2] == [
        "No fever.",
        "Went home well.",
    ]


NOTE = """DIAGNOSIS
Acute pancreatitis
Type 2 diabetes

History:
- Fever for 3 days
- cough, no sputum
1. Iron 1 g q.i.d.
2. Rest
The woman was brought in with severe pain in the upper abdomen and vomiting
which had begun on 12.03.2020 after a meal. Hb 9,8 g/dl.
No fever"""


def test_headings_lists_and_wrapped_lines() -> None:
    assert texts(NOTE, "en") == [
        "DIAGNOSIS",
        "Acute pancreatitis",
        "Type 2 diabetes",
        "History:",
        "- Fever for 3 days",
        "- cough, no sputum",
        "1. Iron 1 g q.i.d.",
        "2. Rest",
        "The woman was brought in with severe pain in the upper abdomen and vomiting\n"
        "which had begun on 12.03.2020 after a meal.",
        "Hb 9,8 g/dl.",
        "No fever",
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        st.one_of(st.sampled_from("aB.?! \n\r-1(。\"'"), st.characters(codec=None)), max_size=60
    )
)
def test_spans_ascend_and_cover_all_that_shows(text: str) -> None:
    spans = sentences(text, "en")
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


def test_long_texts_take_linear_time() -> None:
    assert sum(end - start for start, end in sentences("x" * 50_000)) == 50_000


def test_a_model_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wtpsplit", None)
    with pytest.raises(MissingExtraError, match=r"xlink\[wtpsplit\]"):
        sentences("One. Two.", model="absent")


def test_a_model_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(split=lambda text: [text[:5], text[5:]])
    monkeypatch.setitem(sys.modules, "wtpsplit", SimpleNamespace(SaT=lambda name: fake))
    assert sentences("One. Two.", model="fake") == [(0, 4), (5, 9)]
