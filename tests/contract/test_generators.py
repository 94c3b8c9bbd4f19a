"""The built-in generators keep the laws of `xlink.testing`."""

from __future__ import annotations

import pytest

from xlink.candidates.lookup import AliasLookup, CognateLookup, ExactLookup
from xlink.candidates.tfidf import TfidfNgrams
from xlink.protocols import CandidateGenerator
from xlink.terminology import Terminology
from xlink.testing import GeneratorLaws


class TestAliasLookup(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return AliasLookup.build(terminology)


class TestAliasLookupOfMisspeltWords(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return AliasLookup.build(terminology, cognates=True, near=True)


class TestCognateLookup(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return CognateLookup.build(terminology)


class TestExactLookup(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return ExactLookup.build(terminology)


class TestTfidfNgrams(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return TfidfNgrams.build(terminology)


class TestTfidfNgramsOfManySizes(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology: Terminology) -> CandidateGenerator:
        return TfidfNgrams.build(terminology, sizes=(1, 2, 3, 4), paraphrase=False)
