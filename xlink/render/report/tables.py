"""Tables of cells that are HTML already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["behind", "table"]


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, kind: str = ""
) -> str:
    """Return a table that scrolls by itself where the page is narrower than it is.

    The first cell of a row is its heading. All of it is HTML.
    """
    top = "".join(f'<th scope="col">{head}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for first, *cells in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
        f'<table class="{kind}"><caption>{caption}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def behind(summary: str, content: str) -> str:
    """Return `content` to be opened by whoever wants the numbers of a plot."""
    return f"<details><summary>{summary}</summary>{content}</details>"
