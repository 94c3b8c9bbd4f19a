from __future__ import annotations

from xlink.corpora.linked import annotated
from xlink.types import Document, Link, LinkedDocument, Mention


def test_links_take_the_place_of_gold() -> None:
    one = Mention("T1", ((0, 5),), "fever", "D", frozenset({"A", "B"}), composite=True)
    two = Mention("T2", ((6, 11),), "cough", "D")
    document = Document("d", "fever cough", "en", (one, two))
    linked = LinkedDocument(document, (Link(one, "C", 0.9), Link(two, None, 0.1)))
    assert annotated(linked) == Document(
        "d",
        "fever cough",
        "en",
        (
            Mention("T1", ((0, 5),), "fever", "D", frozenset({"C"})),
            Mention("T2", ((6, 11),), "cough", "D", frozenset()),
        ),
    )
