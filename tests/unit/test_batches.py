"""Documents in lists of so many mentions, whole where they fit."""

from __future__ import annotations

import pytest

import xlink.batches
from xlink.batches import by_mentions
from xlink.types import Document


def document(name: str, n_mentions: int) -> Document:
    return Document.from_spans("x" * 20, [(n, n + 1) for n in range(n_mentions)], id=name)


def test_parts_have_all_mentions_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlink.batches, "_BATCH_MENTIONS", 4)
    documents = [document(name, n) for name, n in (("a", 3), ("b", 0), ("c", 11), ("d", 2))]
    parts = list(by_mentions(documents))
    shape = [[(each.id, len(each.mentions)) for each in part] for part in parts]
    assert shape == [[("a", 3), ("c", 1)], [("c", 4)], [("c", 4)], [("c", 2), ("d", 2)]]
    mentions = [mention for part in parts for each in part for mention in each.mentions]
    assert mentions == [mention for each in documents for mention in each.mentions]
    assert {each.text for part in parts for each in part} == {"x" * 20}


def test_nothing_to_link_makes_no_part() -> None:
    assert list(by_mentions([])) == []
    assert list(by_mentions([document("a", 0)])) == []
