"""What a translator must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

__all__ = ["Translator"]


@runtime_checkable
class Translator(Protocol):
    """Translates texts from one language into another.

    `name` tells it from others: the same name means the same translations. `source` and `target`
    are BCP 47 tags.
    """

    @property
    def name(self) -> str:
        """What it is, with its revision."""
        ...

    @property
    def source(self) -> str:
        """The language that it reads."""
        ...

    @property
    def target(self) -> str:
        """The language that it writes."""
        ...

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Return one translation a text, in their order."""
        ...
