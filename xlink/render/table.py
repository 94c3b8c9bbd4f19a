"""The links of a document as a table for the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from xlink.render.explanation import Explainer, Explanation
from xlink.terminology import Terminology
from xlink.types import LinkedDocument

__all__ = ["links_table"]


def links_table(
    linked: LinkedDocument, terminology: Terminology, *, long_forms: bool = True
) -> Table:
    """Return one row a mention: code, name, the alias that fired, its score and generator.

    Where the text says more of any, such as that it is negated, a last column shows it. Beside a
    short form is what it stands for, unless the linker has searched no `long_forms`.

    Raises:
        UnknownNameError: a link is not of this terminology.
    """
    table = Table(title=Text(linked.document.id), title_justify="left", title_style="bold")
    for column in ("Mention", "Code", "Name", "Matched alias"):
        table.add_column(column, overflow="fold", no_wrap=column == "Code")
    table.add_column("Score", justify="right")
    table.add_column("By")
    explanations = Explainer(terminology, long_forms=long_forms).explain(linked)
    has_context = any(each.context for each in explanations)
    if has_context:
        table.add_column("Context", overflow="fold")
    for explanation in explanations:
        # Text and not str: square brackets in a note are not markup.
        style = "dim" if explanation.link.concept_id is None else ""
        cells = (*_cells(explanation), *([explanation.context] if has_context else ()))
        table.add_row(*(Text(cell) for cell in cells), style=style)
    return table


def _cells(explanation: Explanation) -> tuple[str, ...]:
    link, chosen = explanation.link, explanation.chosen
    mention = " ".join(link.mention.text.split())
    if explanation.long_form:
        mention += f" = {explanation.long_form}"
    if link.concept_id is None:
        return mention, "-", "no concept", "", "", ""
    if chosen is None:
        return mention, link.concept_id, explanation.name, "", f"{link.confidence:.2f}", ""
    alias = f"{chosen.alias.text} ({chosen.alias.language})"
    return (
        mention,
        link.concept_id,
        explanation.name,
        alias,
        f"{chosen.score:.2f}",
        chosen.generator,
    )
