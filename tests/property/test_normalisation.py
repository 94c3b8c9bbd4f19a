"""Normalisation over arbitrary Unicode: fixed points, batches and offsets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xlink.text.cognates import shared_spelling
from xlink.text.folding import fold, fold_many, fold_with_offsets
from xlink.text.keys import bag_key, surface_key

# Letters of many scripts, combining marks and punctuation are likelier to meet than at random.
ANY_TEXT = st.text(st.characters(), max_size=30) | st.text(
    st.sampled_from("aÁßøœİıσςΆβй́ёがガ゙ﾞｶ漢가ｱﬁ½℃١ًא־ִ-'.,  \t\n　\u200b\u00ad\ud800"), max_size=30
)


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(ANY_TEXT, max_size=6))
def test_a_batch_folds_as_its_members(texts: list[str]) -> None:
    assert fold_many(texts) == [fold(text) for text in texts]


@given(ANY_TEXT)
def test_every_folded_character_comes_from_the_text(text: str) -> None:
    folded = fold_with_offsets(text)
    origins = folded.origins.tolist()
    assert len(origins) == len(folded.text)
    assert origins == sorted(origins)
    assert all(0 <= origin < len(text) for origin in origins)


@given(ANY_TEXT)
def test_the_raw_span_of_a_word_folds_to_the_word(text: str) -> None:
    folded = fold_with_offsets(text)
    start = 0
    for word in folded.text.split(" "):
        if word:
            first, last = folded.raw_span(start, start + len(word))
            assert word in fold(text[first:last])
        start += len(word) + 1


@given(ANY_TEXT)
def test_a_surface_key_is_its_own_key(text: str) -> None:
    assert surface_key(surface_key(text)) == surface_key(text)


@given(st.permutations("chronic obstructive pulmonary disease type ii".split(" ")))
def test_a_bag_has_no_order(words: list[str]) -> None:
    assert bag_key(" ".join(words), "en") == bag_key(
        "Chronic pulmonary disease, obstructive, type II", "en"
    )


@given(st.text("abcdefghijklmnopqrstuvwxyz ", max_size=20))
def test_shared_spelling_shortens_or_keeps(text: str) -> None:
    assert len(shared_spelling(text)) <= len(text)
