"""What the re-ranker reads: names in the right languages, markers, budgets; without torch."""

from __future__ import annotations

import numpy as np
import pytest

from xlink.candidate_set import CandidateSet
from xlink.errors import SpecError
from xlink.rerank.blocks import padded, score_pairs
from xlink.rerank.names import NameChooser
from xlink.rerank.rendering import MARKERS, PairRenderer, Pairs, Rendering
from xlink.terminology import Terminology
from xlink.types import Query

tokenizers = pytest.importorskip("tokenizers")


@pytest.fixture(scope="module")
def words():  # type: ignore[no-untyped-def]
    """A tokenizer of whole words that learns them as it goes, with BERT's way to join two texts."""
    text = """heart failure cardiac HF herzinsuffizienz disease disorder finding edema pulmonar
        pulmonary oedema oedema lung known with and the patient has DISO shortness of breath"""
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(text.lower().split())]
    made = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: n for n, word in enumerate(known)}, unk_token="[UNK]")
    )
    made.normalizer = tokenizers.normalizers.Lowercase()
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    made.add_special_tokens(list(MARKERS))
    return made


def shown(words, pairs: Pairs, number: int = 0) -> str:  # type: ignore[no-untyped-def]
    text: str = words.decode(pairs.ids[number].tolist(), skip_special_tokens=False)
    return text


def candidates(terminology: Terminology, *fired: str) -> CandidateSet:
    """Make a list for one query of the concepts that have these aliases."""
    texts = terminology.alias_texts()
    aliases = np.array([texts.index(each) for each in fired], dtype=np.int32)
    rows = terminology.alias_concepts[aliases]
    scores = np.linspace(1, 0.5, len(fired), dtype=np.float32)
    return CandidateSet.single("made", np.array([0, len(fired)]), rows, aliases, scores)


def test_both_sides_with_their_markers(words, small: Terminology) -> None:  # type: ignore[no-untyped-def]
    query = Query("1", "HF", "the patient has ", " and edema", "de", "DISO", "heart failure")
    pairs = PairRenderer(words, small).pairs([query], candidates(small, "cardiac failure"))
    assert shown(words, pairs) == (
        "[CLS] the patient has [M] hf [/M] [L] heart failure [T] diso and edema [SEP] "
        "[F] cardiac failure [N] herzinsuffizienz [T] disorder [A] heart failure [A] hf [SEP]"
    )
    left = words.decode(pairs.ids[0][: pairs.lefts[0]].tolist(), skip_special_tokens=False)
    assert left.endswith("and edema [SEP]")


def test_budgets_leave_whole_names_out(words, small: Terminology) -> None:  # type: ignore[no-untyped-def]
    query = Query("1", "oedema " * 40, "the patient has known ", " with heart failure")
    tight = Rendering(context_tokens=2, mention_tokens=3, candidate_tokens=6, label=False)
    pairs = PairRenderer(words, small, tight).pairs([query], candidates(small, "edema pulmonar"))
    assert shown(words, pairs) == (
        "[CLS] has known [M] oedema oedema oedema [/M] with heart [SEP] "
        "[F] edema pulmonar [N] pulmonary oedema [SEP]"
    )


def test_without_what_fired_names_start_with_the_preferred(words, small: Terminology) -> None:  # type: ignore[no-untyped-def]
    plain = Rendering(fired=False, types=False, names=2)
    pairs = PairRenderer(words, small, plain).pairs(
        [Query("1", "lung oedema", language="en")], candidates(small, "edema pulmonar")
    )
    assert shown(words, pairs).endswith("[SEP] [N] pulmonary oedema [A] lung oedema [SEP]")


def test_nil_is_a_candidate_of_one_token(words, small: Terminology) -> None:  # type: ignore[no-untyped-def]
    pairs = PairRenderer(words, small).nil_pairs([Query("1", "edema"), Query("2", "heart")])
    assert shown(words, pairs, 1) == "[CLS] [M] heart [/M] [SEP] [NIL] [SEP]"


