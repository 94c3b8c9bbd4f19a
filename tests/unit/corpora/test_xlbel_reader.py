from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.published.xlbel import XlbelReader
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

SENTENCE = "C0015967||Fieber||Er hat  <tgt>Fieber</tgt>  || und Husten.\n"


def write(folder: Path, content: str, name: str = "de_1k_test_query_with_context.txt") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def test_a_mention_is_read_where_the_sentence_marks_it(tmp_path: Path) -> None:
    path = write(tmp_path, SENTENCE.replace("\n", "\r\n"))
    tally = Tally()
    (document,) = XlbelReader().read([path], tally)
    assert document == Document(
        "de_1k_test_query_with_context#1",
        "Er hat  Fieber  || und Husten.",
        "de",
        (Mention("T1", ((8, 14),), "Fieber", "", frozenset({"C0015967"})),),
    )
    assert not tally


def test_without_sentences_the_mention_is_the_text(tmp_path: Path) -> None:
    path = write(tmp_path, "C1|C2||Fieber\n\nC3||Husten\n", "tr_1k_test_query.txt")
    first, second = XlbelReader().read([tmp_path], Tally())
    assert (first.text, first.language) == ("Fieber", "tr")
    assert first.mentions[0].gold == frozenset({"C1", "C2"})
    assert not first.mentions[0].composite
    assert second.id == "tr_1k_test_query#3"
    (named, _) = XlbelReader(language="de").read([path], Tally())
    assert named.language == "de"


def test_what_the_sentence_says_otherwise_is_counted(tmp_path: Path) -> None:
    content = SENTENCE.replace("||Fieber", "||fieber") + "C1||Husten||Er hustet.\n"
    tally = Tally()
    first, second = XlbelReader().read([write(tmp_path, content)], tally)
    assert first.mentions[0].text == "Fieber"
    assert second.text == "Husten"
    assert tally.counts() == {
        "mention taken as the sentence marks it": 1,
        "sentence without a mark: the mention stands alone": 1,
    }


@pytest.mark.parametrize("line", ["C1", "C1||", "||Fieber", "C1\tFieber"])
def test_a_bad_line_is_refused_by_number(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, SENTENCE + line + "\n")
    with pytest.raises(DataError, match=r"line 2: .* is not a mention"):
        list(XlbelReader().read([path], Tally()))


def test_an_unknown_language_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.txt file"):
        list(XlbelReader().read([tmp_path], Tally()))
    path = write(tmp_path, SENTENCE, "test.txt")
    with pytest.raises(DataError, match="Set the option `language`"):
        list(XlbelReader().read([path], Tally()))
