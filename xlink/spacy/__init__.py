"""xlink inside spaCy: the pipeline component `xlink`, and what stands around it.

    nlp.add_pipe("xlink") ──▶ doc.ents with kb_id_ and _.xlink ──▶ linked_document, displacy_input
    other pipelines' spans ──▶ read_links
    linker ──▶ to_knowledge_base ──▶ spaCy's own entity_linker

The component is known to spaCy by entry point: nothing here has to be imported for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlink.spacy.component import XlinkComponent as XlinkComponent
    from xlink.spacy.knowledge_base import to_knowledge_base as to_knowledge_base
    from xlink.spacy.reading import linked_document as linked_document
    from xlink.spacy.reading import read_links as read_links
    from xlink.spacy.records import set_extension as set_extension
    from xlink.spacy.visual import displacy_input as displacy_input
    from xlink.spacy.visual import displacy_options as displacy_options

# spaCy loads all factories that are installed, ours among them, for whoever uses any: hence lazy.
_HOMES = {
    "XlinkComponent": "component",
    "displacy_input": "visual",
    "displacy_options": "visual",
    "linked_document": "reading",
    "read_links": "reading",
    "set_extension": "records",
    "to_knowledge_base": "knowledge_base",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'xlink.spacy' has no attribute {name!r}")
    try:
        import spacy  # noqa: F401
    except ImportError:
        from xlink.errors import MissingExtraError

        raise MissingExtraError("xlink.spacy", "spacy") from None
    return getattr(import_module(f"xlink.spacy.{_HOMES[name]}"), name)