def test_parents(words, small: Terminology) -> None:  # type: ignore[no-untyped-def]
    options = Rendering(names=1, types=False, parents=1)
    pairs = PairRenderer(words, small, options).pairs(
        [Query("1", "edema")], candidates(small, "lung oedema")
    )
    assert shown(words, pairs).endswith("[F] lung oedema [P] oedema [SEP]")


def test_a_tokenizer_without_markers_is_refused(small: Terminology) -> None:
    plain = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0}, unk_token="a"))
    plain.post_processor = tokenizers.processors.TemplateProcessing(
        single="$A", pair="$A a $B", special_tokens=[("a", 0)]
    )
    with pytest.raises(SpecError, match="lacks"):
        PairRenderer(plain, small)


def test_names_by_language_then_kind(small: Terminology) -> None:
    chooser = NameChooser(small)
    row = small.row("T:06")
    assert row is not None
    assert chooser.names([(row, "ja", None)], 9) == [
        [
            "高血圧症",
            "hypertension",
            "high blood pressure",
            "hipertensión arterial",
            "HTA",
        ]
    ]
    abbreviation = small.alias_texts().index("HTA")
    found = chooser.names([(row, "es", abbreviation)], 2)
    assert found == [["HTA", "hipertensión arterial"]]


def test_names_of_many_are_those_of_each(small: Terminology) -> None:
    chooser = NameChooser(small)
    wanted = [
        (row, language, None)
        for row in range(len(small.concept_table))
        for language in ("ja", "es")
    ]
    for n in (1, 2, 9):
        alone = [name for each in wanted for name in chooser.names([each], n)]
        assert chooser.names(wanted, n) == alone
    assert chooser.names([], 2) == []


def test_equal_pairs_are_scored_once_and_neighbours_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    ids = [rng.integers(1, 50, size).astype(np.int64) for size in (3, 9, 4, 9, 30, 3)]
    ids.append(ids[1].copy())
    pairs = Pairs(ids, [2] * len(ids))
    rows: list[list[int]] = []

    def forward(block, segments, mask):  # type: ignore[no-untyped-def]
        assert block.shape[0] == 4
        assert (block[mask == 0] == 0).all()
        rows.extend(row[:n].tolist() for row, n in zip(block, mask.sum(axis=1), strict=True))
        return (block * (1 + segments)).sum(axis=1).astype(np.float32)

    expected = [each[:2].sum() + 2 * each[2:].sum() for each in ids]
    np.testing.assert_array_equal(score_pairs(pairs, forward), expected)
    assert rows.count(ids[1].tolist()) == 1
    assert len(score_pairs(Pairs([], []), forward)) == 0


def test_where_neighbours_do_not_matter_nothing_is_padded() -> None:
    rng = np.random.default_rng(0)
    ids = [rng.integers(1, 50, size).astype(np.int64) for size in (30, 9, 30, 200, 300, *[30] * 10)]
    blocks: list[tuple[int, ...]] = []

    def forward(block, segments, mask):  # type: ignore[no-untyped-def]
        assert mask.all()
        blocks.append(block.shape)
        return (block * (1 + segments)).sum(axis=1).astype(np.float32)

    expected = [each[:2].sum() + 2 * each[2:].sum() for each in ids]
    pairs = Pairs(ids, [2] * len(ids))
    np.testing.assert_array_equal(score_pairs(pairs, forward, unpadded=True), expected)
    assert blocks == [(1, 9), (6, 30), (6, 30), (1, 200), (1, 300)]


def test_padding() -> None:
    pairs = Pairs([np.array([5, 6, 7]), np.array([8])], [1, 1])
    ids, segments, mask = padded(pairs, [0, 1])
    assert ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert segments.tolist() == [[0, 1, 1], [0, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
