"""Documents written as PubTator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xlink.corpora.placing import UniqueIds
from xlink.corpora.writing import written_whole
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["PubtatorWriter"]

_BREAKS = re.compile(r"[\r\n\t\0]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PubtatorWriter:
    """Writes one file, in which every offset holds.

    The title is the passage of that type at the beginning of the text, else the first line; the
    rest is the abstract. NIL is `-1`; what was not annotated has no sixth column.

    Lost: line breaks and tabs, which become spaces; the ids of mentions, language and other
    passages; the parts of a discontinuous mention, which becomes one from its first to its last
    character; and whether several ids are alternatives or meant at once, for `|` stands between
    them all. `tally` counts these mentions.
    """

    tally: Tally = field(default_factory=Tally, compare=False)

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write the file at `path`, which appears when it is whole.

        Raises:
            DataError: a document's id, or one of its gold ids, can't be told apart in this format,
                or an id comes twice.
        """
        seen = UniqueIds("document")
        with written_whole(path) as stream:
            for document in documents:
                seen.add(document.id, path=path)
                stream.writelines(f"{line}\n" for line in (*self._lines(document), ""))

    def _lines(self, document: Document) -> Iterator[str]:
        if not document.id.strip() or re.search(r"[|\s]", document.id):
            raise _unwritable("document", document.id)
        text = _BREAKS.sub(" ", document.text)
        end = _title_end(document)
        yield f"{document.id}|t|{text[:end]}"
        yield f"{document.id}|a|{text[end + 1 :]}"
        for mention in document.mentions:
            example = f"{document.id}: {mention.text}"
            if len(mention.spans) > 1:
                self.tally.add("discontinuous mention made one", example)
            if len(mention.gold or ()) > 1 and not mention.composite:
                self.tally.add("alternatives written as if meant at once", example)
            yield "\t".join(_cells(document.id, mention, text))


def _title_end(document: Document) -> int:
    """Return where the title ends; the character there is the one between title and abstract."""
    for passage in document.passages:
        start, end = passage.span
        if passage.type == "title" and start == 0 and document.text[end : end + 1].isspace():
            return end
    found = document.text.find("\n")
    return len(document.text) if found < 0 else found


def _cells(document_id: str, mention: Mention, text: str) -> Iterator[str]:
    yield from (document_id, str(mention.start), str(mention.end))
    yield text[mention.start : mention.end]
    yield _BREAKS.sub(" ", mention.label)
    if mention.gold is None:
        return
    for each in mention.gold:
        if not each or re.search(r"[|+;,\s]", each):
            raise _unwritable("concept", each)
    yield "|".join(sorted(mention.gold)) or "-1"


def _unwritable(kind: str, identifier: str) -> DataError:
    return DataError(
        f"PubTator can't hold the id {identifier!r} of a {kind}",
        remedy="Write another format, such as bigbio or brat.",
    )
