"""Counts of published corpora in tables, which are not part of the repository."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pytest

from xlink.corpora.published.codiesp import Codes, CodiespReader
from xlink.corpora.published.distemist import DistemistReader
from xlink.corpora.spans import check_spans, surface
from xlink.corpora.splits import Seen, Split, unseen
from xlink.tally import Tally

DATA = Path(os.environ.get("XLINK_DATA", ""))
needs_codiesp = pytest.mark.skipif(
    not (DATA / "codiesp").is_dir(), reason="XLINK_DATA has no codiesp"
)
needs_distemist = pytest.mark.skipif(
    not (DATA / "distemist").is_dir(), reason="XLINK_DATA has no distemist"
)


@needs_codiesp
@pytest.mark.parametrize(
    ("split", "codes", "n_documents", "n_mentions", "n_codes", "n_composite", "n_in_parts"),
    [
        (("train", "dev"), "both", 750, 13_531, 13_657, 121, 2705),
        (("train", "dev"), "diagnosis", 750, 10_591, 10_640, 49, 1545),
        (("train", "dev"), "procedure", 750, 2940, 3017, 72, 1160),
        ("train", "both", 500, 9090, 9180, 88, 1750),
        ("dev", "both", 250, 4441, 4477, 33, 955),
    ],
)
def test_codiesp(
    split: str | Collection[str],
    codes: Codes,
    n_documents: int,
    n_mentions: int,
    n_codes: int,
    n_composite: int,
    n_in_parts: int,
) -> None:
    reader = CodiespReader(split=split, codes=codes)
    documents = list(reader.read([DATA / "codiesp"], Tally()))
    mentions = [mention for document in documents for mention in document.mentions]
    assert (len(documents), len(mentions)) == (n_documents, n_mentions)
    assert sum(len(mention.gold or ()) for mention in mentions) == n_codes
    assert sum(mention.composite for mention in mentions) == n_composite
    assert sum(len(mention.spans) > 1 for mention in mentions) == n_in_parts


@needs_codiesp
def test_codiesp_stands_where_it_says_with_these_exceptions() -> None:
    tally = Tally()
    documents = list(CodiespReader(codes="both").read([DATA / "codiesp"], tally))
    for document in documents:
        for mention in document.mentions:
            assert not check_spans(mention.spans, len(document.text))
            assert surface(document.text, mention.spans) == mention.text
    # 9,181 + 4,477 lines: 13,531 mentions, 126 further codes of the same evidence, 1 repeated.
    assert 13_531 + 126 + 1 == 9181 + 4477
    assert tally.counts() == {
        "evidence of several codes: one composite mention": 126,
        "parts of a mention put in the order of the text": 98,
        "offsets mended: the mention stands nearby": 6,
        "empty part of a mention left out": 4,
        "annotation repeated": 1,
    }


@needs_codiesp
@pytest.mark.parametrize(
    ("split", "codes", "letter", "n_codes"),
    [
        ("train", "diagnosis", "D", 5639),
        ("train", "procedure", "P", 1550),
        ("dev", "diagnosis", "D", 2677),
        ("dev", "procedure", "P", 817),
    ],
)
def test_codiesp_has_the_codes_of_its_other_tracks(
    split: str, codes: Codes, letter: str, n_codes: int
) -> None:
    reader = CodiespReader(split=split, codes=codes, written="corpus")
    found = {
        (document.id, code)
        for document in reader.read([DATA / "codiesp"], Tally())
        for mention in document.mentions
        for code in mention.gold or ()
    }
    table = DATA / "codiesp" / split / f"{split}{letter}.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    assert len(found) == n_codes
    assert found == {tuple(line.split("\t")) for line in lines}


@needs_distemist
def test_distemist_has_one_mention_that_is_nil_beside_those_with_codes() -> None:
    tally = Tally()
    documents = list(DistemistReader().read([DATA / "distemist"], tally))
    mentions = [mention for document in documents for mention in document.mentions]
    assert len(documents) == 583
    assert sum(bool(mention.gold) for mention in mentions) == 5135
    assert sum(mention.gold == frozenset() for mention in mentions) == 1
    assert all(
        surface(document.text, mention.spans) == mention.text
        for document in documents
        for mention in document.mentions
    )
    assert not tally


@needs_distemist
def test_a_seeded_split_of_distemist_and_its_unseen_subsets() -> None:
    documents = list(DistemistReader().read([DATA / "distemist"], Tally()))
    split = Split.draw(documents, {"train": 8, "test": 2}, seed=1)
    train, test = (list(split.take(documents, part)) for part in ("train", "test"))
    assert (len(train), len(test)) == (466, 117)
    assert sum(len(document.mentions) for document in test) == 1049
    seen = Seen.of(train)
    counts = {
        subset: sum(
            mention.gold is not None
            for document in unseen(test, seen, subset)
            for mention in document.mentions
        )
        for subset in ("mention", "concept", "both")
    }
    assert counts == {"mention": 660, "concept": 392, "both": 392}
