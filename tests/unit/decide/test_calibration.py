"""Calibrated decisions: features by hand, fits against scikit-learn, promises, and files."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet, segment_offsets
from xlink.candidates.fusion import ReciprocalRankFusion, WeightedFusion
from xlink.decide import CalibratedDecider, Calibration, ThresholdDecider, open_decider
from xlink.decide.features import decision_features, feature_names
from xlink.decide.opening import shipped_calibration
from xlink.decide.risk import RiskTable
from xlink.errors import DataError, SpecError
from xlink.linker import DEFAULT_GENERATORS, Linker
from xlink.terminology import Terminology
from xlink.types import Document, Mention, Query


def fused(small: Terminology) -> CandidateSet:
    """Return lists of two, no and one candidates; the first alias of the first is its name."""
    concepts = np.array([1, 0, 2], dtype=np.int32)
    return CandidateSet(
        segment_offsets(np.array([2, 0, 1])),
        concepts,
        small.first_aliases[concepts].astype(np.int32),
        np.array([0.75, 0.5, 0.25], dtype=np.float32),
        np.zeros(3, dtype=np.int8),
        ("a", "b"),
        trace_scores=np.array([[1.0, 0.5], [0.5, 0.5], [np.nan, 0.5]], dtype=np.float32),
        trace_ranks=np.array([[0, 1], [1, 0], [-1, 0]], dtype=np.int32),
    )


def test_features_by_hand(small: Terminology) -> None:
    found = fused(small)
    name = small.aliases(found.alias_rows[:1])[0].text
    expected = [
        [0.75, 0.25, 0.5, 1.0, log(1 + len(name)), 1.0, 0.5],
        [0.0, 0.0, 0.0, 0.0, log(4), 0.0, 0.0],
        [0.25, 0.25, 0.5, 0.0, log(2), 0.0, 0.5],
    ]
    features = decision_features(found, [name.upper(), "abc", "x"], small)
    np.testing.assert_allclose(features, expected, rtol=1e-6)
    assert feature_names(found) == (
        "score", "margin", "agreement", "equal", "length", "by a", "by b"
    )  # fmt: skip
    again = replace(found, prior_scores=found.scores, logits=found.scores)
    assert decision_features(again, [name, "abc", "x"], small)[0, 5] == 0.75
    with pytest.raises(ValueError, match="3 candidate lists for 1"):
        decision_features(found, ["x"], small)


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw features and what is right by a logistic model with weights 3 and -1."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0.5, 1, (n, 2))
    logits = features @ [3.0, -1.0] - 0.5
    return features, rng.random(n) < 1 / (1 + np.exp(-logits))


def test_the_logistic_fit_is_that_of_scikit_learn() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    features, right = drawn(500, 0)
    made = Calibration.fit(("x", "y"), features, right)
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    model = linear.LogisticRegression(max_iter=1_000).fit(scaled, right)
    expected = model.predict_proba(scaled)[:, 1]
    np.testing.assert_allclose(made.probabilities(features), expected, atol=1e-6)
    assert made.weights == pytest.approx((3, -1), rel=0.25)


def test_isotonic_steps_are_those_of_scikit_learn(tmp_path: Path) -> None:
    isotonic = pytest.importorskip("sklearn.isotonic")
    features, right = drawn(500, 0)
    plain = Calibration.fit(("x", "y"), features, right).probabilities(features)
    made = Calibration.fit(("x", "y"), features, right, method="isotonic")
    model = isotonic.IsotonicRegression(out_of_bounds="clip").fit(plain, right)
    fresh, _ = drawn(200, 1)
    expected = model.predict(Calibration.fit(("x", "y"), features, right).probabilities(fresh))
    np.testing.assert_allclose(made.probabilities(fresh), expected, atol=1e-9)
    made.save(tmp_path / "own.json")
    assert Calibration.load(tmp_path / "own.json") == made


def test_what_is_no_calibration_is_refused(tmp_path: Path) -> None:
    for content in ("{}", "no json"):
        (tmp_path / "own.json").write_text(content)
        with pytest.raises(DataError, match=r"own\.json.*xlink train calibration"):
            Calibration.load(tmp_path / "own.json")
    pytest.importorskip("sklearn")
    with pytest.raises(DataError, match="nothing to learn"):
        Calibration.fit(("x",), np.ones((3, 1)), np.ones(3, dtype=bool))


def test_a_risk_is_kept_as_clopper_and_pearson_bound_it() -> None:
    # One level of 100 links without an error: 1 - (1 - bound)^100 = .9.
    table = RiskTable((0.5,), (100,), (0,))
    bound = 1 - 0.1 ** (1 / 100)
    assert table.threshold(bound + 1e-9) == 0.5
    with pytest.raises(DataError, match=r"no threshold leaves at most 2% .* at most 2\.3%"):
        table.threshold(bound - 0.003)
    with pytest.raises(SpecError, match="between 0 and 1"):
        table.threshold(0)
    with pytest.raises(DataError, match="more documents"):
        RiskTable().threshold(0.05)


def test_promises_hold_nine_times_in_ten() -> None:
    broken = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        shares = rng.random(3_000)
        table = RiskTable.of(shares, rng.random(3_000) < shares)
        threshold = table.threshold(0.2)
        broken += (1 - threshold) / 2 > 0.2  # the true risk above a threshold
    assert broken <= 0.1 * 60


def test_the_lowest_level_that_passes_is_taken() -> None:
    table = RiskTable((0.9, 0.7, 0.5), (1_000, 2_000, 3_000), (0, 10, 1_500))
    assert table.threshold(0.05) == 0.7
    assert table.threshold(0.6) == 0.5


def test_decisions_and_confidences(small: Terminology) -> None:
    found = fused(small)
    weights = (2.0, 0, 0, 0, 0, 0, 0)
    calibration = Calibration(features=feature_names(found), weights=weights, bias=-1.0)
    mentions = tuple(Mention(str(n), ((n, n + 1),), "x") for n in range(3))
    documents = [Document("1", "xxx", mentions=mentions)]
    links = CalibratedDecider(calibration, 0.5, keep=1).decide(documents, found, small)
    assert [link.concept_id for link in links] == ["T:01", None, None]
    first, last = 1 / (1 + exp(-0.5)), 1 / (1 + exp(0.5))
    assert [link.confidence for link in links] == pytest.approx([first, 1, 1 - last])
    assert links[0].candidates[0].score == 0.75
    other = replace(found, generators=("a", "c"))
    with pytest.raises(SpecError, match=r"by b; these have .* by c"):
        CalibratedDecider(calibration).decide(documents, other, small)


def test_which_decider_a_linker_has(tmp_path: Path) -> None:
    usual = open_decider(DEFAULT_GENERATORS, WeightedFusion())
    assert isinstance(usual, CalibratedDecider)
    assert usual.threshold == 0.3
    assert open_decider(["exact"], WeightedFusion()) == ThresholdDecider()
    for fusion in (WeightedFusion(weights={"tfidf": 2.0}), ReciprocalRankFusion()):
        assert shipped_calibration(DEFAULT_GENERATORS, fusion) is None
    reranked = open_decider(DEFAULT_GENERATORS, WeightedFusion(), is_reranked=True, keep=3)
    assert reranked == ThresholdDecider(keep=3)
    own = replace(usual.calibration, risks=RiskTable((0.9, 0.7), (1_000, 2_000), (0, 10)))
    own.save(tmp_path / "own.json")
    strict = open_decider(["other"], WeightedFusion(), calibration=tmp_path / "own.json", risk=0.05)
    assert strict == CalibratedDecider(own, 0.7)
    with pytest.raises(SpecError, match="xlink train calibration"):
        open_decider(DEFAULT_GENERATORS, WeightedFusion(), risk=0.05)
    with pytest.raises(SpecError, match="not both"):
        open_decider(["x"], WeightedFusion(), calibration=own, risk=0.05, threshold=0.5)


def test_what_comes_along_tells_names_from_words(small: Terminology, tmp_path: Path) -> None:
    linker = Linker.open(small, detector=None)
    note = Document.from_spans("Oedema. The patient walked home.", [(0, 6), (12, 26)])
    sure, unsure = linker.link(note, detect=False).links
    assert sure.concept_id == "T:09"
    assert unsure.concept_id is None
    assert sure.confidence > 0.5
    (first, *others) = linker.explain("oedema")
    assert first.probability == pytest.approx(linker_probability(linker, "oedema"))
    assert first.margin == pytest.approx(first.score - others[0].score)
    assert others[0].margin == pytest.approx(others[0].score - first.score)
    assert others[0].probability is None
    linker.save(tmp_path / "linker")
    assert Linker.load(tmp_path / "linker").decider == linker.decider


def linker_probability(linker: Linker, text: str) -> float:
    assert isinstance(linker.decider, CalibratedDecider)
    found = linker.candidates([Query("", text)])
    return float(linker.decider.probabilities(found, [text], linker.terminology)[0])
