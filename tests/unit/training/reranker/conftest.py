from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.linker import Linker
from xlink.rerank import Rendering
from xlink.terminology import Terminology
from xlink.training.reranker.options import RerankerOptions
from xlink.types import Document, Mention

MENTIONS: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    ("Known HF and oedema.", [("HF", "T:02"), ("oedema", "T:09")]),
    ("Has cardiac failure, diabetes 2.", [("cardiac failure", "T:02"), ("diabetes 2", "T:04")]),
    ("Edema of lung; high pressure.", [("Edema of lung", "T:10"), ("pressure", "T:06")]),
    ("DM of the skin.", [("DM", "T:07")]),
    ("Type 2 DM, infection of lung", [("Type 2 DM", "T:04"), ("infection of lung", "T:05")]),
    ("Cannot say: diabetic fever", [("diabetic fever", "")]),
    ("Heart disease and alpha thalassemia", [("Heart disease", "T:01"), ("alpha", "T:11")]),
    ("Pulmonary edema, dermatitis DM", [("Pulmonary edema", "T:10"), ("dermatitis DM", "T:07")]),
)  # fmt: skip


@pytest.fixture
def documents() -> list[Document]:
    """Sentences with mentions, one of them NIL."""
    made = []
    for number, (text, mentions) in enumerate(MENTIONS):
        placed = tuple(
            Mention(
                f"T{place}",
                ((text.index(said), text.index(said) + len(said)),),
                said,
                gold=frozenset({concept} if concept else ()),
            )
            for place, (said, concept) in enumerate(mentions)
        )
        made.append(Document(str(number), text, "en", placed))
    return made


@pytest.fixture
def open_linker(small: Terminology) -> Callable[[], Linker]:
    return lambda: Linker.open(small, detector=None)


@pytest.fixture
def options(tiny_base: Path) -> RerankerOptions:
    return RerankerOptions(
        base=str(tiny_base),
        k=5,
        epochs=2,
        lists_a_step=3,
        learning_rate=1e-2,
        dev_share=0.25,
        precision="float32",
        pairs_a_pass=4,
        rendering=Rendering(context_tokens=6, candidate_tokens=30),
    )
