"""Linked documents as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from xlink.render.explanation import Explainer, Explanation, Proposal
from xlink.render.layout import Close, Open, lay_out
from xlink.render.markup import escaped, lang, phrase, plural
from xlink.terminology import Terminology
from xlink.types import Alias, LinkedDocument

__all__ = ["html_page"]

_GOLDEN_ANGLE_DEGREES = 137.5


def html_page(
    linked: Sequence[LinkedDocument],
    terminology: Terminology,
    *,
    title: str = "Linked documents",
    long_forms: bool = True,
) -> str:
    """Return a page with each text, its mentions highlighted and explained, and a table of links.

    An explanation opens when the mention is pointed at or reached with the Tab key. It has the long
    form of a short one, unless the linker has searched no `long_forms`.

    Raises:
        UnknownNameError: a link is not of this terminology.
    """
    explainer = Explainer(terminology, long_forms=long_forms)
    explained = [explainer.explain(each) for each in linked]
    categories = sorted({each.category for links in explained for each in links} - {""})
    classes = {name: f"c{place}" for place, name in enumerate(categories)}
    n_links = sum(each.link.concept_id is not None for links in explained for each in links)
    about = f"{plural(len(linked), 'document')}, {plural(n_links, 'link')} to {terminology.name}"
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escaped(title)}</title>",
        f"<style>\n{_style(len(categories))}</style>\n</head>\n<body>",
        f"<header>\n<h1>{escaped(title)}</h1>",
        f"<p>{escaped(f'{about} {terminology.version}'.rstrip())}</p>",
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
    folder = files("xlink.render")
    sheets = ((folder / name).read_text(encoding="utf-8") for name in ("base.css", "page.css"))
    return "".join([*sheets, *hues])


def _legend(classes: dict[str, str]) -> Iterator[str]:
    if classes:
        items = (f'<li class="{key}">{escaped(name)}</li>' for name, key in classes.items())
        yield f'<ul class="legend" aria-label="Colours">{"".join(items)}</ul>'


def _article(
    prefix: str, linked: LinkedDocument, links: Sequence[Explanation], classes: dict[str, str]
) -> Iterator[str]:
    document = linked.document
    yield f'<article>\n<h2 id="{prefix}">{escaped(document.id)}</h2>'
    body = "".join(_body(linked, links, classes))
    yield f'<div class="text" dir="auto"{lang(document.language)}>{body}</div>'
    if links:
        yield '<div class="scroll"><table>'
        yield f"<caption>Links in {escaped(document.id)}</caption>"
        has_context = any(each.context for each in links)
        heads = ["Mention", "Code", "Name", "Matched alias", "Score", "By"]
        heads += ["Context"] * has_context
        yield f"<thead><tr>{''.join(f'<th scope=col>{head}</th>' for head in heads)}</tr></thead>"
        yield "<tbody>"
        for each in links:
            told = f"<td>{escaped(each.context)}</td>" if has_context else ""
            yield _row(each, document.language, classes, told)
        yield "</tbody></table></div>"
    yield "</article>"


def _body(
    linked: LinkedDocument, links: Sequence[Explanation], classes: dict[str, str]
) -> Iterator[str]:
    """Yield the text with an element around each part of a mention; the first part takes focus."""
    document, opened = linked.document, []
    for piece in lay_out(document.text, [each.link.mention.spans for each in links]):
        if isinstance(piece, str):
            yield escaped(piece)
        elif isinstance(piece, Open):
            opened.append(links[piece.number])
            focus = f' tabindex="0" aria-label="{escaped(_spoken(opened[-1]))}"'
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
    if explanation.long_form:
        long_form = phrase(explanation.long_form, language)
        mention = phrase(link.mention.text, language)
        lines.append(f'<span class="line">{mention} = {long_form}</span>')
    if link.concept_id is None:
        lines.append('<span class="line"><b>No concept</b> was good enough.</span>')
    else:
        name = f"<b>{phrase(explanation.name, language)}</b>"
        english = f' <i lang="en">{escaped(explanation.english)}</i>' if explanation.english else ""
        lines.append(
            f'<span class="line"><code>{escaped(link.concept_id)}</code> {name}{english}</span>'
        )
    if chosen is not None:
        source = f" from {escaped(chosen.alias.source)}" if chosen.alias.source else ""
        lines.append(
            f'<span class="line">matched {_alias(chosen.alias)}{source}, '
            f"score {chosen.score:.3f} by {escaped(chosen.generator)}</span>"
        )
    if explanation.page is not None:
        lines.append(f'<span class="line">on page {explanation.page}</span>')
    if explanation.context:
        lines.append(f'<span class="line">said of it: {escaped(explanation.context)}</span>')
    if explanation.runners_up:
        items = "".join(_runner_up(each, language) for each in explanation.runners_up)
        lines.append(f'<span class="others">Also considered{items}</span>')
    return f'<span class="card" role="tooltip" dir="ltr" lang="en">{"".join(lines)}</span>'


def _runner_up(proposal: Proposal, language: str) -> str:
    candidate = proposal.candidate
    return (
        f'<span class="line"><span class="score">{candidate.score:.3f}</span> '
        f"<code>{escaped(candidate.concept_id)}</code> {phrase(proposal.name, language)}"
        f" <small>by {_alias(candidate.alias)}</small></span>"
    )


def _row(explanation: Explanation, language: str, classes: dict[str, str], told: str) -> str:
    link, chosen = explanation.link, explanation.chosen
    mention = phrase(link.mention.text, language)
    if explanation.long_form:
        mention += f" = {phrase(explanation.long_form, language)}"
    if link.concept_id is None:
        return f'<tr class="nil"><td>{mention}</td><td colspan="5">no concept</td>{told}</tr>'
    score = link.confidence if chosen is None else chosen.score
    english = f'<br><i lang="en">{escaped(explanation.english)}</i>' if explanation.english else ""
    cells = (
        f'<span class="swatch {classes[explanation.category]}"></span>{mention}',
        f"<code>{escaped(link.concept_id)}</code>",
        phrase(explanation.name, language) + english,
        "" if chosen is None else _alias(chosen.alias),
        f"{score:.3f}",
        "" if chosen is None else escaped(chosen.generator),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}{told}</tr>"


def _alias(alias: Alias) -> str:
    return f"{phrase(alias.text, alias.language)} <small>{escaped(alias.language)}</small>"
