"""A translator that follows a script: word by word, with an order and markers of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

_TOKEN = re.compile(r"</?\d+>|[\[\]\"]|\w+|[^\w\s]")
_WORDS = {
    "the": "el",
    "patient": "paciente",
    "has": "tiene",
    "fever": "fiebre",
    "high": "alta",
    "and": "y",
    "heart": "cardiaca",
    "failure": "insuficiencia",
    "no": "sin",
    "cough": "tos",
    "pain": "dolor",
    "chest": "torácico",
    "dry": "seca",
}
# Adjectives follow nouns.
_TURNED = {("high", "fever"), ("heart", "failure"), ("dry", "cough"), ("chest", "pain")}


@dataclass
class Scripted:
    """Translates by a dictionary; `damage` then makes of a translation what it likes."""

    damage: Callable[[str], str] = lambda text: text
    words: Mapping[str, str] = field(default_factory=lambda: _WORDS)
    source: str = "en"
    target: str = "es"
    name: str = "scripted"
    asked: list[str] = field(default_factory=list)

    def translate(self, texts: Sequence[str]) -> list[str]:
        self.asked += texts
        return [self.damage(self._one(text)) for text in texts]

    def _one(self, text: str) -> str:
        tokens = _TOKEN.findall(text)
        for place in range(len(tokens) - 1):
            if (tokens[place].lower(), tokens[place + 1].lower()) in _TURNED:
                tokens[place : place + 2] = tokens[place + 1], tokens[place]
        said = " ".join(self.words.get(token.lower(), token) for token in tokens)
        return re.sub(r" ([.,;\]]|</\d+>)", r"\1", re.sub(r"(\[|<\d+>) ", r"\1", said))


@pytest.fixture(scope="session")
def scripted() -> type[Scripted]:
    return Scripted
