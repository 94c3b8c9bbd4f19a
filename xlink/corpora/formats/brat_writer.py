"""Documents written as BRAT standoff: a `.txt` and an `.ann` file each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xlink.corpora.aside import folder_aside
from xlink.corpora.formats.brat import COMPOSITE, PART_OF, SECTION
from xlink.corpora.placing import UniqueIds
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["BratWriter"]

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]|^\.')
_NOT_IN_WORDS = re.compile(r"[\s;]+")
_UNLABELLED = "Mention"


@dataclass(frozen=True, slots=True, kw_only=True)
class BratWriter:
    """Writes a new folder with two files a document, named after its id.

    The ids of a mention become reference lines, `N1⇥Reference T1 xlink:C0011849⇥text`, with
    `database` before the colon; NIL is the id `NIL`, and what was not annotated has no such line.
    Ids meant all at once are marked by the attribute `Composite`, assertions by `Negated`,
    `Uncertain` and so on; `Section` and `PartOf` have a value.

    Lost: the ids of mentions, language, passages, and characters that a file's name or a label
    can't have, which become `_`. Mentions without a label get `Mention`. `tally` counts names and
    labels that had to change.
    """

    database: str = "xlink"
    tally: Tally = field(default_factory=Tally, compare=False)

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write the folder at `path`, which appears when it is whole.

        Raises:
            DataError: there is something at `path`, two documents have the same name, or an id has
                white space in it.
        """
        names = UniqueIds("file name")
        with folder_aside(path) as folder:
            for document in documents:
                name = _NOT_IN_NAMES.sub("_", document.id) or "_"
                self.tally.add("document renamed", document.id, int(name != document.id))
                # Some file systems hold `A` and `a` for the same.
                names.add(name.lower(), path=path)
                text, annotations = folder / f"{name}.txt", folder / f"{name}.ann"
                text.write_text(document.text, encoding="utf-8", newline="")
                lines = "".join(f"{line}\n" for line in self._lines(document))
                annotations.write_text(lines, encoding="utf-8", newline="")

    def _lines(self, document: Document) -> Iterator[str]:
        n_references = n_attributes = 0
        for number, mention in enumerate(document.mentions, start=1):
            label = _NOT_IN_WORDS.sub("_", mention.label) or _UNLABELLED
            self.tally.add("label changed", repr(mention.label), int(label != mention.label))
            spans = ";".join(f"{start} {end}" for start, end in mention.spans)
            yield f"T{number}\t{label} {spans}\t{_one_line(mention.text)}"
            ids = () if mention.gold is None else sorted(mention.gold) or ("NIL",)
            for each in ids:
                if re.search(r"\s", each) or not each:
                    problem = f"mention {mention.id!r} of {document.id!r} has the id {each!r}"
                    raise DataError(problem, remedy="BRAT can't hold ids with white space.")
                n_references += 1
                wording = _one_line(mention.text)
                yield f"N{n_references}\tReference T{number} {self.database}:{each}\t{wording}"
            for name, *value in _attributes(mention):
                n_attributes += 1
                yield " ".join([f"A{n_attributes}\t{name} T{number}", *value])


def _attributes(mention: Mention) -> Iterator[tuple[str, ...]]:
    if mention.composite:
        yield (COMPOSITE,)
    for name in mention.assertion:
        yield (name.capitalize(),)
    if mention.section:
        yield SECTION, _NOT_IN_WORDS.sub("_", mention.section)
    if mention.part_of:
        yield PART_OF, _NOT_IN_WORDS.sub("_", mention.part_of)


def _one_line(text: str) -> str:
    return re.sub(r"\s", " ", text)
