"""What folding and keys promise of any text at all."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from xlink.text.folding import fold, fold_many, fold_with_offsets
from xlink.text.keys import bag_key, surface_key
from xlink.text.tokens import base_form, based_text, token_spans

# Letters that fold to several, marks, joiners, lone Greek, kana, Hangul, half surrogates.
TRICKY = st.sampled_from(
    [*"aIß\u0301\u0345\u03b1Σςμʼ’-. \n\u00adﬁ½㍿İıøガｶﾞ\u3099폐患ปำ", "\ud800", "\udc00"]
)
TEXTS = st.text(st.one_of(TRICKY, st.characters(codec=None)), max_size=30)
LANGUAGES = st.sampled_from(["en", "es", "fr", "pt", "de", "el", "ru", "tr", "und", "xx"])
WORDS = st.lists(
    st.text(st.sampled_from("abcdeghilmnorstuy12"), min_size=1), min_size=1, max_size=6
)


@given(TEXTS)
@example("\ud800\udc00")
@example("α\u0301β")
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded == folded.strip()
    assert "  " not in folded


@given(st.lists(TEXTS, max_size=8))
def test_folding_many_is_folding_each(texts: list[str]) -> None:
    assert fold_many(texts) == [fold(text) for text in texts]


@given(TEXTS)
def test_every_folded_character_knows_its_origin(text: str) -> None:
    folded = fold_with_offsets(text)
    origins = folded.origins.tolist()
    assert folded.text == fold(text)
    assert len(origins) == len(folded.text)
    assert origins == sorted(origins)
    assert all(0 <= origin < len(text) for origin in origins)
    assert set(folded.text) <= set(
        " ".join(fold(text[origin]) or " " for origin in origins) + fold(text)
    )


@given(TEXTS)
def test_a_word_is_what_its_span_of_the_raw_text_folds_to(text: str) -> None:
    folded = fold_with_offsets(text)
    place = 0
    for word in folded.text.split(" "):
        start, end = place, place + len(word)
        place = end + 1
        if not word:
            continue
        first, last = folded.raw_span(start, end)
        # A raw character can fold to several words (½): the span of one then holds them all.
        assert word in fold(text[first:last]).split(" ")


@given(TEXTS)
def test_surface_keys_are_their_own_keys(text: str) -> None:
    key = surface_key(text)
    assert surface_key(key) == key


@given(TEXTS)
def test_names_of_equal_surface_are_equal_folded(text: str) -> None:
    hangul = any("\u1100" <= letter <= "\u11ff" for letter in text + surface_key(text))
    assert hangul or fold(surface_key(text)) == fold(text)


@given(st.data(), WORDS, LANGUAGES)
def test_bags_do_not_know_the_order_of_words(
    data: st.DataObject, words: list[str], language: str
) -> None:
    shuffled = data.draw(st.permutations(words))
    assert bag_key(" ".join(shuffled), language) == bag_key(" ".join(words), language)


@given(TEXTS, LANGUAGES)
def test_tokens_and_base_forms_are_never_empty(text: str, language: str) -> None:
    folded = fold(text)
    spans = list(token_spans(folded))
    assert "".join(folded[start:end] for start, end in spans) == folded.replace(" ", "")
    assert all(base_form(folded[start:end], language) for start, end in spans)
    assert len(based_text(folded, language).split(" ")) == len(folded.split(" "))
    assert bool(bag_key(text, language)) == bool(folded)
