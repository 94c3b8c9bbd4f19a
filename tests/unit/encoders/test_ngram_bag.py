"""Bags of n-grams: features, rounding, files, and independence of what stands beside a text."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlink.encoders.mednames import mednames
from xlink.encoders.ngram_bag import NgramBagEncoder
from xlink.encoders.ngram_features import N_SLOTS, slots_of_texts
from xlink.encoders.opening import open_encoder
from xlink.errors import ArtifactError

TEXTS = ["heart failure", "cardiac failure", "Herzinsuffizienz", "心不全", "α-thalassaemia", ""]


def drawn(n: int = 3_000, dimension: int = 32) -> tuple[NgramBagEncoder, npt.NDArray[np.float32]]:
    """Return an encoder that knows every feature of `TEXTS`, and the vectors before rounding."""
    generator = np.random.default_rng(4)
    known = np.unique(slots_of_texts(TEXTS)[1])
    others = generator.choice(N_SLOTS, size=n, replace=False)
    slots = np.union1d(known, others).astype(np.int32)
    vectors = generator.normal(size=(len(slots), dimension)).astype(np.float32)
    return NgramBagEncoder.of_vectors("drawn", slots, vectors), vectors


def test_features_of_a_word_are_its_ngrams_and_itself() -> None:
    bounds, slots = slots_of_texts(["edema"])
    # " edema ": 3-grams 5, 4-grams 4, 5-grams 3, and the word
    assert bounds.tolist() == [0, 13]
    assert len(set(slots.tolist())) == 13
    assert ((slots >= 0) & (slots < N_SLOTS)).all()


def test_ngrams_stay_within_words_and_fold() -> None:
    apart = [set(slots_of_texts([text])[1].tolist()) for text in ("lung", "EDEMA")]
    assert set(slots_of_texts(["Lung édema"])[1].tolist()) == apart[0] | apart[1]


def test_scripts_without_spaces_give_characters_and_pairs() -> None:
    # " 肺炎 ": characters 2, pairs 1, 3-grams 2, the 4-gram, and the word
    assert len(slots_of_texts(["肺炎"])[1]) == 2 + 1 + 2 + 1 + 1


@given(st.lists(st.text(max_size=30), max_size=6))
def test_features_do_not_depend_on_neighbours(texts: list[str]) -> None:
    bounds, slots = slots_of_texts(texts)
    for number, text in enumerate(texts):
        alone = slots_of_texts([text])[1]
        np.testing.assert_array_equal(slots[bounds[number] : bounds[number + 1]], alone)


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=8))
def test_vectors_do_not_depend_on_neighbours(texts: list[str]) -> None:
    encoder = drawn()[0]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_array_equal(encoder.encode(texts), alone)


def test_vectors_have_length_one_or_zero() -> None:
    lengths = np.linalg.norm(drawn()[0].encode([*TEXTS, "zzzzqqqq"]), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 1, 1, 0, 0], atol=1e-6)
    assert drawn()[0].encode([]).shape == (0, 32)


def test_four_bits_are_near_the_vectors_they_round() -> None:
    encoder, vectors = drawn()
    rows = np.searchsorted(encoder._slots, slots_of_texts(TEXTS[:4])[1])
    bounds = slots_of_texts(TEXTS[:4])[0]
    exact = np.add.reduceat(vectors[rows], bounds[:-1], axis=0)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    assert ((encoder.encode(TEXTS[:4]) * exact).sum(axis=1) > 0.985).all()


def test_saved_and_opened_gives_the_same_vectors(tmp_path: Path) -> None:
    encoder = drawn()[0]
    encoder.save(tmp_path / "m")
    opened = open_encoder(str(tmp_path / "m"))
    assert opened.name == str(tmp_path / "m")
    np.testing.assert_array_equal(opened.encode(TEXTS), encoder.encode(TEXTS))


def test_damage_and_newer_formats_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    drawn()[0].save(folder)
    whole = (folder / "codes.npy").read_bytes()
    (folder / "codes.npy").write_bytes(whole[:-10])
    with pytest.raises(ArtifactError, match="damaged"):
        NgramBagEncoder.open(folder)
    (folder / "codes.npy").unlink()
    with pytest.raises(ArtifactError, match="damaged"):
        NgramBagEncoder.open(folder)
    told = {"model_type": "xlink-ngram-bag", "format": 2}
    (folder / "config.json").write_text(json.dumps(told))
    with pytest.raises(ArtifactError, match="format 2"):
        NgramBagEncoder.open(folder)
    with pytest.raises(ArtifactError, match="holds no encoder"):
        NgramBagEncoder.open(tmp_path)


def test_the_encoder_that_comes_with_xlink_speaks_many_languages() -> None:
    encoder = mednames()
    names = ["heart failure", "kidney failure", "pneumonia", "epilepsy", "fever"]
    asked = ["Herzinsuffizienz", "insuficiencia renal", "肺炎", "épilepsie", "febbre"]
    cosines = encoder.encode(asked) @ encoder.encode(names).T
    assert cosines.argmax(axis=1).tolist() == [0, 1, 2, 3, 4]


def test_it_takes_at_most_twelve_megabytes() -> None:
    import xlink.encoders

    folder = Path(str(xlink.encoders.__file__)).parent / "data" / "mednames"
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert sum(sizes.values()) <= 12_000_000
    assert "README.md" in sizes
