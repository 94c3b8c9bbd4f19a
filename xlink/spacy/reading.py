"""From a `Doc` to linked documents: links of ours, and those that other pipelines made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlink.corpora.formats.spacy_docs import KB_ID, language_of, proposals_of, spans_of
from xlink.spacy.records import kept_language, kept_links
from xlink.types import Alias, Candidate, Document, Link, LinkedDocument, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.tokens import Span as Tokens

__all__ = ["linked_document", "read_links"]


def linked_document(doc: Doc, *, extension: str = "xlink", id: str = "0") -> LinkedDocument:  # noqa: A002
    """Return the links that the component made, with all their candidates, as `Linker.link` does.

    It also works on a `Doc` that was read from a DocBin written with `store_user_data=True`.

    Raises:
        DataError: the `Doc` has no links under this name.
    """
    links = kept_links(doc, extension)
    mentions = tuple(link.mention for link in links)
    language = kept_language(doc, extension)
    return LinkedDocument(Document(id, doc.text, language, mentions), tuple(links))


def read_links(
    doc: Doc,
    *,
    group: str | None = None,
    concept: str = KB_ID,
    id: str = "0",  # noqa: A002
) -> LinkedDocument:
    """Return the links that another pipeline put on entities, or on the span group `group`.

    `concept` says where: `kb_id_` (edsnlp, spaCy's entity_linker), or an extension such as
    `kb_ents` (scispaCy), `umls_matches` (medspaCy) or your own. All proposals become candidates.

    Raises:
        DataError: there is no such span group or extension, or it holds no ids.
    """
    links = tuple(
        _link(f"T{number}", tokens, concept)
        for number, tokens in enumerate(spans_of(doc, group), start=1)
    )
    mentions = tuple(link.mention for link in links)
    return LinkedDocument(Document(id, doc.text, language_of(doc), mentions), links)


def _link(name: str, tokens: Tokens, concept: str) -> Link:
    spans = ((tokens.start_char, tokens.end_char),)
    mention = Mention(name, spans, tokens.text, tokens.label_)
    found = sorted(proposals_of(tokens, concept), key=lambda each: (-each[1], each[0]))
    candidates = tuple(
        Candidate(concept_id, score, Alias(tokens.text), concept) for concept_id, score in found
    )
    if not candidates:
        return Link(mention, None, 1.0)
    best = candidates[0]
    return Link(mention, best.concept_id, min(1.0, max(0.0, best.score)), candidates)
