"""What a writer writes, its reader reads back: all of it, or all that the format can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.corpora.formats.bigbio import from_bigbio, to_bigbio
from xlink.corpora.formats.bigbio_files import BigbioReader, BigbioWriter
from xlink.corpora.formats.bioc import BiocReader
from xlink.corpora.formats.bioc_writer import BiocWriter
from xlink.corpora.formats.brat import BratReader
from xlink.corpora.formats.brat_writer import BratWriter
from xlink.corpora.formats.pubtator import PubtatorReader
from xlink.corpora.formats.pubtator_writer import PubtatorWriter
from xlink.corpora.gold import NIL_IDS
from xlink.corpora.jsonl import JsonlReader, write_documents
from xlink.corpora.spans import surface
from xlink.protocols import CorpusReader, CorpusWriter
from xlink.tally import Tally
from xlink.types import Assertion, Document, Mention, Passage, Span

CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"])
TEXTS = st.text(CHARACTERS | st.sampled_from("\n\r\t é😀"), max_size=40)
WORDS = st.text("abcDEF019:.-_é", min_size=1, max_size=6)
IDS = WORDS.filter(lambda each: each not in NIL_IDS)


@st.composite
def spans_of(draw: st.DrawFn, text: str, *, parts: int) -> tuple[Span, ...]:
    """Draw one or more spans in order, none empty."""
    n = 2 * draw(st.integers(1, max(1, min(parts, len(text) // 2))))
    borders = draw(st.lists(st.integers(0, len(text)), min_size=n, max_size=n, unique=True))
    borders.sort()
    return tuple(zip(borders[::2], borders[1::2], strict=True))


@st.composite
def told(draw: st.DrawFn, mention: Mention) -> Mention:
    """Draw what a text may say of a mention."""
    return replace(
        mention,
        assertion=tuple(sorted(draw(st.sets(st.sampled_from(get_args(Assertion)))))),
        section=draw(st.sampled_from(["", "plan", "family_history"])),
        part_of=draw(st.sampled_from(["", "T9"])),
    )


@st.composite
def documents(
    draw: st.DrawFn,
    *,
    texts: st.SearchStrategy[str] = TEXTS,
    labels: st.SearchStrategy[str] = TEXTS,
    parts: int = 3,
    passages: bool = True,
    max_ids: int = 3,
    context: bool = False,
) -> Document:
    """Draw a document with mentions that nest and overlap, and passages that may as well."""
    text = draw(texts)
    mentions: list[Mention] = []
    for number in range(1, 1 + draw(st.integers(0, 4 if len(text) > 1 else 0))):
        spans = draw(spans_of(text, parts=parts))
        gold = draw(st.none() | st.frozensets(IDS, max_size=max_ids))
        composite = draw(st.booleans()) and len(gold or ()) > 1
        label = draw(labels)
        plain = Mention(f"T{number}", spans, surface(text, spans), label, gold, composite)
        mentions.append(draw(told(plain)) if context else plain)
    borders = st.integers(0, len(text))
    marked = [
        Passage(f"p{number}", draw(WORDS), tuple(sorted(draw(st.tuples(borders, borders)))))  # type: ignore[arg-type]
        for number in range(draw(st.integers(0, 3 if passages else 0)))
    ]
    language = draw(st.sampled_from(["en", "pt-BR", "und"]))
    return Document("d1", text, language, tuple(mentions), tuple(marked))


def back(
    writer: CorpusWriter, reader: CorpusReader, written: Sequence[Document], name: str
) -> list[Document]:
    """Write and read; nothing may be counted, for nothing is to be mended."""
    with TemporaryDirectory() as folder:
        tally = Tally()
        path = Path(folder) / name
        writer.write(written, path)
        documents = list(reader.read([path], tally))
    assert not tally, tally.counts()
    return documents


@given(documents())
def test_bigbio_records_lose_nothing(document: Document) -> None:
    tally = Tally()
    assert from_bigbio(to_bigbio(document), tally=tally) == document
    assert not tally


@settings(max_examples=40)
@given(documents())
def test_strict_bigbio_records_lose_language_and_composites(document: Document) -> None:
    plain = tuple(replace(each, composite=False) for each in document.mentions)
    kept = replace(document, language="und", mentions=plain)
    assert from_bigbio(to_bigbio(document, strict=True)) == kept


@settings(max_examples=25)
@given(st.lists(documents(), max_size=2))
def test_bigbio_files_lose_nothing(drawn: list[Document]) -> None:
    written = [replace(each, id=f"d{number}") for number, each in enumerate(drawn)]
    for name in ("d.jsonl", "d.parquet"):
        assert back(BigbioWriter(), BigbioReader(), written, name) == written


@settings(max_examples=40)
@given(documents(context=True))
def test_the_lossless_format_keeps_passages(document: Document) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "d.jsonl"
        write_documents([document], path)
        assert list(JsonlReader().read([path], Tally())) == [document]


@settings(max_examples=40)
@given(documents(context=True))
def test_bioc_loses_only_the_order_of_mentions(document: Document) -> None:
    (found,) = back(BiocWriter(), BiocReader(several="alternatives"), [document], "d.json")
    assert set(found.mentions) == set(document.mentions)
    assert replace(found, mentions=document.mentions) == document


@settings(max_examples=40)
@given(documents(labels=WORDS, passages=False, context=True))
def test_brat_keeps_texts_and_mentions(document: Document) -> None:
    (found,) = back(BratWriter(), BratReader(language=document.language), [document], "out")
    assert found == document


@settings(max_examples=40)
@given(
    documents(
        texts=st.text(CHARACTERS, max_size=40), labels=WORDS, parts=1, passages=False, max_ids=1
    ),
    st.integers(0, 40),
)
def test_pubtator_keeps_titles_abstracts_and_mentions(document: Document, cut: int) -> None:
    end = min(cut, len(document.text))
    text = f"{document.text[:end]} {document.text[end + 1 :]}"
    passages = [Passage("title", "title", (0, end))]
    if len(text) > end + 1:
        passages.append(Passage("abstract", "abstract", (end + 1, len(text))))
    else:
        text = text[:end]
    mentions = tuple(
        replace(each, text=surface(text, each.spans))
        for each in document.mentions
        if each.end <= len(text)
    )
    mentions = tuple(replace(each, id=f"T{n}") for n, each in enumerate(mentions, start=1))
    expected = replace(document, text=text, mentions=mentions, passages=tuple(passages))
    (found,) = back(
        PubtatorWriter(), PubtatorReader(language=document.language), [expected], "d.txt"
    )
    assert found == expected
