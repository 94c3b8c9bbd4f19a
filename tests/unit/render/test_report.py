from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from xlink.evaluation import Comparison, Evaluation, Figure
from xlink.evaluation.calibration import Calibration, Reliability
from xlink.evaluation.overview import Waterfall
from xlink.render import evaluation_page
from xlink.types import Document

VOID = {"meta", "br", "path", "circle", "rect", "line"}
SECTIONS = [
    "about",
    "headline",
    "waterfall",
    "recall",
    "calibration",
    "groups",
    "hierarchy",
    "types",
    "labels",
    "runs",
    "errors",
    "methods",
]


class Page(HTMLParser):
    """Elements with their attributes; that all are closed in order is checked on the way."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(content)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def values(self, attribute: str) -> list[str]:
        return [value for _, each in self.elements if (value := each.get(attribute))]


@pytest.fixture
def content(
    full_evaluation: Evaluation, report_comparison: Comparison, report_documents: list[Document]
) -> str:
    return evaluation_page(
        full_evaluation,
        comparison=report_comparison,
        corpus="notes <b>",
        notes=["made <i>by hand</i>"],
        documents=report_documents,
    )


def sections(page: Page) -> list[str]:
    return [each["id"] or "" for tag, each in page.elements if tag == "section"]


def test_sections_stand_in_the_order_of_questions(content: str) -> None:
    page = Page(content)
    assert sections(page) == SECTIONS
    links = [value.removeprefix("#") for value in page.values("href")]
    assert set(links) <= set(page.values("id"))
    assert links[: len(SECTIONS)] == SECTIONS


def test_ids_are_unique(content: str) -> None:
    ids = Page(content).values("id")
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_and_nothing_runs(content: str) -> None:
    page = Page(content)
    assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert not page.values("src")
    assert all(value.startswith("#") for value in page.values("href"))
    handlers = {name for _, each in page.elements for name in each if name.startswith("on")}
    assert not handlers
    assert "default-src 'none'" in content
    assert "@import" not in content
    assert "url(" not in content


def test_text_of_others_is_escaped(content: str) -> None:
    page = Page(content)
    # It stands on the page as it was written, but for what HTML can't hold.
    assert '<script>alert("x")</script>\'"><img src=x onerror=alert(1)>\ufffd' in page.text
    assert "notes <b>" in page.text
    assert "made <i>by hand</i>" in page.text


def test_same_values_same_page(
    full_evaluation: Evaluation, report_comparison: Comparison, content: str
) -> None:
    pages = {evaluation_page(full_evaluation, comparison=report_comparison) for _ in range(2)}
    assert len(pages) == 1
    assert content not in pages


def test_figures_on_the_page_are_those_of_the_evaluation(
    full_evaluation: Evaluation, content: str
) -> None:
    text = Page(content).text
    for name in ("accuracy", "recall@64", "f1", "hierarchy_within_1"):
        figure = full_evaluation.measure(name).all
        assert f"{figure.value:.3f}" in text
        assert f"{figure.low:.3f} to {figure.high:.3f}" in text
    right, gold = full_evaluation.waterfall.n[-1], full_evaluation.waterfall.n[0]
    assert f"{right} of {gold} gold mentions" in text
    assert "NIL, annotated as no concept" in text


def test_texts_are_shown_as_far_as_asked(
    full_evaluation: Evaluation, report_documents: list[Document]
) -> None:
    with_context = evaluation_page(full_evaluation, documents=report_documents)
    mentions = evaluation_page(full_evaluation)
    nothing = evaluation_page(full_evaluation, documents=report_documents, texts=False)
    assert "<mark>cough</mark>, then" in with_context
    assert "then" not in mentions.partition('id="errors"')[2].partition("</section>")[0]
    assert '<bdi lang="en">cough</bdi>' in mentions
    assert "<bdi" not in nothing
    assert "note 1 " not in mentions
    assert "note 1 " not in nothing


def test_every_plot_says_what_it_shows(content: str) -> None:
    plots = [each for tag, each in Page(content).elements if each.get("role") == "img"]
    assert len(plots) == 4
    assert all(each["aria-label"] for each in plots)
    svgs = [each for tag, each in Page(content).elements if tag == "svg" and "role" not in each]
    assert all("aria-hidden" in each or "viewbox" in each or "x" in each for each in svgs)


def test_a_single_document_has_no_intervals(lone_evaluation: Evaluation) -> None:
    page = Page(evaluation_page(lone_evaluation))
    assert "whisker" not in page.values("class")
    assert "covered gold" not in page.text.partition("How it was measured")[0].lower()
    assert "No terminology was opened" in page.text


def test_nothing_to_show(empty_evaluation: Evaluation) -> None:
    page = Page(evaluation_page(empty_evaluation))
    assert sections(page) == [
        "about",
        "headline",
        "waterfall",
        "recall",
        "calibration",
        "errors",
        "methods",
    ]
    assert "No gold mention has a concept" in page.text
    assert "nan" not in page.text.lower()


def test_huge_counts(full_evaluation: Evaluation) -> None:
    page = Page(evaluation_page(huge(full_evaluation)))
    assert "1,234,567,890" in page.text
    assert "1.2G" in page.text


def huge(evaluation: Evaluation) -> Evaluation:
    """Return an evaluation with counts that no screen was made for."""
    n = 1_234_567_890
    figure = Figure(0.5, 0.4999, 0.5001, n)
    held: Calibration = evaluation.calibration
    bins: Reliability = held.equal_width
    bins = replace(bins, accuracy=tuple(figure for _ in bins.accuracy))
    return replace(
        evaluation,
        counts=replace(evaluation.counts, mentions=n, with_concept=n, max_candidates=n),
        waterfall=Waterfall(evaluation.waterfall.steps, tuple(n - 7**each for each in range(7))),
        calibration=replace(held, n=n, equal_width=bins),
    )


def test_scores_beyond_1_stay_in_the_plot(full_evaluation: Evaluation) -> None:
    held = full_evaluation.calibration
    width = held.equal_width
    raw = replace(width, confidence=tuple(12.5 for _ in width.confidence))
    content = evaluation_page(replace(full_evaluation, calibration=replace(held, equal_width=raw)))
    assert 'x1="100.00%"' in content
    assert "confidence 12.50" in content
    assert "1250.00%" not in content


def test_style_names_no_colour_that_only_light_pages_have() -> None:
    style = (files("xlink.render") / "report" / "report.css").read_text(encoding="utf-8")
    light, _, rest = style.partition("}")
    assert all(f"{name}:" in rest for name in ("--s0", "--s5", "--lost"))
    assert light.startswith(":root")
