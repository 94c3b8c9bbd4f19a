from __future__ import annotations

import io
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from xlink.errors import UnknownNameError
from xlink.render import html_page, links_table
from xlink.terminology import Terminology, build_terminology
from xlink.types import (
    Alias,
    Candidate,
    Concept,
    Document,
    Link,
    LinkedDocument,
    Mention,
    PlacedLine,
)

ATTACK = "<script>alert('x')</script>"
TEXT = f"Fiebre y tos [seca] {ATTACK}"
FEVER = Alias("Fiebre", "es", "preferred", "demo")
HOSTILE = Alias(f"tos {ATTACK}", "es", "synonym", ATTACK)
VOID = {"meta", "br"}


@pytest.fixture
def terminology(tmp_path: Path) -> Terminology:
    concepts = [
        Concept("R50", "Fever", (FEVER, Alias("Fever", "en", "preferred"))),
        Concept(f"R05{ATTACK}", "Cough", (HOSTILE,), types=("sign & symptom",)),
    ]
    return build_terminology(concepts, tmp_path / "demo", name="demo").terminology


def linked(*links: Link, text: str = TEXT, language: str = "es") -> LinkedDocument:
    return LinkedDocument(Document(f"note {ATTACK}", text, language), links)


def link(start: int, end: int, concept_id: str | None, label: str = "") -> Link:
    candidates = (
        Candidate("R50", 0.875, FEVER, "lookup"),
        Candidate(f"R05{ATTACK}", 0.25, HOSTILE, "tfidf"),
    )
    mention = Mention(f"T{start}", ((start, end),), TEXT[start:end], label)
    return Link(mention, concept_id, 0.875, candidates)


class Page(HTMLParser):
    """Elements with their attributes, and whether all of them are closed in order."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_mentions_with_what_explains_them(terminology: Terminology) -> None:
    page = Page(html_page([linked(link(0, 6, "R50"), link(9, 12, None))], terminology))
    assert not page.open
    mentions = [
        given for _, given in page.elements if "aria-label" in given and "tabindex" in given
    ]
    assert [each["aria-label"] for each in mentions] == ["Fiebre: R50, Fiebre", "tos: no concept"]
    for expected in ("matched Fiebre es from demo, score 0.875 by lookup", "Fever", "Cough"):
        assert expected in page.text
    assert ("div", {"class": "text", "dir": "auto", "lang": "es"}) in page.elements


def test_the_long_form_and_the_page_of_a_mention_are_shown(terminology: Terminology) -> None:
    text = "High fever (HF). HF."
    line = PlacedLine((0, len(text)), 7, (1, 2, 3, 4))
    document = Document("a", text, "en", lines=(line,))
    links = (Link(Mention("T1", ((17, 19),), "HF"), "R50", 0.9),)
    page = Page(html_page([LinkedDocument(document, links)], terminology))
    assert page.text.count("HF = High fever") == 2
    assert "on page 7" in page.text
    page = Page(html_page([LinkedDocument(document, links)], terminology, long_forms=False))
    assert "=" not in page.text


def test_nothing_from_outside_becomes_markup(terminology: Terminology) -> None:
    hostile = linked(link(0, 6, "R50", ATTACK), link(20, len(TEXT), f"R05{ATTACK}"))
    page = Page(html_page([hostile], terminology, title=ATTACK))
    assert not page.open
    assert "script" not in {tag for tag, _ in page.elements}
    assert page.text.count(ATTACK) > 5


def test_the_page_needs_nothing_else(terminology: Terminology) -> None:
    content = html_page([linked(link(0, 6, "R50"))], terminology)
    names = {name for _, attributes in Page(content).elements for name in attributes}
    assert not names & {"src", "href", "onclick", "style"}
    assert "url(" not in content
    assert "@import" not in content


def test_links_are_coloured_by_label_then_type_then_letters(terminology: Terminology) -> None:
    links = [link(0, 6, "R50", "finding"), link(0, 6, "R50"), link(9, 12, f"R05{ATTACK}")]
    page = Page(html_page([linked(*links)], terminology))
    assert [given["class"] for tag, given in page.elements if tag == "li"] == ["c0", "c1", "c2"]
    for name in ("finding", "R", "sign & symptom"):
        assert name in page.text


def test_any_text_can_be_written_as_utf8(terminology: Terminology) -> None:
    content = html_page([linked(text="a\x00b\ud800c", language="und")], terminology)
    assert "a\ufffdb\ufffdc" in content.encode("utf-8").decode("utf-8")
    assert 'lang="und"' not in content


def test_the_table_has_a_row_a_mention_and_takes_no_markup(terminology: Terminology) -> None:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(links_table(linked(link(0, 6, "R50"), link(13, 19, None)), terminology))
    text = console.export_text()
    for expected in ("R50", "Fiebre (es)", "0.88", "lookup", "[seca]", "no concept"):
        assert expected in text


def test_links_of_another_terminology_are_refused(terminology: Terminology) -> None:
    other = LinkedDocument(
        Document("a", TEXT), (Link(Mention("T1", ((0, 6),), "Fiebre"), "X99", 1.0),)
    )
    with pytest.raises(UnknownNameError, match="X99"):
        links_table(other, terminology)
