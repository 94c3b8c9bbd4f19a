"""BRAT standoff: `.ann` files with mentions, beside the `.txt` files that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from xlink.corpora.decoding import read_text
from xlink.corpora.fragments import place_parts
from xlink.corpora.gold import GoldOptions, Several
from xlink.corpora.placing import UniqueIds
from xlink.corpora.spans import surface
from xlink.corpora.text import document_ids
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Assertion, Document, Mention, Span

__all__ = ["COMPOSITE", "PART_OF", "SECTION", "BratReader"]

COMPOSITE = "Composite"
"""The attribute of a mention whose ids are meant all at once."""

SECTION, PART_OF = "Section", "PartOf"
"""Attributes with a value: the key of a section, and the id of the mention that has parts."""

_ASSERTIONS = {name.capitalize(): name for name in get_args(Assertion)}

_LEFT_OUT = {"R": "relation", "E": "event", "*": "equivalence", "A": "attribute", "M": "attribute"}


@dataclass(slots=True)
class _Annotations:
    """What an `.ann` file says: mentions, and ids, labels and marks by mention."""

    path: Path
    mentions: dict[str, tuple[int, str, list[Span], str]] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BratReader(GoldOptions):
    """Reads folders of `.txt` and `.ann` files of one name, with their subfolders.

    Ids come from reference lines, `N1⇥Reference T1 UMLS:C0011849⇥…`; what stands before the first
    colon names the database and is taken off, and `databases` are the only ones wanted. With
    `notes`, a pattern of an id, they come from the notes on mentions too: `C[0-9]{7}` finds all
    CUIs in `#1⇥AnnotatorNotes T1⇥C0041014 C0010826`. `note_label` is a pattern whose first group
    is the label of the mention in its note, and with `label_is_id` the label in the mention's line
    is its id. A mention without an id is not annotated; ids such as `NIL` or `-1` are NIL.

    Mentions may nest, and be in several parts. Several ids are what `several` says, or composite
    where the mention bears the attribute `Composite`, as our writer puts it, who also has
    attributes for assertions, sections and parts.

    Raises:
        SpecError: a pattern is not a regular expression, or has no group where it needs one.
    """

    several: Several = "alternatives"
    databases: tuple[str, ...] | None = None
    notes: str | None = None
    note_label: str | None = None
    label_is_id: bool = False

    def __post_init__(self) -> None:
        GoldOptions.__post_init__(self)
        for name, pattern in (("notes", self.notes), ("note_label", self.note_label)):
            try:
                groups = re.compile(pattern or "()").groups
            except re.error as error:
                raise SpecError(f"{name} {pattern!r} is not a pattern: {error}.") from None
            if name == "note_label" and not groups:
                raise SpecError(f"note_label {pattern!r} has no group that is the label.")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield a document an `.ann` file, by path; a text without one is left out and counted.

        Raises:
            DataError: a text is missing, a line has another form, or a mention leaves its text.
        """
        files = list(_files(paths, tally))
        for document_id, (path, folder) in zip(document_ids(files), files, strict=True):
            text = read_text(path.with_suffix(".txt"))
            found = self._annotations(path, tally)
            mentions = [
                self._mention(mention_id, found, text, tally) for mention_id in found.mentions
            ]
            wanted = tuple(each for each in mentions if self.wants(each.label))
            yield Document(document_id, text, self._language(path, folder), wanted)

    def _language(self, path: Path, folder: Path) -> str:  # noqa: ARG002 - a layout may look
        return self.language

    def _annotations(self, path: Path, tally: Tally) -> _Annotations:
        found = _Annotations(path)
        unique = UniqueIds("mention")
        for number, line in enumerate(read_text(path).split("\n"), start=1):
            cells = line.rstrip("\r").split("\t")
            kind, words = line[:1], cells[1].split() if len(cells) > 1 else []
            if not line.strip():
                continue
            if kind == "T":
                unique.add(cells[0], path=path, line=number)
                found.mentions[cells[0]] = _mention_line(cells, path, number)
            elif kind == "N" and len(words) == 3:
                self._reference(words[1], words[2], found)
            elif kind == "#" and len(words) >= 2 and len(cells) > 2:
                self._note(words, " ".join(cells[2:]), found, number, tally)
            elif kind in "AM" and _is_known(words):
                found.attributes.setdefault(words[1], {})[words[0]] = "".join(words[2:])
            elif kind in _LEFT_OUT or kind == "#":
                tally.add(f"{_LEFT_OUT.get(kind, 'note')} left out", f"{path}, line {number:,}")
            else:
                raise _foreign(line, path, number)
        for target in sorted(found.ids.keys() - found.mentions.keys()):
            tally.add("id of something other than a mention left out", f"{path}: {target}")
        return found

    def _reference(self, target: str, reference: str, found: _Annotations) -> None:
        database, colon, local = reference.partition(":")
        if self.databases is None or database in self.databases:
            found.ids.setdefault(target, []).append(local if colon else reference)

    def _note(
        self, words: list[str], note: str, found: _Annotations, number: int, tally: Tally
    ) -> None:
        example = f"{found.path}, line {number:,}: {note}"
        if self.notes is None and self.note_label is None:
            tally.add("note left out", example)
            return
        target = words[1]
        if self.notes is not None:
            ids = [each.group() for each in re.finditer(self.notes, note)]
            if not ids:
                tally.add("note without an id", example)
            found.ids.setdefault(target, []).extend(ids)
        label = None if self.note_label is None else re.search(self.note_label, note)
        if label:
            found.labels[target] = label[1]

    def _mention(self, mention_id: str, found: _Annotations, text: str, tally: Tally) -> Mention:
        number, label, spans, wanted = found.mentions[mention_id]
        ids = found.ids.get(mention_id, [])
        if self.label_is_id:
            ids, label = [label], ""
        gold = self.gold(ids) if ids else None
        placed = place_parts(text, spans, wanted, path=found.path, line=number, tally=tally)
        said = found.attributes.get(mention_id, {})
        return Mention(
            id=mention_id,
            spans=placed,
            text=surface(text, placed),
            label=found.labels.get(mention_id, label),
            gold=gold,
            composite=COMPOSITE in said or self.is_composite(gold),
            assertion=tuple(sorted(_ASSERTIONS[name] for name in said if name in _ASSERTIONS)),
            section=said.get(SECTION, ""),
            part_of=said.get(PART_OF, ""),
        )


