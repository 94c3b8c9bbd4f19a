"""Models made by the tests: what they say is nonsense, but how they are asked is real."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from xlink.corpora.jsonl import write_documents
from xlink.errors import ArtifactError, SpecError, UnknownNameError
from xlink.tally import Tally
from xlink.translation import Seq2SeqTranslator
from xlink.translation.codes import language_token
from xlink.types import Document, Mention

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
sentencepiece = pytest.importorskip("sentencepiece")

LINES = ["the patient has a high fever", "no cough and no pain", "el paciente tiene fiebre [1]"]


def _pieces(folder: Path) -> list[str]:
    """Write a SentencePiece model of characters, and return its pieces."""
    sample = folder / "sample.txt"
    sample.write_text("\n".join(LINES * 20), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(sample),
        model_prefix=str(folder / "source"),
        vocab_size=40,
        model_type="unigram",
        hard_vocab_limit=False,
        minloglevel=2,
    )
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    opened = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    return [opened.id_to_piece(number) for number in range(opened.get_piece_size())]


_TINY = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
}


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Marian model of one tiny layer each, with weights drawn at random."""
    folder = tmp_path_factory.mktemp("marian")
    pieces = [each for each in _pieces(folder) if each not in ("<s>", "</s>", "<unk>")]
    names = ["</s>", "<unk>", *pieces, "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({name: n for n, name in enumerate(names)}))
    tokenizer = transformers.MarianTokenizer(
        source_spm=str(folder / "source.spm"),
        target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
        source_lang="en",
        target_lang="es",
        model_max_length=32,
    )
    pad = len(names) - 1
    config = transformers.MarianConfig(
        vocab_size=len(names),
        **_TINY,
        max_position_embeddings=32,
        pad_token_id=pad,
        eos_token_id=0,
        forced_eos_token_id=0,
        decoder_start_token_id=pad,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.MarianMTModel(config).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    return folder / "model"


@pytest.fixture
def small_corpus() -> list[Document]:
    mention = Mention("T1", ((3, 8),), "fever", "DISO", frozenset({"C1"}))
    return [Document(name, "No fever.", "en", (mention,)) for name in ("a", "b")]


@pytest.fixture(scope="module")
def translator(marian: Path) -> Seq2SeqTranslator:
    return Seq2SeqTranslator.open(str(marian), source="en", target="es", beams=2)


def test_translations_come_in_the_order_of_the_texts(translator: Seq2SeqTranslator) -> None:
    texts = [LINES[0], "", LINES[1], LINES[0]]
    first = translator.translate(texts)
    assert translator.translate(texts) == first
    assert len(first) == 4
    assert first[0] == first[3]
    assert first[1] == ""


def test_what_is_too_long_is_translated_in_parts(translator: Seq2SeqTranslator) -> None:
    parts = translator._parts(" ".join(LINES * 3))
    assert len(parts) > 1
    assert " ".join(parts) == " ".join(LINES * 3)
    assert all(translator._n_tokens(part) <= 32 for part in parts)
    whole = translator._parts("x" * 200)
    assert "".join(whole) == "x" * 200
    assert translator.translate([" ".join(LINES * 3)]) != [""]


def test_the_name_says_how_it_is_asked(marian: Path) -> None:
    made = Seq2SeqTranslator.open(str(marian), source="en", target="es", prefix=">>spa<< ")
    assert made.name == f"{marian}?beams=4&prefix=>>spa<< "


def test_options_of_no_use_are_refused(marian: Path, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="beam"):
        Seq2SeqTranslator.open(str(marian), source="en", target="es", beams=0)
    with pytest.raises(SpecError, match="codes of languages"):
        Seq2SeqTranslator.open(str(marian), source="en", target="es", target_code="spa")
    with pytest.raises(ArtifactError, match="can't be opened"):
        Seq2SeqTranslator.open(str(tmp_path / "none"), source="en", target="es")
    with pytest.raises(SpecError, match="revision"):
        Seq2SeqTranslator.open("hf:some/model", source="en", target="es")


def test_a_model_of_many_languages_is_told_both(tmp_path: Path) -> None:
    letters = ["<s>", "<pad>", "</s>", "<unk>", *"▁abcdefghijklmnopqrstuvwxyz.[]"]
    tokenizer = transformers.NllbTokenizer(
        vocab={letter: number for number, letter in enumerate(letters)}, merges=[]
    )
    config = transformers.M2M100Config(
        vocab_size=len(tokenizer),
        **_TINY,
        max_position_embeddings=64,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        decoder_start_token_id=2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.M2M100ForConditionalGeneration(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    made = Seq2SeqTranslator.open(str(tmp_path), source="en", target="es", beams=1)
    assert made.name == f"{tmp_path}?beams=1&eng_Latn>spa_Latn"
    asked: list[int] = made.tokenizer("fever")["input_ids"]
    assert asked[0] == tokenizer.convert_tokens_to_ids("eng_Latn")
    assert made._first_token == tokenizer.convert_tokens_to_ids("spa_Latn")
    assert len(made.translate(["no fever", "pain"])) == 2


class _Known:
    """The part of a tokenizer that knows languages."""

    def __init__(self, *tokens: str) -> None:
        self.all_special_tokens = list(tokens)

    def get_vocab(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self.all_special_tokens)}


@pytest.mark.parametrize(
    ("tokens", "language", "expected"),
    [
        (("__en__", "__es__"), "es", ("es", 1)),  # M2M100
        (("eng_Latn", "spa_Latn"), "es-MX", ("spa_Latn", 1)),  # NLLB
        (("eng_Latn", "zho_Hans", "zho_Hant"), "zho_Hant", ("zho_Hant", 2)),
        (("en_XX", "es_XX"), "es", ("es_XX", 1)),  # mBART-50
    ],
)
def test_languages_by_their_tags(
    tokens: tuple[str, ...], language: str, expected: tuple[str, int]
) -> None:
    assert language_token(_Known(*tokens), language) == expected


def test_a_language_that_the_model_lacks_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Known: en, es"):
        language_token(_Known("__en__", "__es__"), "xx")


def test_the_verb(
    marian: Path, tmp_path: Path, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pysbd")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "one.txt").write_text("No fever.", encoding="utf-8")
    (tmp_path / "notes" / "one.ann").write_text(
        "T1\tDISO 3 8\tfever\nN1\tReference T1 UMLS:C1\tfever\n", encoding="utf-8"
    )
    arguments = ["translate", tmp_path / "notes", "--reader", "brat", "--model", marian]
    arguments += ["--from", "en", "--to", "es", "--beams", 1, "--out", tmp_path / "es.jsonl"]
    assert run(*arguments) == 0
    said = capsys.readouterr().err
    assert "1 x mention" in said
    record = json.loads((tmp_path / "es.jsonl").read_text(encoding="utf-8"))
    assert record["id"] == "one~es"
    assert record["origin"].startswith("translated en>es by ")


def test_the_page(
    marian: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_corpus: list[Document]
) -> None:
    pytest.importorskip("pysbd")
    page = (Path(__file__).parents[3] / "docs" / "translation.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(marian, "models/en-es")
    write_documents(small_corpus, Path("english.jsonl"))
    names: dict[str, object] = {}
    exec(compile(block, "docs/translation.md", "exec"), names)
    counts = names["counts"]
    assert isinstance(counts, Tally)
    assert sum(n for reason, n in counts.counts().items() if reason.startswith("mention")) == 2
    assert Path("spanish.jsonl.translation.json").is_file()
    for reason in counts.counts():
        assert reason.partition(":")[0] in page
