"""The cross-encoder in a linker: laws of re-rankers, saved folders, graphs, and names."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet
from xlink.decide import Calibration
from xlink.decide.features import feature_names
from xlink.errors import ArtifactError, SpecError, UnknownNameError
from xlink.linker import Linker
from xlink.rerank import CrossEncoderReranker, Mix, Rendering, open_reranker
from xlink.rerank.cascade import Cascade
from xlink.rerank.memory import Memory
from xlink.rerank.saving import (
    RerankerFacts,
    export_reranker,
    load_network,
    load_reranker,
    read_facts,
    save_network,
    save_reranker,
)
from xlink.terminology import Terminology
from xlink.types import Document, Mention, Query

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from xlink.rerank.network import CrossEncoder, add_markers  # noqa: E402
from xlink.rerank.rendering import MARKERS  # noqa: E402

QUERIES = [
    Query("1", "edema", "lung with ", " and fever", "en", "DISO"),
    Query("2", "HTA", language="es", long_form="hipertension arterial"),
    Query("3", "nothing like it", language="en"),
    Query("4", "diabetes", "known ", "", "es"),
]
FACTS = RerankerFacts(
    base="tiny",
    precision="float32",
    learns_nil=True,
    rendering=Rendering(context_tokens=8),
    mix=Mix(1.5, 2.0, -0.5),
    figures={"recall@1 prior": 0.5},
)


@pytest.fixture(scope="module")
def saved(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained re-ranker in a folder, with logits large enough to matter."""
    network = CrossEncoder.from_base(str(tiny_base), pooling="mean", head="sides")
    with torch.no_grad():
        network.output.weight.mul_(20)
    place = tmp_path_factory.mktemp("rerankers") / "tiny"
    save_network(network, FACTS, place, card="# A card\n")
    return place


@pytest.fixture
def found(small: Terminology) -> CandidateSet:
    return Linker.open(small, detector=None).fused(QUERIES)


@pytest.fixture
def reranker(saved: Path, small: Terminology) -> CrossEncoderReranker:
    return load_reranker(saved, small)


def test_it_permutes_and_keeps_what_was_said(
    reranker: CrossEncoderReranker, found: CandidateSet
) -> None:
    after = reranker.rerank(QUERIES, found)
    assert after.query_offsets.tolist() == found.query_offsets.tolist()
    moved = 0
    for number in range(len(found)):
        before_rows, rows = found.rows_of(number).tolist(), after.rows_of(number).tolist()
        assert sorted(rows) == sorted(before_rows)
        moved += rows != before_rows
        start, end = after.query_offsets[number : number + 2]
        order = list(zip(-after.scores[start:end], rows, strict=True))
        assert order == sorted(order)
        prior = dict(zip(before_rows, found.scores[start:end].tolist(), strict=True))
        assert after.prior_scores is not None
        assert after.prior_scores[start:end].tolist() == [prior[row] for row in rows]
    assert moved
    assert after.scores.min() > 0
    assert after.scores.max() < 1


def test_what_is_too_deep_stays_behind(reranker: CrossEncoderReranker, found: CandidateSet) -> None:
    shallow = replace(reranker, depth=2).rerank(QUERIES, found)
    assert shallow.logits is not None
    for number in range(len(found)):
        start, end = found.query_offsets[number : number + 2].tolist()
        first, rest = slice(start, min(start + 2, end)), slice(min(start + 2, end), end)
        assert set(shallow.concept_rows[first]) == set(found.concept_rows[first])
        assert shallow.concept_rows[rest].tolist() == found.concept_rows[rest].tolist()
        assert np.isnan(shallow.logits[rest]).all()
        assert not np.isnan(shallow.logits[first]).any()


def test_a_learned_nil_takes_its_share(reranker: CrossEncoderReranker, found: CandidateSet) -> None:
    left = [
        1 - np.bincount(each.query_numbers(), each.scores, len(each))
        for each in (
            reranker.rerank(QUERIES, found),
            replace(reranker, mix=Mix(1.5, 2.0, 5.0)).rerank(QUERIES, found),
        )
    ]
    has_any = np.diff(found.query_offsets) > 0
    assert (left[1][has_any] > left[0][has_any]).all()


