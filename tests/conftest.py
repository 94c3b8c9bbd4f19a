from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from xlink.terminology import Terminology
from xlink.terminology.spec import build
from xlink.testing import small_terminology

_DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"```python\n(?P<code>.*?)```(?:\n\n```text\n(?P<output>.*?)```)?", re.DOTALL)

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
def make_bert(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that writes a BERT of tiny layers with weights drawn at random.

    Its tokenizer knows the given words; what else is told goes to the configuration.
    """
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")

    def write(words: Sequence[str], *, layers: int, **options: int) -> Path:
        place = tmp_path_factory.mktemp("models") / "tiny"
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
        config = transformers.BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=layers,
            num_attention_heads=2,
            **options,
        )
        with torch.random.fork_rng():
            torch.manual_seed(0)
            transformers.BertModel(config).save_pretrained(place)
        (place / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
        transformers.BertTokenizer(str(place / "vocab.txt")).save_pretrained(place)
        return place

    return write


@pytest.fixture(scope="session")
def tiny_base(make_bert: Callable[..., Path]) -> Path:
    """A BERT of three tiny layers which reads single characters."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-<>=:|,(./?"
    words = [*letters, *(f"##{letter}" for letter in letters)]
    return make_bert(words, layers=3, intermediate_size=48, max_position_embeddings=256)


@pytest.fixture
def run_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., int]:
    """A function that runs the Python of a page of docs/ with the starter terminology built.

    What a block prints must be what the page says below it, or nothing. Returns how many blocks
    there are.
    """
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    build("starter")

    def run(page: str, **names: object) -> int:
        content = (_DOCS / page).read_text(encoding="utf-8")
        blocks = list(_BLOCK.finditer(content))
        assert len(blocks) == content.count("```python") > 0
        for block in blocks:
            exec(compile(block["code"], f"docs/{page}", "exec"), names)
            assert capsys.readouterr().out == (block["output"] or "")
        return len(blocks)

    return run
