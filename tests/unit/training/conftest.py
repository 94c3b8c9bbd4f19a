from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_bert(make_bert: Callable[..., Path]) -> Path:
    """A BERT of three tiny layers that reads letters."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = [*letters, *(f"##{letter}" for letter in letters)]
    return make_bert(words, layers=3, intermediate_size=64, max_position_embeddings=32)
