"""End to end on real corpora: the figures that alias lookup and n-grams reach on HPO."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from xlink.candidate_set import CandidateSet
from xlink.corpora import DistemistReader, GscReader
from xlink.errors import XlinkError
from xlink.evaluation.retrieval import evaluate_candidates
from xlink.linker import Linker
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.spec import build
from xlink.types import Document

pytestmark = pytest.mark.slow

TOLERANCE = 0.0005


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def built(name: str, home: Path) -> Terminology:
    try:
        return build(name, home / name)
    except XlinkError as error:
        if "download" not in str(error):
            raise
        pytest.skip(f"{name} can't be downloaded here")


def recalls(terminology: Terminology, documents: Sequence[Document]) -> dict[str, float | None]:
    linker = Linker.open(terminology, detector=None)
    queries = [query for document in documents for query in document.queries()]
    found: CandidateSet = linker.candidates(queries)
    measures = evaluate_candidates(found, documents, terminology)
    return {each.name: each.covered.value for each in measures if each.covered is not None}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hpo-es", {"recall@1": 0.6935, "recall@64": 0.9245}),
        ("hpo", {"recall@1": 0.6894, "recall@64": 0.9236}),
    ],
)
def test_distemist(real_data: Path, home: Path, name: str, expected: dict[str, float]) -> None:
    documents = list(DistemistReader(codes="hpo").read([real_data / "distemist"], Tally()))
    assert len(documents) == 583
    reached = recalls(built(name, home), documents)
    for measure, value in expected.items():
        assert reached[measure] == pytest.approx(value, abs=TOLERANCE)


def test_gsc(real_data: Path, home: Path) -> None:
    reader = GscReader(annotations="raw_ann")
    documents = list(reader.read([real_data / "hpo-corpora" / "GSC+"], Tally()))
    assert len(documents) == 228
    reached = recalls(built("hpo", home), documents)
    assert reached["recall@1"] == pytest.approx(0.7422, abs=TOLERANCE)
    assert reached["recall@64"] == pytest.approx(0.9458, abs=TOLERANCE)
