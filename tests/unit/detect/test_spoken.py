from __future__ import annotations

import pytest

from xlink.detect.spoken import spoken_forms


@pytest.mark.parametrize(
    ("text", "language", "forms"),
    [
        ("Frobnitis NOS", "en", ["Frobnitis"]),
        ("Unspecified frobnitis of elbow", "en", ["frobnitis of elbow"]),
        ("Frobnitis (acute)(chronic) [Zorb]", "en", ["Frobnitis"]),
        ("Frobnitis(s)", "en", ["Frobnitis"]),
        ("Frobnitis, no especificada", "es", ["Frobnitis"]),
        ("Frobnitis, nicht näher bezeichnet", "de", ["Frobnitis"]),
        ("Frobnitis, sans précision", "fr", ["Frobnitis"]),
        ("Frobnitis, não especificado", "pt", ["Frobnitis"]),
        ("Frobnitis NOS", "ja", []),
        ("Apolipoprotein(a) excess", "en", []),
        ("Unspecified", "en", []),
        ("(acute)", "en", []),
        ("", "en", []),
    ],
)
def test_spoken_forms(text: str, language: str, forms: list[str]) -> None:
    assert spoken_forms(text, language) == forms
