"""GLiNER as a detector, with a stand-in for its model: windows, labels, what it is asked."""

from __future__ import annotations

import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from xlink.detect.models.gliner import GlinerDetector, GlinerOptions
from xlink.detect.naming import parse_detector
from xlink.errors import ArtifactError, MissingExtraError, SpecError
from xlink.types import Document

_MOST_WORDS = 200


class Model:
    """Finds words by heart, and of each text the first words only, as GLiNER does."""

    asked: list[dict[str, object]]

    def __init__(self) -> None:
        self.asked = []

    @classmethod
    def from_pretrained(cls, model: str, *, revision: str | None = None) -> Model:
        if model == "nobody/nothing":
            raise OSError(f"{model} is not a folder")
        return cls()

    def inference(
        self, texts: list[str], labels: list[str], **options: object
    ) -> list[list[dict[str, Any]]]:
        self.asked.append({"labels": labels, **options})
        words = {"illness": r"heart failure|fever", "organ": "heart"}
        return [
            [
                {"start": match.start(), "end": match.end(), "label": label, "score": 0.9}
                for label in labels
                for match in re.finditer(words[label], self._seen(text))
            ]
            for text in texts
        ]

    def _seen(self, text: str) -> str:
        words = list(re.finditer(r"\w+(?:[-_]\w+)*|\S", text))[:_MOST_WORDS]
        return text[: words[-1].end()] if words else ""


@pytest.fixture
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("gliner")
    module.__spec__ = ModuleSpec("gliner", None)
    module.GLiNER = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gliner", module)


def found(detector: GlinerDetector, text: str) -> list[tuple[int, str, str]]:
    (document,) = detector.detect([Document("d", text)])
    for each in document.mentions:
        assert each.text == text[each.start : each.end]
    return [(each.start, each.text, each.label) for each in document.mentions]


@pytest.mark.usefixtures("_fake")
def test_labels_are_words(tmp_path: Path) -> None:
    detector = GlinerDetector.from_name(str(tmp_path), "labels=illness:Disease,organ&threshold=0.3")
    text = "🫀 heart failure,  fever"
    assert found(detector, text) == [(2, "heart failure", "Disease"), (18, "fever", "Disease")]
    (asked,) = detector.model.asked
    assert asked == {
        "labels": ["illness", "organ"],
        "flat_ner": True,
        "threshold": 0.3,
        "batch_size": 1,
    }
    nested = detector.with_options(
        GlinerOptions(labels={"illness": "x", "organ": "y"}, nested=True)
    )
    assert [each[1] for each in found(nested, text)] == ["heart failure", "heart", "fever"]
    assert found(detector, " \n") == []


@pytest.mark.usefixtures("_fake")
def test_nothing_of_a_long_text_is_cut() -> None:
    detector = GlinerDetector.from_name("urchade/made-up@v1", "labels=illness")
    text = "no heart failure and fever, " * 150
    expected = [
        (28 * n + start, word, "illness")
        for n in range(150)
        for start, word in ((3, "heart failure"), (21, "fever"))
    ]
    assert found(detector, text) == expected
    assert detector.name == "gliner:urchade/made-up@v1?labels=illness"


@pytest.mark.usefixtures("_fake")
def test_what_can_not_be_opened() -> None:
    with pytest.raises(SpecError, match="to be told what to look for, as in gliner:a/b@v1"):
        GlinerDetector.from_name("a/b@v1", "")
    with pytest.raises(SpecError, match="name a revision too"):
        GlinerDetector.from_name("a/b", "labels=illness")
    with pytest.raises(ArtifactError, match="The model nobody/nothing can't be opened"):
        GlinerDetector.from_name("nobody/nothing@v1", "labels=illness")


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'pip install "xlink\[gliner\]"'):
        GlinerDetector.from_name("a/b@v1", "labels=illness")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GLiNER model over a BERT of one tiny layer, with weights drawn at random."""
    gliner = pytest.importorskip("gliner")
    tokenizers = pytest.importorskip("tokenizers")
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    place = tmp_path_factory.mktemp("models")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "no", "heart", "failure", "fever", "and", ","]
    vocabulary = {word: number for number, word in enumerate(words)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=512,
    ).save_pretrained(place / "base")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    transformers.BertModel(config).save_pretrained(place / "base")
    options = gliner.GLiNERConfig(
        model_name=str(place / "base"), hidden_size=16, max_width=4, fuse_layers=False
    )
    gliner.GLiNER.from_config(options).save_pretrained(str(place / "gliner"))
    return place / "gliner"


def test_the_package_itself(real: Path) -> None:
    name = parse_detector(f"{real}?labels=illness:Disease,organ&threshold=0.01&nested=true")
    assert name.kind == "gliner"
    detector = GlinerDetector.from_name(name.model, name.options)
    long = "no heart failure, fever and " * 60
    places = found(detector, long)
    assert len(places) > 60
    assert max(start for start, _, _ in places) > len(long) - 40
    assert {label for _, _, label in places} <= {"Disease", "organ"}
    texts = [Document("a", "no fever"), Document("b", long), Document("c", "")]
    assert [each.mentions for each in detector.detect(texts)] == [
        detector.detect([text])[0].mentions for text in texts
    ]
