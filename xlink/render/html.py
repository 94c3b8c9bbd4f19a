"""Linked documents as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from xlink.render.explanation import Explainer, Explanation, Proposal
from xlink.render.layout import Close, Open, lay_out
from xlink.terminology import Terminology
from xlink.types import Alias, LinkedDocument

__all__ = ["html_page"]

# HTML has no way to write these, and UTF-8 none for the lone surrogates among them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_GOLDEN_ANGLE_DEGREES = 137.5


def html_page(
    linked: Sequence[LinkedDocument], terminology: Terminology, *, title: str = "Linked documents"
) -> str:
    """Return a page with each text, its mentions highlighted and explained, and a table of links.

    An explanation opens when the mention is pointed at or reached with the Tab key.

    Raises:
        UnknownNameError: a link is not of this terminology.
    """
    explainer = Explainer(terminology)
    explained = [explainer.explain(each) for each in linked]
    categories = sorted({each.category for links in explained for each in links} - {""})
    classes = {name: f"c{place}" for place, name in enumerate(categories)}
    n_links = sum(each.link.concept_id is not None for links in explained for each in links)
    about = f"{_plural(len(linked), 'document')}, {_plural(n_links, 'link')} to {terminology.name}"
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title>",
        f"<style>\n{_style(len(categories))}</style>\n</head>\n<body>",
        f"<header>\n<h1>{_text(title)}</h1>",
        f"<p>{_text(f'{about} {terminology.version}'.rstrip())}</p>",
        *_legend(classes),
        "</header>\n<main>",
    ]
    for number, (each, links) in enumerate(zip(linked, explained, strict=True), start=1):
        parts += _article(f"d{number}", each, links, classes)
    return "\n".join([*parts, "</main>\n</body>\n</html>\n"])


def _style(n_categories: int) -> str:
    hues = (
        f".c{place} {{ --hue: {(255 + place * _GOLDEN_ANGLE_DEGREES) % 360:.0f}; }}\n"
        for place in range(n_categories)
    )
    return (files("xlink.render") / "page.css").read_text(encoding="utf-8") + "".join(hues)


def _legend(classes: dict[str, str]) -> Iterator[str]:
    if classes:
        items = (f'<li class="{key}">{_text(name)}</li>' for name, key in classes.items())
        yield f'<ul class="legend" aria-label="Colours">{"".join(items)}</ul>'


def _article(
    prefix: str, linked: LinkedDocument, links: Sequence[Explanation], classes: dict[str, str]
) -> Iterator[str]:
    document = linked.document
    yield f'<article>\n<h2 id="{prefix}">{_text(document.id)}</h2>'
    body = "".join(_body(linked, links, classes))
    yield f'<div class="text" dir="auto"{_lang(document.language)}>{body}</div>'
    if links:
        yield '<div class="scroll"><table>'
        yield f"<caption>Links in {_text(document.id)}</caption>"
        heads = ("Mention", "Code", "Name", "Matched alias", "Score", "By")
        yield f"<thead><tr>{''.join(f'<th scope=col>{head}</th>' for head in heads)}</tr></thead>"
        yield "<tbody>"
        for each in links:
            yield _row(each, document.language, classes)
        yield "</tbody></table></div>"
    yield "</article>"


def _body(
    linked: LinkedDocument, links: Sequence[Explanation], classes: dict[str, str]
) -> Iterator[str]:
    """Yield the text with an element around each part of a mention; the first part takes focus."""
    document, opened = linked.document, []
    for piece in lay_out(document.text, [each.link.mention.spans for each in links]):
        if isinstance(piece, str):
            yield _text(piece)
        elif isinstance(piece, Open):
            opened.append(links[piece.number])
            focus = f' tabindex="0" aria-label="{_text(_spoken(opened[-1]))}"'
            kind = classes.get(opened[-1].category, "nil")
            yield f'<span class="mention {kind}" role="group"{focus if piece.first else ""}>'
        elif isinstance(piece, Close):
            yield _card(opened.pop(), document.language) + "</span>"


def _spoken(explanation: Explanation) -> str:
    link = explanation.link
    if link.concept_id is None:
        return f"{link.mention.text}: no concept"
    return f"{link.mention.text}: {link.concept_id}, {explanation.name}"


def _card(explanation: Explanation, language: str) -> str:
    """Return the explanation that opens below a mention."""
    link, chosen = explanation.link, explanation.chosen
    lines = []
    if link.concept_id is None:
        lines.append('<span class="line"><b>No concept</b> was good enough.</span>')
    else:
        name = f"<b>{_phrase(explanation.name, language)}</b>"
        english = f' <i lang="en">{_text(explanation.english)}</i>' if explanation.english else ""
        lines.append(
            f'<span class="line"><code>{_text(link.concept_id)}</code> {name}{english}</span>'
        )
    if chosen is not None:
        source = f" from {_text(chosen.alias.source)}" if chosen.alias.source else ""
        lines.append(
            f'<span class="line">matched {_alias(chosen.alias)}{source}, '
            f"score {chosen.score:.3f} by {_text(chosen.generator)}</span>"
        )
    if explanation.runners_up:
        items = "".join(_runner_up(each, language) for each in explanation.runners_up)
        lines.append(f'<span class="others">Also considered{items}</span>')
    return f'<span class="card" role="tooltip" dir="ltr" lang="en">{"".join(lines)}</span>'


def _runner_up(proposal: Proposal, language: str) -> str:
    candidate = proposal.candidate
    return (
        f'<span class="line"><span class="score">{candidate.score:.3f}</span> '
        f"<code>{_text(candidate.concept_id)}</code> {_phrase(proposal.name, language)}"
        f" <small>by {_alias(candidate.alias)}</small></span>"
    )


def _row(explanation: Explanation, language: str, classes: dict[str, str]) -> str:
    link, chosen = explanation.link, explanation.chosen
    mention = _phrase(link.mention.text, language)
    if link.concept_id is None:
        return f'<tr class="nil"><td>{mention}</td><td colspan="5">no concept</td></tr>'
    score = link.confidence if chosen is None else chosen.score
    english = f'<br><i lang="en">{_text(explanation.english)}</i>' if explanation.english else ""
    cells = (
        f'<span class="swatch {classes[explanation.category]}"></span>{mention}',
        f"<code>{_text(link.concept_id)}</code>",
        _phrase(explanation.name, language) + english,
        "" if chosen is None else _alias(chosen.alias),
        f"{score:.3f}",
        "" if chosen is None else _text(chosen.generator),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _alias(alias: Alias) -> str:
    return f"{_phrase(alias.text, alias.language)} <small>{_text(alias.language)}</small>"


def _phrase(text: str, language: str) -> str:
    """Return foreign words, kept apart from the direction of the text around them."""
    return f"<bdi{_lang(language)}>{_text(text)}</bdi>"


def _lang(language: str) -> str:
    return "" if language == "und" else f' lang="{_text(language)}"'


def _text(text: str) -> str:
    return escape(_UNPRINTABLE.sub("\ufffd", text), quote=True)


def _plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