def test_what_the_cascade_is_sure_of_stays_as_it_was(
    reranker: CrossEncoderReranker, found: CandidateSet, saved: Path, small: Terminology
) -> None:
    names = feature_names(found)
    weights = tuple(8.0 if name == "equal" else 0.0 for name in names)
    cascade = Cascade(Calibration(features=names, weights=weights, bias=-4.0), bar=0.9)
    asked: list[int] = []

    def counted(ids: np.ndarray, segments: np.ndarray, mask: np.ndarray) -> np.ndarray:
        asked.append(len(ids))
        return reranker.forward(ids, segments, mask)

    own = replace(reranker, forward=counted, cascade=cascade)
    after, usual = own.rerank(QUERIES, found), reranker.rerank(QUERIES, found)
    sure = ~np.isnan(cascade.sure(QUERIES, found, small))
    assert sure.tolist() == [True, False, False, True]
    assert after.logits is not None
    first = after.query_offsets[1]
    assert after.rows_of(0).tolist() == found.rows_of(0).tolist()
    assert np.isnan(after.logits[:first]).all()
    assert (np.diff(after.scores[:first]) < 0).all()
    assert after.scores[0] == pytest.approx(1 / (1 + np.exp(-4.0)))
    read = slice(int(first), int(after.query_offsets[3]))
    np.testing.assert_array_equal(after.concept_rows[read], usual.concept_rows[read])
    np.testing.assert_allclose(after.scores[read], usual.scores[read], rtol=1e-4)
    assert sum(asked) > 0
    alone = own.rerank(QUERIES[:1], found.part(0, 1))
    assert alone.rows_of(0).tolist() == found.rows_of(0).tolist()
    with pytest.raises(SpecError, match="no cascade"):
        load_reranker(saved, small, cascade=True)


def fitted(
    before: np.ndarray, after: np.ndarray, max_loss: float, parts: np.ndarray | None = None
) -> Cascade:
    """Fit on 200 mentions, the first of which looks surest."""
    features = np.linspace(1, 0, 200)[:, None]
    return Cascade.fit(
        ("score",),
        features,
        right_before=before,
        right_after=after,
        has_gold=np.ones(200, dtype=bool),
        parts=parts,
        max_loss=max_loss,
    )


def test_the_bar_is_the_lowest_that_costs_little() -> None:
    pytest.importorskip("sklearn")
    features = np.linspace(1, 0, 200)[:, None]
    before = np.arange(200) % 10 != 9
    before[100:] = False
    after = before | (np.arange(200) >= 150)
    made = fitted(before, after, 0.0)
    strict = made.calibration.probabilities(features) >= made.bar
    # The bar is chosen by calibrations of four fifths each, which differ a little.
    assert made.share_sent == pytest.approx(1 - strict.mean(), abs=0.1)
    assert made.loss <= 0
    assert 0.3 < made.share_sent < 0.7
    worse = np.zeros(200, dtype=bool)
    worse[0] = True
    found = fitted(worse, ~worse, -1.0)
    assert found.share_sent == 1.0


def test_what_a_lower_bar_wins_back_is_not_counted_on() -> None:
    pytest.importorskip("sklearn")
    numbers = np.arange(200)
    before = (numbers < 120) & ~((numbers >= 50) & (numbers < 60))
    after = (numbers < 120) & ~((numbers >= 80) & (numbers < 90))
    made = fitted(before, after, 0.0)
    assert 0.65 < made.share_sent < 0.85  # what comes after the 50th is sent


def test_the_cost_leaves_room_for_its_standard_error() -> None:
    pytest.importorskip("sklearn")
    numbers = np.arange(200)
    before = (numbers < 150) & (numbers % 10 != 0)
    after = before | (np.isin(numbers, [40, 50, 60, 70, 80]))
    made = fitted(before, after, 4 / 200)
    assert made.loss == 1 / 200  # of 2 / 200, 1.645 standard errors would be more than is left
    assert 0.7 < made.share_sent < 0.9


def test_no_corpus_pays_for_the_others() -> None:
    pytest.importorskip("sklearn")
    numbers = np.arange(200)
    before = (numbers < 150) & (numbers % 10 != 0)
    after = before | np.isin(numbers, [60, 80])
    small = np.isin(numbers, [50, 60, 70, 80]).astype(np.int64)
    together, apart = (fitted(before, after, 0.1, parts) for parts in (None, small))
    assert together.share_sent < 0.4
    assert apart.share_sent > 0.5  # a quarter of the small one's would be lost