def _is_known(words: list[str]) -> bool:
    """Tell whether this is an attribute that our writer puts: `Composite T1`, `Section T1 plan`."""
    if len(words) == 2:
        return words[0] == COMPOSITE or words[0] in _ASSERTIONS
    return len(words) == 3 and words[0] in (SECTION, PART_OF)


def _mention_line(cells: list[str], path: Path, number: int) -> tuple[int, str, list[Span], str]:
    """Return the line, label, spans and text of `T1⇥Disease 8 12;20 25⇥left arm`."""
    try:
        _, where, *text = cells
        label, places = where.split(" ", 1)
        pairs = [part.split() for part in places.split(";")]
        spans = [(int(start), int(end)) for start, end in pairs]
    except ValueError:
        raise _foreign("\t".join(cells), path, number) from None
    if not text:
        raise _foreign("\t".join(cells), path, number)
    return number, label, spans, " ".join(text)


def _foreign(line: str, path: Path, number: int) -> DataError:
    return DataError(
        f"{line[:60]!r} is not an annotation",
        path=path,
        line=number,
        remedy="A mention is `T1⇥Disease 8 12;20 25⇥text`.",
    )


def _files(paths: Iterable[Path], tally: Tally) -> Iterator[tuple[Path, Path]]:
    """Yield each `.ann` file once, with the folder it was named by (its own, for a single file)."""
    seen: set[Path] = set()
    for path in paths:
        found, folder = [path.with_suffix(".ann")], path.parent
        if path.is_dir():
            found, folder = sorted(path.rglob("*.ann")), path
            _count_bare_texts(path, found, tally)
        for each in found:
            if each in seen:
                tally.add("file named twice, read once", str(each))
                continue
            seen.add(each)
            yield each, folder


def _count_bare_texts(folder: Path, annotated: list[Path], tally: Tally) -> None:
    if not annotated:
        raise DataError("the folder has no .ann file", path=folder, remedy="Name another.")
    for text in sorted(
        set(folder.rglob("*.txt")) - {each.with_suffix(".txt") for each in annotated}
    ):
        tally.add("text without an .ann file left out", str(text))
