from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from xlink.terminology import Terminology
from xlink.testing import small_terminology

settings.register_profile("xlink", deadline=None)  # a busy machine is no failure
settings.load_profile("xlink")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    """The made-up terminology of `xlink.testing`."""
    return small_terminology(tmp_path_factory.mktemp("terminology") / "small")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real corpora that `XLINK_DATA` names; the test is skipped where it is unset."""
    folder = os.environ.get("XLINK_DATA")
    if not folder:
        pytest.skip("needs the real corpora: set XLINK_DATA")
    return Path(folder)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of three tiny layers with weights drawn at random, which reads single characters."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    place = tmp_path_factory.mktemp("models") / "tiny"
    torch.manual_seed(0)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-<>=:|,(./?"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    words += [f"##{letter}" for letter in letters]
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=256,
    )
    transformers.BertModel(config).save_pretrained(place)
    (place / "vocab.txt").write_text("\n".join(words) + "\n")
    transformers.BertTokenizer(str(place / "vocab.txt")).save_pretrained(place)
    return place