def test_another_process_gives_the_same_scores(
    saved: Path, small: Terminology, reranker: CrossEncoderReranker, tmp_path: Path
) -> None:
    code = f"""
import numpy as np
from pathlib import Path
from xlink.linker import Linker
from xlink.types import Document, Mention, Query
queries = {QUERIES!r}
linker = Linker.open(Path({str(small.path)!r}), detector=None, reranker={str(saved)!r})
found = linker.candidates(queries)
np.savez({str(tmp_path / "found.npz")!r}, rows=found.concept_rows, scores=found.scores)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    other = np.load(tmp_path / "found.npz")
    linker = Linker.open(small, detector=None, reranker=saved)
    own = linker.candidates(QUERIES)
    np.testing.assert_array_equal(other["rows"], own.concept_rows)
    np.testing.assert_array_equal(other["scores"], own.scores)
    explained = linker.explain("edema", language="en")
    assert explained[0].score >= explained[1].score


def test_markers_are_saved_and_start_from_signs(saved: Path, tiny_base: Path) -> None:
    network = CrossEncoder.from_base(str(tiny_base))
    vectors = network.backbone.get_input_embeddings().weight
    ids = network.tokenizer.convert_tokens_to_ids(["[M]", "<"])
    torch.testing.assert_close(vectors[ids[0]], vectors[ids[1]])
    assert network.tokenizer.tokenize("[M] ab [/M]") == ["[M]", "a", "##b", "[/M]"]
    n_before = len(network.tokenizer)
    add_markers(network.backbone, network.tokenizer)
    assert len(network.tokenizer) == n_before == len(vectors)
    loaded = load_network_tokenizer(saved)
    assert all(loaded.token_to_id(marker) is not None for marker in MARKERS)


def load_network_tokenizer(saved: Path):  # type: ignore[no-untyped-def]
    return load_network(saved)[0].pair_tokenizer


@pytest.fixture
def remembering(saved: Path, small: Terminology, tmp_path: Path) -> Path:
    """The same, with a memory of one document, which says that edema is in the lung."""
    mention = Mention("T1", ((0, 5),), "edema", gold=frozenset(["T:10"]))
    memory = Memory.build([Document("1", "edema", "en", (mention,))], [small])
    facts = replace(FACTS, prior=(1.0, 0.0, 9.0, 1.0, 0.0, 0.0))
    network, _ = load_network(saved)
    save_network(network, facts, tmp_path / "remembering", card="", memory=memory)
    return tmp_path / "remembering"


def test_what_it_remembers_is_saved_with_it(
    remembering: Path, small: Terminology, found: CandidateSet, tmp_path: Path
) -> None:
    opened = load_reranker(remembering, small)
    after = replace(opened, depth=1).rerank(QUERIES, found)
    assert small.concept_id(int(after.rows_of(0)[0])) == "T:10"
    assert small.concept_id(int(found.rows_of(0)[0])) != "T:10"
    save_reranker(opened, tmp_path / "copy")
    again = replace(load_reranker(tmp_path / "copy", small), depth=1).rerank(QUERIES, found)
    np.testing.assert_array_equal(again.concept_rows, after.concept_rows)


def test_what_its_prior_finds_unlikely_stays_behind(
    remembering: Path, small: Terminology, found: CandidateSet
) -> None:
    network, facts = load_network(remembering)
    memory = Memory.load(next(remembering.rglob("memory")))
    place = remembering.with_name("choosy")
    save_network(network, replace(facts, least_share=0.5), place, card="", memory=memory)
    choosy = load_reranker(place, small)
    ordered, after = choosy.ordered(QUERIES, found), choosy.rerank(QUERIES, found)
    assert after.logits is not None
    for number in range(len(found)):
        start, end = found.query_offsets[number : number + 2]
        chances = np.exp(ordered.scores[start:end].astype(float))
        n_read = int((chances >= 0.5 * chances[:1].sum()).sum())
        read = slice(start, min(start + n_read, start + choosy.depth))
        assert set(after.concept_rows[read]) == set(ordered.concept_rows[read])
        assert not np.isnan(after.logits[read]).any()
        assert after.rows_of(number)[n_read:].tolist() == ordered.rows_of(number)[n_read:].tolist()
        behind = after.scores[start + n_read : end]
        expected = chances[n_read:] / chances[max(n_read, 1) - 1] / 2
        expected *= after.scores[start : start + max(n_read, 1)].min()
        if n_read < choosy.depth:  # as little probable beside what is read as the prior has them
            np.testing.assert_allclose(behind, expected, rtol=1e-4)
    assert np.isnan(after.logits).sum() > np.isnan(choosy_off(choosy, found)).sum()


def choosy_off(choosy: CrossEncoderReranker, found: CandidateSet) -> np.ndarray:
    logits = replace(choosy, least_share=0.0).rerank(QUERIES, found).logits
    assert logits is not None
    return logits


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_the_graph_scores_alike(
    remembering: Path,
    small: Terminology,
    reranker: CrossEncoderReranker,
    found: CandidateSet,
    tmp_path: Path,
    precision: str,
) -> None:
    for package in ("onnx", "onnx_ir", "onnxruntime"):
        pytest.importorskip(package)
    export_reranker(remembering, tmp_path / "graph", precision=precision)  # type: ignore[arg-type]
    graph = load_reranker(tmp_path / "graph", small)
    assert (graph.mix, graph.learns_nil) == (FACTS.mix, True)
    order = load_reranker(remembering, small).ordered(QUERIES, found).concept_rows
    np.testing.assert_array_equal(graph.ordered(QUERIES, found).concept_rows, order)
    plain, made = reranker.score(QUERIES, found), graph.score(QUERIES, found)
    atol = 1e-4 if precision == "float32" else 0.2 * float(np.std(plain.logits))
    np.testing.assert_allclose(made.logits, plain.logits, atol=atol)
    assert graph.unpadded == (precision == "int8")
    for number in range(len(QUERIES)):
        own = graph.score(QUERIES[number : number + 1], found.part(number, number + 1))
        first, last = found.query_offsets[[number, number + 1]].tolist()
        np.testing.assert_array_equal(own.logits, made.logits[first:last])
    with pytest.raises(ArtifactError, match="ONNX"):
        export_reranker(tmp_path / "graph", tmp_path / "again")
    with pytest.raises(SpecError, match="int8"):
        export_reranker(remembering, tmp_path / "other", precision="int4")  # type: ignore[arg-type]


def test_facts_and_card_are_there(saved: Path) -> None:
    assert read_facts(saved) == FACTS
    assert next(saved.rglob("README.md")).read_text() == "# A card\n"


def test_names(
    saved: Path,
    small: Terminology,
    found: CandidateSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path))
    shutil.copytree(saved, tmp_path / "rerankers" / "mine")
    assert isinstance(open_reranker("mine", small), CrossEncoderReranker)
    with pytest.raises(UnknownNameError, match="Did you mean 'mine'"):
        open_reranker("mime", small)
    with pytest.raises(UnknownNameError):
        open_reranker(tmp_path / "nowhere", small)
    point = EntryPoint("registered", "builtins:dict", "xlink.rerankers")
    monkeypatch.setattr("xlink.registry.entry_points", lambda group: (point,))
    monkeypatch.setattr(EntryPoint, "load", lambda self: lambda terminology: terminology)
    assert open_reranker("registered", small) is small  # type: ignore[comparison-overlap]


def test_a_damaged_folder_is_refused(saved: Path, small: Terminology, tmp_path: Path) -> None:
    shutil.copytree(saved, tmp_path / "cut")
    next((tmp_path / "cut").rglob("head.safetensors")).unlink()
    with pytest.raises(ArtifactError, match="missing"):
        open_reranker(tmp_path / "cut", small)


def test_a_saved_linker_has_its_reranker_inside(
    saved: Path, small: Terminology, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(saved, copy)
    linker = Linker.open(small, detector=None, reranker=copy)
    before = linker.candidates(QUERIES)
    linker.save(tmp_path / "linker")
    shutil.rmtree(copy)
    after = Linker.load(tmp_path / "linker").candidates(QUERIES)
    np.testing.assert_array_equal(after.concept_rows, before.concept_rows)
    np.testing.assert_array_equal(after.scores, before.scores)
