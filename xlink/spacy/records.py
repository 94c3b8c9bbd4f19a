"""Links kept on a `Doc` as plain values, which spaCy can write, and read by an extension.

Everything lies in `doc.user_data` and so travels with the `Doc`. The extension only looks there: it
is named in spaCy's global table, but holds nothing of any pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spacy.tokens import Span as Tokens

from xlink.errors import DataError, SpecError
from xlink.types import Alias, Candidate, Link, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["keep_links", "kept_language", "kept_links", "set_extension"]

_N_OWN_CELLS, _N_CELLS = 10, 7
_N_WITHOUT_NAMED = 9  # of documents that were kept before mentions had `named`


@dataclass(frozen=True, slots=True)
class LinkGetter:
    """Looks a span's link up; None where it has none."""

    extension: str

    def __call__(self, tokens: Tokens) -> Link | None:
        """Return the link of the span with these borders and this label."""
        kept = tokens.doc.user_data.get(_key(self.extension))
        record = None if kept is None else kept["links"].get(_place(tokens))
        return None if record is None else _link(record)


def set_extension(name: str = "xlink") -> None:
    """Give spans the extension `name`, as the component does: for a `Doc` read without a pipeline.

    Raises:
        SpecError: spans have another extension of this name.
    """
    if not Tokens.has_extension(name):
        Tokens.set_extension(name, getter=LinkGetter(name))
        return
    _, _, getter, _ = Tokens.get_extension(name)
    if getter != LinkGetter(name):
        raise SpecError(
            f"xlink, config key `extension`: spans have another extension {name!r} already. "
            "Name one of your own."
        )


def keep_links(
    doc: Doc, extension: str, language: str, links: Iterable[tuple[Tokens, Link]]
) -> None:
    """Keep the links of spans; those that were there before under the same name are replaced."""
    records: dict[str, object] = {}
    for tokens, link in links:
        records.setdefault(_place(tokens), _record(link))
    doc.user_data[_key(extension)] = {"language": language, "links": records}


def kept_links(doc: Doc, extension: str) -> list[Link]:
    """Return the links on a `Doc`, in the order they were made.

    Raises:
        DataError: there are none under this name.
    """
    return [_link(record) for record in _kept(doc, extension)["links"].values()]


def kept_language(doc: Doc, extension: str) -> str:
    """Return the language that a `Doc` was linked in.

    Raises:
        DataError: there are no links under this name.
    """
    return str(_kept(doc, extension)["language"])


def _kept(doc: Doc, extension: str) -> Any:
    kept = doc.user_data.get(_key(extension))
    if kept is None:
        raise DataError(
            f"the Doc has no links under {extension!r}",
            remedy="Run it through a pipeline with xlink; write DocBin with store_user_data=True.",
        )
    return kept


def _key(extension: str) -> str:
    return f"xlink:{extension}"


def _place(tokens: Tokens) -> str:
    return f"{tokens.start_char}:{tokens.end_char}:{tokens.label_}"


def _record(link: Link) -> tuple[object, ...]:
    """Return a link as one row of plain values, at its end seven cells for each candidate.

    Flat tuples of texts and numbers cost the garbage collector least, and a corpus has many.
    """
    mention = link.mention
    cells: list[object] = [mention.id, mention.spans, mention.text, mention.label]
    cells += mention.assertion, mention.section, mention.part_of, mention.named
    cells += link.concept_id, link.confidence
    for each in link.candidates:
        alias = each.alias
        cells += each.concept_id, each.score, each.generator
        cells += alias.text, alias.language, alias.kind, alias.source
    return tuple(cells)


def _link(record: Sequence[Any]) -> Link:
    is_whole = (len(record) - _N_OWN_CELLS) % _N_CELLS == 0
    n_own = _N_OWN_CELLS if is_whole else _N_WITHOUT_NAMED
    name, spans, text, label, *context, concept_id, confidence = record[:n_own]
    assertion, section, part_of, *named = context
    cells = record[n_own:]
    parts = tuple((start, end) for start, end in spans)
    return Link(
        Mention(
            name,
            parts,
            text,
            label,
            assertion=tuple(assertion),
            section=section,
            part_of=part_of,
            named=named[0] if named else "",
        ),
        concept_id,
        confidence,
        tuple(_candidate(cells[at : at + _N_CELLS]) for at in range(0, len(cells), _N_CELLS)),
    )


def _candidate(cells: Sequence[Any]) -> Candidate:
    concept_id, score, generator, *alias = cells
    return Candidate(concept_id, score, Alias(*alias), generator)
