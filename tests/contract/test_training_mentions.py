"""The lookup of training mentions keeps the laws of `xlink.testing`."""

from __future__ import annotations

import pytest

from xlink.candidates.training_mentions import TrainingMentions
from xlink.protocols import CandidateGenerator
from xlink.terminology import Terminology
from xlink.testing import GeneratorLaws
from xlink.types import Document, Mention


class TestTrainingMentions(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        documents = [
            Document(f"{shift}-{row}", text, mentions=(mention(text, terminology, row + shift),))
            for shift in (0, 1, 5)
            for row, text in enumerate(terminology.alias_texts(0, 40))
        ]
        return TrainingMentions.build(terminology, documents=documents)


def mention(text: str, terminology: Terminology, row: int) -> Mention:
    gold = frozenset({terminology.concept_id(row % terminology.n_concepts)})
    return Mention("1", ((0, len(text)),), text, gold=gold)
