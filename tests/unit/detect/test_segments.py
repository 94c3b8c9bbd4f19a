from __future__ import annotations

import pytest

from xlink.detect import segments
from xlink.detect.dictionary import DictionaryDetector
from xlink.detect.segments import join_segments
from xlink.terminology import Terminology
from xlink.types import Document


def test_short_texts_are_joined_and_located() -> None:
    (joined,) = join_segments([(4, "abc"), (9, ""), (2, "de")])
    assert joined.text == "abc\n\n\n\nde"
    assert joined.locate(2) == (4, 0)
    assert joined.locate(8) == (2, 7)


def test_windows_share_out_every_place_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "_SIZE_CHARS", 60_000)
    text = "x" * 200_000
    windows = [part for joined in join_segments([(0, text)]) for part in joined.parts]
    assert len(windows) > 2
    assert [part.first for part in windows] == [0, *(part.last for part in windows[:-1])]
    assert windows[-1].last == len(text)
    assert all(len(part.text) <= 60_000 for part in windows)


def test_windows_find_what_the_whole_has(
    small: Terminology, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = DictionaryDetector.build(small)
    words = "no heart failure, DM or 2型糖尿病 but lung oedema. α-thalassaemia HTA  oedemas"
    text = " ".join(f"{words} {number}" for number in range(400))
    documents = [Document("long", text, "und"), Document("short", words, "und")]
    monkeypatch.setattr(segments, "_SIZE_CHARS", 10**9)
    whole = detector.detect(documents)
    for name, chars in {"_SIZE_CHARS": 5_000, "_MATCH_CHARS": 500, "_CONTEXT_CHARS": 500}.items():
        monkeypatch.setattr(segments, name, chars)
    assert detector.detect(documents) == whole
    assert len(whole[0].mentions) > 1_000
