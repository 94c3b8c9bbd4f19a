"""Links written as if they were annotations, for formats that hold annotated documents."""

from __future__ import annotations

from dataclasses import replace

from xlink.types import Document, LinkedDocument

__all__ = ["annotated"]


def annotated(linked: LinkedDocument) -> Document:
    """Return the document with each link's concept as the gold of its mention.

    What was linked to nothing becomes NIL, the empty set. Confidences and candidates are lost, and
    so is the gold that the mentions had.
    """
    mentions = tuple(
        replace(
            link.mention,
            gold=frozenset() if link.concept_id is None else frozenset({link.concept_id}),
            composite=False,
        )
        for link in linked.links
    )
    return replace(linked.document, mentions=mentions)
