"""Definitions are those of a published implementation of Schwartz and Hearst (2003).

That one also asks for as many words that begin as the short form does as it has such letters, which
the paper does not; no sentence here turns on it.
"""

from __future__ import annotations

import pytest

from xlink.text.abbreviations import definitions

schwartz_hearst = pytest.importorskip(
    "abbreviations.schwartz_hearst", reason="needs the package abbreviations"
)

SENTENCES = [
    "Patients with chronic obstructive pulmonary disease (COPD) were asked to walk.",
    "We gave tumor necrosis factor (TNF) and interferon gamma (IFN-g) to the mice.",
    "The estimated glomerular filtration rate (eGFR) fell within a week.",
    "A boy with attention deficit hyperactivity disorder (ADHD) and mild fever (rare) came.",
    "Los pacientes con insuficiencia renal aguda (IRA) recibieron suero.",
    "Levels of adenosine triphosphate (ATP) and nitric oxide (NO) rose.",
    "The visual analogue scale (VAS; 0 to 10) was used.",
    "Magnetic resonance imaging (MRI) showed a lesion (arrow).",
    "Deep vein thrombosis (DVT) and pulmonary embolism (PE) were ruled out.",
    "She took acetylsalicylic acid (ASA) against polymyalgia rheumatica (PMR).",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_same_definitions(sentence: str) -> None:
    expected = schwartz_hearst.extract_abbreviation_definition_pairs(doc_text=sentence)
    assert {each.short: each.long for each in definitions(sentence)} == dict(expected)
