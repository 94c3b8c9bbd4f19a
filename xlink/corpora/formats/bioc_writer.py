"""Documents written as a BioC collection in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.passages import check_passages, unmarked
from xlink.corpora.placing import UniqueIds
from xlink.corpora.writing import written_whole
from xlink.errors import DataError
from xlink.types import Document, Mention, Span

__all__ = ["BiocWriter"]

_BETWEEN = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class BiocWriter:
    """Writes one JSON collection; text outside the passages becomes passages of its own.

    An annotation has the infons `type` and `identifier`, with `|` between several ids and `several`
    to say whether they are meant at once; NIL is `-1`, and what was not annotated has no
    `identifier`. `assertion`, with `|` between several, `section` and `part_of` are there where
    known. It lies in the passage that it begins in, so mentions come back passage by
    passage; otherwise nothing is lost.
    """

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write the file at `path`, document by document; it appears when it is whole.

        Raises:
            DataError: an id comes twice or can't be told apart in this format, or a passage leaves
                its text.
        """
        seen = UniqueIds("document")
        head = {"source": "xlink", "date": "", "key": "xlink.key", "infons": {}}
        with written_whole(path) as stream:
            stream.write(json.dumps(head)[:-1] + ', "documents": [')
            for number, document in enumerate(documents):
                seen.add(document.id, path=path)
                stream.write(",\n" if number else "\n")
                stream.write(json.dumps(_record(document), ensure_ascii=False))
            stream.write("\n]}\n")


def _record(document: Document) -> dict[str, object]:
    check_passages(document.passages, len(document.text), document.id)
    parts = [(each.span, {"type": each.type, "id": each.id}) for each in document.passages] + [
        (span, {"type": "text", "xlink": "unmarked"}) for span in unmarked(document)
    ]
    inside: list[list[dict[str, object]]] = [[] for _ in parts]
    for mention in document.mentions:
        inside[_home(mention, [span for span, _ in parts])].append(_annotation(mention))
    return {
        "id": document.id,
        "infons": {"language": document.language},
        "passages": [
            {
                "offset": start,
                "infons": infons,
                "text": document.text[start:end],
                "sentences": [],
                "annotations": annotations,
                "relations": [],
            }
            for ((start, end), infons), annotations in zip(parts, inside, strict=True)
        ],
        "annotations": [],
        "relations": [],
    }


def _home(mention: Mention, spans: list[Span]) -> int:
    """Return the place of the passage that a mention begins in; of the first, if in a gap."""
    homes = (n for n, (start, end) in enumerate(spans) if start <= mention.start < end)
    return next(homes, 0)


def _annotation(mention: Mention) -> dict[str, object]:
    infons = {"type": mention.label}
    if mention.gold is not None:
        infons["identifier"] = _BETWEEN.join(_ids(mention)) or "-1"
    if mention.composite or len(mention.gold or ()) > 1:
        infons["several"] = "composite" if mention.composite else "alternatives"
    if mention.assertion:
        infons["assertion"] = _BETWEEN.join(mention.assertion)
    if mention.section:
        infons["section"] = mention.section
    if mention.part_of:
        infons["part_of"] = mention.part_of
    return {
        "id": mention.id,
        "infons": infons,
        "text": mention.text,
        "locations": [{"offset": start, "length": end - start} for start, end in mention.spans],
    }


def _ids(mention: Mention) -> Iterator[str]:
    for each in sorted(mention.gold or ()):
        if not each.strip() or set(each) & set("|+;,"):
            raise DataError(
                f"BioC can't hold the id {each!r} of mention {mention.id!r}",
                remedy="Write another format, such as bigbio or brat.",
            )
        yield each
