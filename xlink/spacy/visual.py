"""Links for displaCy: coloured by type, and explained where the mouse points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from xlink.render.explanation import Explainer, Explanation
from xlink.render.markup import escaped
from xlink.spacy.reading import linked_document
from xlink.types import LinkedDocument

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from xlink.terminology import Terminology

__all__ = ["displacy_input", "displacy_options"]

_GOLDEN_ANGLE_DEGREES = 137.5
_NIL, _NIL_COLOUR = "no concept", "#ddd"
_TEMPLATE = (
    '<mark class="entity" title="{title}" style="background: {bg}; padding: 0.3em 0.4em; '
    'margin: 0 0.2em; line-height: 1; border-radius: 0.35em;">{text}'
    '<span style="font-size: 0.8em; font-weight: bold; margin-left: 0.5em">{concept}</span></mark>'
)


def displacy_input(
    linked: Doc | LinkedDocument, terminology: Terminology, *, extension: str = "xlink"
) -> dict[str, Any]:
    """Return a `Doc` with links, or a linked document, as displaCy takes it.

    ```python
    inputs = [displacy_input(doc, linker.terminology) for doc in docs]
    displacy.render(inputs, style="ent", manual=True, options=displacy_options(inputs))
    ```

    displaCy can't show mentions that overlap: of these the longest stays, and of equal ones the
    first.

    Raises:
        DataError: the `Doc` has no links of xlink.
        UnknownNameError: a link is not of this terminology.
    """
    found = linked
    if not isinstance(found, LinkedDocument):
        found = linked_document(found, extension=extension)
    explained = Explainer(terminology).explain(found)
    parts = [(start, end, each) for each in explained for start, end in each.link.mention.spans]
    taken: set[int] = set()
    marked: list[dict[str, Any]] = []
    for start, end, each in sorted(parts, key=lambda part: (part[0] - part[1], part[0])):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            marked.append(_marked(start, end, each))
    marked.sort(key=lambda each: each["start"])
    return {"text": found.document.text, "ents": marked, "title": None}


def displacy_options(inputs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the options to render `inputs` with: a colour for each type, and our template."""
    labels = sorted({each["label"] for given in inputs for each in given["ents"]} - {_NIL})
    colours = {
        label: f"hsl({(255 + place * _GOLDEN_ANGLE_DEGREES) % 360:.0f} 70% 85%)"
        for place, label in enumerate(labels)
    }
    return {"colors": colours | {_NIL: _NIL_COLOUR}, "template": _TEMPLATE}


def _marked(start: int, end: int, explanation: Explanation) -> dict[str, Any]:
    concept_id = explanation.link.concept_id
    params = {
        "title": escaped("\n".join(_lines(explanation))),
        "concept": escaped(concept_id if concept_id is not None else _NIL),
    }
    label = explanation.category or _NIL
    return {"start": start, "end": end, "label": label, "params": params}


def _lines(explanation: Explanation) -> Iterable[str]:
    link, chosen = explanation.link, explanation.chosen
    if link.concept_id is None:
        yield "No concept was good enough."
    else:
        english = f" ({explanation.english})" if explanation.english else ""
        yield f"{link.concept_id} {explanation.name}{english}"
    if chosen is not None:
        yield f"matched {chosen.alias.text!r}, score {chosen.score:.3f} by {chosen.generator}"
    for other in explanation.runners_up:
        yield f"{other.candidate.score:.3f} {other.candidate.concept_id} {other.name}"
