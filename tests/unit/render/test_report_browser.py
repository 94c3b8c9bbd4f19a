"""The report in Chromium: nothing overflows, nothing is empty, nothing runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from xlink.evaluation import Comparison, Evaluation
from xlink.render import evaluation_page
from xlink.types import Document

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
WIDTHS_PX = (400, 1000)
# Each page is laid out in frames of these widths; the script outside measures what is inside.
MEASURE = """
const result = [];
const clear = box => box.width > 0 && box.height > 0;
const within = (box, frame, slack) => box.left >= frame.left - slack
  && box.right <= frame.right + slack && box.top >= frame.top - slack
  && box.bottom <= frame.bottom + slack;
const cut = (one, other) => one.left < other.right && other.left < one.right;
for (const frame of document.querySelectorAll("iframe")) {
  const page = frame.contentDocument, root = page.documentElement;
  const closed = root.scrollWidth;
  for (const each of page.querySelectorAll("details")) each.open = true;
  const areas = [...page.querySelectorAll(".area > svg, .track > svg")].map(svg => {
    const drawn = [...svg.querySelectorAll(".mark, .curve, .whisker, rect")];
    const box = svg.getBoundingClientRect();
    return {
      kind: svg.parentElement.className,
      size: [box.width, box.height],
      marks: svg.querySelectorAll(".mark, rect").length,
      value: svg.closest("tr")?.querySelector(".value b")?.textContent ?? "",
      outside: drawn.filter(each => !within(each.getBoundingClientRect(), box, 12)).length,
    };
  });
  const axes = [...page.querySelectorAll(".area > div, .scale > div")].map(axis => {
    const boxes = [...axis.querySelectorAll(".tick.x")].map(each => each.getBoundingClientRect())
      .filter(clear);
    return boxes.slice(1).filter((box, place) => cut(boxes[place], box)).length;
  });
  result.push({
    name: frame.name,
    width: root.clientWidth,
    closed,
    opened: root.scrollWidth,
    scripts: page.scripts.length,
    areas,
    overlaps: axes.reduce((one, other) => one + other, 0),
    sections: page.querySelectorAll("section").length,
  });
}
document.getElementById("result").textContent = JSON.stringify(result);
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def measured(
    tmp_path_factory: pytest.TempPathFactory,
    full_evaluation: Evaluation,
    report_comparison: Comparison,
    report_documents: list[Document],
    lone_evaluation: Evaluation,
    empty_evaluation: Evaluation,
) -> dict[str, dict[str, Any]]:
    pages = {
        "full": evaluation_page(
            full_evaluation,
            comparison=report_comparison,
            corpus="a_corpus_with_a_name_that_never_ends_" * 5,
            documents=report_documents,
        ),
        "lone": evaluation_page(lone_evaluation),
        "empty": evaluation_page(empty_evaluation),
    }
    return measure(pages, tmp_path_factory.mktemp("chromium"))


def measure(pages: dict[str, str], folder: Path) -> dict[str, dict[str, Any]]:
    """Open the pages side by side in one browser, and return what was measured by name."""
    frames = "".join(
        f'<iframe name="{name}-{width}" style="width:{width}px;height:900px;border:0" '
        f'srcdoc="{escape(content)}"></iframe>'
        for name, content in pages.items()
        for width in WIDTHS_PX
    )
    harness = folder / "harness.html"
    harness.write_text(
        f'<!doctype html><meta charset="utf-8"><pre id="result"></pre>{frames}'
        f'<script>addEventListener("load", () => {{ {MEASURE} }});</script>',
        encoding="utf-8",
    )
    command = [
        str(CHROMIUM),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--dump-dom",
        "--enable-logging=stderr",
        f"--user-data-dir={folder / 'profile'}",
        harness.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert "CONSOLE" not in done.stderr, "the browser complains of the page"
    held = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert held is not None
    return {each["name"]: each for each in json.loads(unescape(held[1]))}


def test_no_page_is_wider_than_its_screen(measured: dict[str, dict[str, Any]]) -> None:
    assert len(measured) == 6
    for page in measured.values():
        assert page["closed"] <= page["width"], page["name"]
        assert page["opened"] <= page["width"], page["name"]


def test_plots_hold_marks_and_marks_stay_in_plots(measured: dict[str, dict[str, Any]]) -> None:
    for width in WIDTHS_PX:
        areas = measured[f"full-{width}"]["areas"]
        assert len(areas) > 50
        for area in areas:
            assert area["marks"] > 0 or area["value"] == "–", area
            assert area["outside"] == 0, area
            least = 200 if area["kind"] == "area" else 60
            assert area["size"][0] > least, area
    assert all(not area["outside"] for area in measured["lone-400"]["areas"])


def test_names_of_ticks_keep_apart(measured: dict[str, dict[str, Any]]) -> None:
    assert [page["overlaps"] for page in measured.values()] == [0] * 6


def test_no_script_came_in(measured: dict[str, dict[str, Any]]) -> None:
    assert [page["scripts"] for page in measured.values()] == [0] * 6
    assert measured["full-400"]["sections"] == 12
    assert measured["empty-400"]["sections"] == 7
