"""The static student: it learns, a seed fixes it, and its teacher counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from xlink.encoders.ngram_bag import NgramBagEncoder
from xlink.errors import DataError, SpecError
from xlink.terminology import Terminology
from xlink.testing.terminologies import small_terminology
from xlink.training.encoder.names.pairs import PairSampler, TrainingNames
from xlink.training.encoder.static.student import StaticOptions, train_static
from xlink.training.encoder.static.teacher import Targets

OPTIONS = StaticOptions(
    dimension=16,
    n_features=2_000,
    n_steps=150,
    n_pairs=24,
    learning_rate=0.03,
    scale=20.0,
    dropout=0.0,
    n_taught=4,
    taught_block=16,
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return small_terminology(tmp_path_factory.mktemp("small") / "small")


def trained(
    terminology: Terminology, options: StaticOptions = OPTIONS, targets: Targets | None = None
) -> NgramBagEncoder:
    sampler = PairSampler(TrainingNames.of([terminology]), seed=options.seed)
    return train_static([(sampler, 1.0)], options, name="s", targets=targets)


def test_names_of_one_concept_come_together(small: Terminology) -> None:
    encoder = trained(small)
    heart, herz, edema = encoder.encode(["heart failure", "Herzinsuffizienz", "pulmonary oedema"])
    assert heart @ herz > 0.8
    assert heart @ edema < 0.5


def test_a_seed_fixes_the_weights(small: Terminology) -> None:
    texts = ["heart failure", "肺炎", "edema pulmonar"]
    once, again = trained(small).encode(texts), trained(small).encode(texts)
    np.testing.assert_array_equal(once, again)
    other = trained(small, replace(OPTIONS, seed=2)).encode(texts)
    assert (once != other).any()


def test_texts_go_where_the_teacher_puts_them(small: Terminology) -> None:
    # Names without a partner of their own: only the teacher says where these 20 words belong.
    words = [f"{letter * 4}word" for letter in "abcdefghijklmnopqrst"]
    vectors = np.eye(16, dtype=np.float16)[np.arange(20) % 16]
    encoder = trained(small, replace(OPTIONS, n_taught=40), Targets(words, vectors))
    cosines = encoder.encode(words[:16]) @ np.eye(16)
    assert cosines.argmax(axis=1).tolist() == list(range(16))


def test_only_the_most_frequent_features_have_vectors(small: Terminology) -> None:
    encoder = trained(small, replace(OPTIONS, n_features=50, n_steps=1))
    assert encoder.n_features == 50


def test_what_cannot_be_trained_is_refused(small: Terminology) -> None:
    with pytest.raises(SpecError, match="even"):
        StaticOptions(dimension=15)
    with pytest.raises(SpecError, match="dropout"):
        StaticOptions(dropout=1.0)
    with pytest.raises(SpecError, match="steps"):
        StaticOptions(n_steps=0)
    with pytest.raises(DataError, match="samplers"):
        train_static([], OPTIONS, name="s")
    with pytest.raises(DataError, match="8 numbers"):
        trained(small, targets=Targets(["a"], np.ones((1, 8), dtype=np.float16)))
