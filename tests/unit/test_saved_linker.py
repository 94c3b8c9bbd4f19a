"""A linker is one folder: saved, taken elsewhere and loaded, it links as before."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from xlink.candidate_set import CandidateSet
from xlink.candidates.fusion import (
    Fusion,
    ReciprocalRankFusion,
    StandardisedFusion,
    WeightedFusion,
)
from xlink.candidates.lookup import AliasLookup
from xlink.candidates.tfidf import TfidfNgrams
from xlink.candidates.training_mentions import TrainingMentions
from xlink.decide import ThresholdDecider
from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.errors import ArtifactError, SpecError, StaleIndexError
from xlink.linker import Linker
from xlink.terminology import Terminology, build_terminology
from xlink.testing import small_terminology
from xlink.types import Concept, Document, Filter, LinkedDocument, Mention, Query

TEXT = "Known heart failure, HTA and edema; DM2 excluded."


@pytest.fixture
def built(tmp_path: Path) -> Path:
    small_terminology(tmp_path / "here" / "small")
    return tmp_path / "here" / "small"


def found(linker: Linker) -> LinkedDocument:
    return linker.link(TEXT, language="en")


@pytest.mark.parametrize("inside", [False, True])
def test_a_loaded_linker_links_as_the_saved(tmp_path: Path, built: Path, inside: bool) -> None:
    linker = Linker.open(built, where=Filter(types=frozenset({"disorder"})), threshold=0.5, k=3)
    linker.save(tmp_path / "saved", with_terminology=inside)
    loaded = Linker.load(tmp_path / "saved")
    assert found(loaded) == found(linker)
    assert [link.concept_id for link in found(loaded).links] == ["T:02", "T:04"]
    assert (loaded.k, loaded.where, loaded.decider) == (3, linker.where, linker.decider)
    assert loaded.terminology.fingerprint == linker.terminology.fingerprint


def test_one_with_all_inside_needs_nothing_else(tmp_path: Path, built: Path) -> None:
    linker = Linker.open(built)
    before = found(linker)
    linker.save(tmp_path / "saved", with_terminology=True)
    shutil.rmtree(built.parent)
    shutil.move(tmp_path / "saved", tmp_path / "elsewhere")
    assert found(Linker.load(tmp_path / "elsewhere")) == before


def test_by_reference_only_what_is_not_beside_the_terminology_is_kept(
    tmp_path: Path, built: Path
) -> None:
    Linker.open(built).save(tmp_path / "light")
    assert not list((tmp_path / "light").rglob("*.npy"))
    terminology = Terminology.open(built)
    other = TfidfNgrams.build(terminology, sizes=(2, 3), paraphrase=False)
    detector = DictionaryDetector.build(terminology, DetectionOptions(nested=True))
    linker = Linker(
        terminology,
        generators=[AliasLookup.build(terminology), other],
        detector=detector,
        fusion=ReciprocalRankFusion(constant=10, weights={"lookup": 2.0}),
        decider=ThresholdDecider(threshold=0.0, keep=1),
        window_chars=7,
    )
    linker.save(tmp_path / "own")
    loaded = Linker.load(tmp_path / "own")
    assert found(loaded) == found(linker)
    assert isinstance(loaded.generators[1], TfidfNgrams)
    assert loaded.generators[1].sizes == (2, 3)
    assert loaded.fusion == linker.fusion
    assert loaded.window_chars == 7
    assert isinstance(loaded.detector, DictionaryDetector)
    assert loaded.detector.options == DetectionOptions(nested=True)


@pytest.mark.parametrize(
    "fusion", [WeightedFusion(cut_at=9), StandardisedFusion({"lookup": 0.5}, 7)]
)
def test_fusions_come_back(tmp_path: Path, small: Terminology, fusion: Fusion) -> None:
    lookup = AliasLookup.build(small)
    Linker(small, generators=[lookup], fusion=fusion, long_forms=False).save(tmp_path / "saved")
    loaded = Linker.load(tmp_path / "saved", terminology=small)
    assert loaded.fusion == fusion
    assert loaded.long_forms is False


def test_training_mentions_are_saved_too(tmp_path: Path, built: Path) -> None:
    terminology = Terminology.open(built)
    seen = Document(
        "d",
        "broken pump",
        "en",
        (Mention("m", ((0, 11),), "broken pump", "", frozenset({"T:02"})),),
    )
    linker = Linker(terminology, generators=[TrainingMentions.build(terminology, documents=[seen])])
    linker.save(tmp_path / "saved")
    document = Document.from_spans("A broken pump.", [(2, 13)])
    (link,) = Linker.load(tmp_path / "saved").link(document, detect=False).links
    assert link.concept_id == "T:02"


def test_another_build_of_the_terminology_is_refused(tmp_path: Path, built: Path) -> None:
    Linker.open(built, generators=["lookup"], detector=None).save(tmp_path / "saved")
    build_terminology([Concept("N", "new")], built, name="small")
    with pytest.raises(StaleIndexError, match=r"another build of small 1 .* than the one at"):
        Linker.load(tmp_path / "saved")


def test_a_terminology_that_moved_is_named_or_found_at_home(
    tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    Linker.open(built, generators=["lookup"], detector=None).save(tmp_path / "saved")
    moved = tmp_path / "moved" / "small"
    shutil.move(built.parent, moved.parent)
    with pytest.raises(
        ArtifactError, match=r"terminology small 1, which is neither at .*small nor"
    ):
        Linker.load(tmp_path / "saved")
    assert Linker.load(tmp_path / "saved", terminology=moved).terminology.path == moved
    opened = Terminology.open(moved)
    assert Linker.load(tmp_path / "saved", terminology=opened).terminology is opened
    shutil.move(moved.parent, tmp_path / "home")
    assert Linker.load(tmp_path / "saved").terminology.path == tmp_path / "home" / "small"


def test_saving_the_same_twice_changes_nothing(tmp_path: Path, built: Path) -> None:
    linker = Linker.open(built)
    linker.save(tmp_path / "saved", with_terminology=True)
    before = sorted(tmp_path.joinpath("saved").rglob("*"))
    linker.save(tmp_path / "saved", with_terminology=True)
    assert sorted(tmp_path.joinpath("saved").rglob("*")) == before
    linker.save(tmp_path / "saved")
    assert not list((tmp_path / "saved").rglob("*.arrow"))


def test_what_is_damaged_or_something_else_is_refused(tmp_path: Path, built: Path) -> None:
    with pytest.raises(ArtifactError, match="no artifact at"):
        Linker.load(tmp_path / "none")
    with pytest.raises(ArtifactError, match="is a terminology, not a linker"):
        Linker.load(built)
    Linker.open(built).save(tmp_path / "saved", with_terminology=True)
    next((tmp_path / "saved").rglob("aliases.arrow")).unlink()
    with pytest.raises(ArtifactError, match=r"aliases\.arrow is missing.*save the linker again"):
        Linker.load(tmp_path / "saved")


class Unnamed:
    """A reranker, or a generator, that no name is registered for."""

    name = "unnamed"

    def rerank(self, queries: Sequence[Query], candidates: CandidateSet) -> CandidateSet:
        return candidates

    def save(self, path: Path) -> None:
        path.mkdir()


def test_parts_without_a_name_are_refused(tmp_path: Path, small: Terminology) -> None:
    lookup = AliasLookup.build(small)
    linker = Linker(small, generators=[lookup], reranker=Unnamed())
    with pytest.raises(SpecError, match="with the reranker Unnamed, which no name"):
        linker.save(tmp_path / "saved")
    linker = Linker(small, generators=[lookup, Unnamed()])  # type: ignore[list-item]
    with pytest.raises(SpecError, match="candidate generator Unnamed"):
        linker.save(tmp_path / "saved")
    assert not list(tmp_path.joinpath("saved").iterdir())
