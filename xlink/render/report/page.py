"""The report as one page, its sections in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

from xlink.evaluation import Comparison, Evaluation
from xlink.render.markup import escaped, plural
from xlink.render.report.about import subject
from xlink.render.report.confidence import reliability_plot, risk_plot
from xlink.render.report.confusion import confusion_table
from xlink.render.report.frequent_errors import frequent_errors
from xlink.render.report.groups import breakdown_plots, hierarchy_plot
from xlink.render.report.headline import headline, measures_table, verdict
from xlink.render.report.methods import methods_note
from xlink.render.report.recall import recall_plot
from xlink.render.report.runs import comparison_plots
from xlink.render.report.stages import waterfall_bars
from xlink.render.report.wording import interval, number
from xlink.types import Document

__all__ = ["evaluation_page"]

# Nothing but what the page itself holds may be loaded or run.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of the page; `lead` is a sentence, `body` HTML."""

    key: str
    title: str
    lead: str
    body: str


def evaluation_page(
    evaluation: Evaluation,
    *,
    comparison: Comparison | None = None,
    title: str = "",
    corpus: str = "",
    notes: Sequence[str] = (),
    documents: Iterable[Document] = (),
    texts: bool = True,
) -> str:
    """Return the report of an evaluation as one HTML page without script or network.

    `corpus` names the gold, and `notes` are sentences on how the run was made. Of the documents,
    the page shows the mentions of some errors; with `documents`, what stands around them, too;
    without `texts`, neither. The same values give the same page.

    ```python
    Path("report.html").write_text(evaluation_page(evaluate(run, gold)), encoding="utf-8")
    ```
    """
    sections = [
        _Section("about", "What was evaluated", "", subject(evaluation, corpus, notes)),
        *_figures(evaluation),
        *_calibration(evaluation),
        *_groups(evaluation),
        *_confusions(evaluation),
        *_runs(comparison),
        *_errors(evaluation, documents, texts=texts),
        _Section("methods", "How it was measured", "", methods_note(evaluation.seed)),
    ]
    named = title or " on ".join(filter(None, (evaluation.run.system, corpus))) or "Evaluation"
    return "\n".join(
        [*_head(named), *_top(named, evaluation, sections), *map(_written, sections), _END]
    )


def _figures(evaluation: Evaluation) -> Iterator[_Section]:
    detected = [each for each in evaluation.detected if each.all.n]
    yield _Section(
        "headline",
        "Headline figures",
        "Dots are figures, lines 95\u00a0% intervals.",
        headline(evaluation)
        + measures_table(evaluation.given, "All figures of given mentions")
        + measures_table(detected, "All figures of detected mentions"),
    )
    yield _Section(
        "waterfall",
        "From gold to linked",
        "Where gold mentions with a concept get lost.",
        waterfall_bars(evaluation.waterfall),
    )
    yield _Section(
        "recall",
        "Recall by number of candidates",
        "How many candidates one must look at to find the gold. Shaded: 95\u00a0% intervals.",
        recall_plot(evaluation.recall_curve),
    )


def _calibration(evaluation: Evaluation) -> Iterator[_Section]:
    found = evaluation.calibration
    if not found.n:
        nothing = '<p class="nothing">No link names a concept.</p>'
        yield _Section("calibration", "Can confidence be trusted?", "", nothing)
        return
    figures = {
        "ECE, bins of equal width": found.equal_width.ece,
        "ECE, bins of equal mass": found.equal_mass.ece,
        "Brier": found.brier,
        "AURC": found.risk_coverage.aurc,
    }
    listed = "".join(
        f"<div><dt>{name}</dt><dd><b>{number(each.value)}</b> "
        f"<small>{interval(each)}</small></dd></div>"
        for name, each in figures.items()
    )
    yield _Section(
        "calibration",
        "Can confidence be trusted?",
        f"{plural(found.n, 'link')} that name a concept. Smaller is better in all four figures.",
        f'<dl class="figures">{listed}</dl><div class="pair"><div><h3>Reliability</h3>'
        "<p>Below the diagonal, links are surer than they are right.</p>"
        f"{reliability_plot(found.equal_width, found.equal_mass)}</div>"
        "<div><h3>Keeping only the surest</h3>"
        "<p>How many are wrong if less sure links are dropped.</p>"
        f"{risk_plot(found.risk_coverage)}</div></div>",
    )


def _groups(evaluation: Evaluation) -> Iterator[_Section]:
    if evaluation.breakdowns:
        lead = "All gold; each group is measured by itself."
        yield _Section("groups", "Groups of mentions", lead, breakdown_plots(evaluation))
    if evaluation.hierarchy:
        lead = "How near links come to the gold; composites have no part."
        body = hierarchy_plot(evaluation) + measures_table(
            evaluation.hierarchy, "All figures of nearness"
        )
        yield _Section("hierarchy", "Nearness in the hierarchy", lead, body)


def _confusions(evaluation: Evaluation) -> Iterator[_Section]:
    lead = "Blue is right; the redder a cell, the larger its share of the row that went wrong."
    types, labels = evaluation.type_confusion, evaluation.label_confusion
    if types is not None and types.n:
        body = confusion_table(types, "types")
        yield _Section("types", "Types taken for each other", lead, body)
    pairs = zip(labels.gold, labels.predicted, strict=True)
    if any(gold and predicted and gold != predicted for gold, predicted in pairs):
        body = confusion_table(labels, "labels")
        yield _Section("labels", "Labels taken for each other", lead, body)


def _runs(comparison: Comparison | None) -> Iterator[_Section]:
    if comparison is not None:
        lead = f"Paired over {plural(comparison.documents, 'document')}."
        yield _Section("runs", "Against other runs", lead, comparison_plots(comparison))


def _errors(
    evaluation: Evaluation, documents: Iterable[Document], *, texts: bool
) -> Iterator[_Section]:
    if evaluation.errors is not None:
        lead = "The pairs of gold and link that come most often, by what went wrong."
        body = frequent_errors(evaluation.errors, documents, texts=texts)
        nothing = '<p class="nothing">Nothing.</p>'
        yield _Section("errors", "What went wrong most often", lead, body or nothing)


def _head(title: str) -> Iterator[str]:
    render = files("xlink.render")
    sheets = (render / "base.css", render / "report" / "report.css")
    style = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="generator" content="xlink {version("xlink")}">'
    yield f"<title>{escaped(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>"


def _top(title: str, evaluation: Evaluation, sections: Sequence[_Section]) -> Iterator[str]:
    items = "".join(f'<li><a href="#{each.key}">{each.title}</a></li>' for each in sections)
    yield f"<header><p>Evaluation of links</p><h1>{escaped(title)}</h1>"
    yield f'<p class="verdict">{verdict(evaluation)}</p>'
    yield f'<nav aria-label="Sections"><ul>{items}</ul></nav></header>\n<main>'


def _written(section: _Section) -> str:
    lead = f'<p class="lead">{section.lead}</p>' if section.lead else ""
    return (
        f'<section id="{section.key}" aria-labelledby="{section.key}-title">'
        f'<h2 id="{section.key}-title">{section.title}</h2>{lead}\n{section.body}\n</section>'
    )


_END = "</main>\n</body>\n</html>\n"
