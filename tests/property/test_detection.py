"""Detection over arbitrary Unicode: exact offsets, and no influence of other documents."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.detect.dictionary import DetectionOptions, DictionaryDetector
from xlink.detect.tokenised import TokenisedText
from xlink.terminology import Terminology
from xlink.testing import small_terminology
from xlink.types import Document

NAMES = (
    "heart failure", "HF", "DM2", "2型糖尿病", "肺炎", "high blood pressure", "α-thalassaemia",
    "Oedema", "edema pulmonar", "Herzinsuffizienz", "neumonía", "πνευμονία", "heart", "lung",
)  # fmt: skip
GLUE = (
    " ",
    " of ",
    "-",
    ". ",
    "\n",
    "\n\n",
    "'s ",
    "(",
    ")",
    "\u0301",
    "\0",
    "\u200f",
    "、",
    "",
    "\ud800",
)
LANGUAGES = ("en", "es", "ja", "und")

texts = st.lists(
    st.one_of(st.sampled_from(NAMES), st.sampled_from(GLUE), st.text(st.characters(), max_size=4)),
    max_size=14,
).map("".join)
documents = st.lists(
    st.builds(
        lambda text, language: Document("d", text, language), texts, st.sampled_from(LANGUAGES)
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    place: Path = tmp_path_factory.mktemp("detection")
    return small_terminology(place / "small")


@pytest.fixture(scope="module", params=[False, True], ids=["longest", "nested"])
def detector(request: pytest.FixtureRequest, terminology: Terminology) -> DictionaryDetector:
    return DictionaryDetector.build(terminology, DetectionOptions(nested=request.param))


@given(documents)
@settings(max_examples=150, deadline=None)
def test_offsets_slice_the_raw_text(
    detector: DictionaryDetector, documents: list[Document]
) -> None:
    for document, found in zip(documents, detector.detect(documents), strict=True):
        assert found.text == document.text
        assert [mention.id for mention in found.mentions] == [
            f"T{number}" for number in range(1, len(found.mentions) + 1)
        ]
        for mention in found.mentions:
            assert 0 <= mention.start < mention.end <= len(document.text)
            assert document.text[mention.start : mention.end] == mention.text
            assert mention.text == mention.text.strip()


@given(documents)
@settings(max_examples=150, deadline=None)
def test_surface_alone_is_found_again(
    detector: DictionaryDetector, documents: list[Document]
) -> None:
    for document, matches in zip(documents, detector.find(documents), strict=True):
        for match in matches:
            surface = document.text[match.start : match.end]
            (again,) = detector.find([Document("again", surface, document.language)])
            aliases = [
                each.aliases for each in again if (each.start, each.end) == (0, len(surface))
            ]
            if match.aliases not in aliases:  # a compound around it rules out some names
                around = document.text[max(0, match.start - 1) : match.start]
                around += document.text[match.end : match.end + 1]
                assert not set("-‐‑").isdisjoint(around)
                assert any(set(match.aliases) <= set(each) for each in aliases)


@given(documents)
@settings(max_examples=150, deadline=None)
def test_mentions_do_not_overlap_unless_nested(
    detector: DictionaryDetector, documents: list[Document]
) -> None:
    for matches in detector.find(documents):
        spans = [(match.start, match.end) for match in matches]
        assert spans == sorted(spans, key=lambda span: (span[0], -span[1]))
        assert len(set(spans)) == len(spans)
        if not detector.options.nested:
            whole = [(match.start, match.end) for match in matches if not match.parts]
            assert all(before[1] <= after[0] for before, after in pairwise(whole))
            for match in matches:  # what shares words with a name has words of its own
                assert not match.parts or any(
                    all(end <= low or high <= start for low, high in whole)
                    for start, end in match.parts
                )


@given(documents)
@settings(max_examples=150, deadline=None)
def test_batch_and_order_do_not_matter(
    detector: DictionaryDetector, documents: list[Document]
) -> None:
    together = detector.detect(documents)
    assert together == [detector.detect([document])[0] for document in documents]
    assert detector.detect(documents[::-1]) == together[::-1]


@given(texts)
@settings(max_examples=300, deadline=None)
def test_tokens_are_where_they_say(text: str) -> None:
    tokens = TokenisedText.of(text)
    starts, ends = tokens.starts.tolist(), tokens.ends.tolist()
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
    assert len(tokens.words) == len(tokens.walls) == len(tokens.breaks) == len(tokens.inside) - 1
