"""The stages of a recipe, in their order."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Stage"]


class Stage(StrEnum):
    """What is done; each stage needs those before it."""

    TERMINOLOGY = "terminology"
    INDEX = "index"
    TRAIN = "train"
    LINK = "link"
    EVALUATE = "evaluate"
