"""Token classifiers: exact offsets, words of several tokens, windows that hide nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

from xlink.detect.models.token_classification import TokenClassifier, TokenOptions  # noqa: E402
from xlink.errors import ArtifactError, SpecError, UnknownNameError  # noqa: E402
from xlink.types import Document  # noqa: E402

BEGINS = ["heart", "fever", "ét"]
CONTINUES = ["failure", "##itis", "##é"]
OTHER = ["no", "known", ",", ".", "##s", "and", "was"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
LABELS = ["O", "B-DISEASE", "I-DISEASE"]


def tokenizer() -> Any:
    words = [*SPECIAL, *OTHER, *BEGINS, *CONTINUES]
    vocabulary = {word: number for number, word in enumerate(words)}
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    ends = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=ends
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=32,
    )


def made(n_layers: int, labels: list[str], **options: object) -> Any:
    n = len(SPECIAL) + len(OTHER) + len(BEGINS) + len(CONTINUES)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=n,
        hidden_size=16,
        num_hidden_layers=n_layers,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        **options,
    )
    return transformers.BertForTokenClassification(config)


def knowing(labels: list[str] = LABELS) -> Any:
    """A model without layers: the label of a token is that of its word in the lists above."""
    model = made(0, labels)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        embeddings = model.bert.embeddings
        embeddings.LayerNorm.weight.fill_(1)
        n_o = len(SPECIAL) + len(OTHER)
        label_of = [0] * n_o + [1] * len(BEGINS) + [2] * len(CONTINUES)
        for token, label in enumerate(label_of):
            embeddings.word_embeddings.weight[token, label] = 4
        for label in range(3):
            model.classifier.weight[label, label] = 4
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("models") / "ner"
    knowing().save_pretrained(place)
    tokenizer().save_pretrained(place)
    return place


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # env is read too early


def found(detector: TokenClassifier, *texts: str) -> list[list[tuple[int, str, str]]]:
    documents = detector.detect([Document(str(n), text) for n, text in enumerate(texts)])
    for document in documents:
        for mention in document.mentions:
            assert mention.text == document.text[mention.start : mention.end]
    return [[(m.start, m.text, m.label) for m in document.mentions] for document in documents]


def test_words_of_several_tokens_are_marked_whole(folder: Path) -> None:
    detector = TokenClassifier.open(folder)
    assert found(
        detector, "no  heart failure,\nfevers.", "", " 🫀 étité was étitis", "fever fever"
    ) == [
        [(4, "heart failure", "DISEASE"), (19, "fevers", "DISEASE")],
        [],
        [(13, "étitis", "DISEASE")],  # étité is one word that the tokenizer does not know
        [(0, "fever", "DISEASE"), (6, "fever", "DISEASE")],
    ]


def test_tokens_by_themselves(folder: Path) -> None:
    assert found(TokenClassifier.open(folder, TokenOptions(words="none")), "fevers étitis") == [
        [(0, "fever", "DISEASE"), (7, "étitis", "DISEASE")]
    ]
    # Of "fevers" one token says so and one does not: the mean of both falls to either side.
    mean = TokenClassifier.open(folder, TokenOptions(words="mean", threshold=0.9))
    assert found(mean, "fevers fever") == [[(7, "fever", "DISEASE")]]


def test_labels_are_chosen_and_mapped(folder: Path) -> None:
    detector = TokenClassifier.open(folder, TokenOptions(labels={"DISEASE": "Disease"}))
    assert found(detector, "fever") == [[(0, "fever", "Disease")]]
    with pytest.raises(UnknownNameError, match=r"'DISEASES'\. Did you mean 'DISEASE'"):
        TokenClassifier.open(folder, TokenOptions(labels={"DISEASES": "Disease"}))


def test_nothing_of_a_long_text_is_cut(folder: Path) -> None:
    text = "no heart failure and fevers, " * 200
    expected = [
        (29 * n + start, word, "DISEASE")
        for n in range(200)
        for start, word in ((3, "heart failure"), (21, "fevers"))
    ]
    for stride in (0, 1, 7, 64):
        detector = TokenClassifier.open(folder, TokenOptions(stride=stride))
        assert found(detector, "fever", text)[1] == expected, stride
    for options in (TokenOptions(stride=-1), TokenOptions(max_tokens=2)):
        with pytest.raises(SpecError, match="don't cover a text"):
            TokenClassifier.open(folder, options)


def test_what_else_is_looked_at_is_no_matter() -> None:
    model = made(2, LABELS, initializer_range=1.0)
    detector = TokenClassifier(model, tokenizer(), TokenOptions(stride=8))
    texts = [
        " ".join((OTHER + BEGINS)[(n * k) % 9].strip("#") for k in range(1, 3 + 7 * n % 90))
        for n in range(12)
    ]
    alone = [found(detector, text)[0] for text in texts]
    assert sum(map(len, alone)) > 20
    assert found(detector, *texts) == alone
    assert found(detector, *texts[::-1]) == alone[::-1]


@pytest.mark.parametrize("labels", [["O", "DISEASE", "I-DISEASE"], ["O", "I-DISEASE", "L-DISEASE"]])
def test_other_schemes(labels: list[str]) -> None:
    detector = TokenClassifier(knowing(labels), tokenizer())
    assert found(detector, "no heart failure") == [[(3, "heart failure", "DISEASE")]]


def test_names_open_it_again(folder: Path) -> None:
    options = "labels=DISEASE:Disease&stride=4&words=mean"
    detector = TokenClassifier.from_name(str(folder), options)
    assert detector.name == f"hf:{folder}?{options}"
    assert detector.options == TokenOptions({"DISEASE": "Disease"}, stride=4, words="mean")
    for name, message in {
        "organisation/model": "name a revision too",
        f"{folder}?size=3": "hf:.* has no option size. Known: labels, max_tokens",
        f"{folder}?stride=many": "option stride: ",
        f"{folder}?words=last": "option words: Input should be 'first'",
    }.items():
        with pytest.raises(SpecError, match=message):
            TokenClassifier.from_name(name.partition("?")[0], name.partition("?")[2])
    with pytest.raises(ArtifactError, match="The model organisation/model can't be opened"):
        TokenClassifier.from_name("organisation/model@main", "")


def test_what_is_no_token_classifier_is_refused(tiny_base: Path) -> None:
    with pytest.raises(SpecError, match="is no token classifier, but BertModel"):
        TokenClassifier.open(tiny_base)


def test_short_texts_are_read_as_transformers_reads_them() -> None:
    """Compare with its pipeline, whose strategy `first` is ours for words of several tokens."""
    model = made(2, LABELS, initializer_range=1.0).eval()
    reference = transformers.pipeline(
        "token-classification", model=model, tokenizer=tokenizer(), aggregation_strategy="first"
    )
    words = [*OTHER, *BEGINS, "fevers", "feveritis"]
    texts = [
        " ".join(words[(n + n * k * k) % 12].strip("#") for k in range(2 + n)) for n in range(12)
    ]
    expected = [
        [(each["start"], text[each["start"] : each["end"]], "DISEASE") for each in reference(text)]
        for text in texts
    ]
    assert sum(map(len, expected)) > 10
    assert found(TokenClassifier(model, tokenizer()), *texts) == expected
