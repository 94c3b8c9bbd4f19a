"""CADEC: posts about side effects of drugs, linked to MedDRA and to SNOMED CT."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.decoding import read_text
from xlink.corpora.fragments import parse_parts, place_parts
from xlink.corpora.options import choices
from xlink.corpora.spans import surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.text.encodings import check_encoding
from xlink.types import Document, Mention

__all__ = ["CadecReader", "Codes"]

Codes = Literal["meddra", "snomed"]

_FOLDERS = {"meddra": "meddra", "snomed": "sct"}
_LINE = re.compile(r"T(T\d+)\t(?P<head>.*?)\s*(?P<parts>\d+ \d+(?:;\d+ \d+)*)\s*\t(?P<text>.*)")
_ORIGINAL = re.compile(r"(?P<id>T\d+)\t(?P<label>\S+) \d.*")
_ID = re.compile(r"\d{6,18}")
_NO_CONCEPT = re.compile(r"concept[ _-]?less", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CadecReader:
    """Reads the corpus folder with `text/`, `original/`, `meddra/` and `sct/` (version 2).

    `codes` chooses the terminology. `CONCEPT_LESS` is NIL. Ids with `or` or `/` between them are
    alternatives; ids with `+` are a composite. The label is that of the annotation of the same
    number in `original/` (`ADR`, `Drug`, `Disease`, `Symptom`, `Finding`). The files have lines
    that are broken; these are left out and counted.

    Raises:
        SpecError: there are no such codes, or no such encoding.
    """

    codes: Codes = "meddra"
    encoding: str = "utf-8"
    language: str = "en"

    def __post_init__(self) -> None:
        choices(self.codes, get_args(Codes), corpus="CADEC", option="codes")
        check_encoding(self.encoding)

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a post, in the order of their names; a post may have no mentions.

        Raises:
            DataError: a folder or file is missing, or a mention leaves its text.
        """
        for folder in paths:
            texts = sorted((folder / "text").glob("*.txt"))
            if not texts:
                raise DataError(
                    "there is no text/ with .txt files in it",
                    path=folder,
                    remedy="Name the folder of version 2; version 1 has no texts.",
                )
            for path in texts:
                text = read_text(path, self.encoding)
                mentions = self._mentions(folder, path.stem, text, tally)
                yield Document(path.stem, text, self.language, mentions)

    def _mentions(self, folder: Path, name: str, text: str, tally: Tally) -> tuple[Mention, ...]:
        path = folder / _FOLDERS[self.codes] / f"{name}.ann"
        labels = self._labels(folder / "original" / f"{name}.ann")
        mentions: dict[str, Mention] = {}
        for number, line in enumerate(read_text(path, self.encoding).split("\n"), start=1):
            if not line.strip():
                continue
            example = f"{path}, line {number:,}: {line[:60]!r}"
            found = _LINE.fullmatch(line.rstrip())
            gold = None if found is None else _gold(found["head"])
            if found is None or gold is None:
                tally.add("line that can't be read left out", example)
                continue
            if found[1] in mentions:
                tally.add("second line of one mention left out", example)
                continue
            parts = parse_parts(found["parts"], path=path, line=number)
            spans = place_parts(text, parts, found["text"], path=path, line=number, tally=tally)
            ids, composite = gold
            label = labels.get(found[1], "")
            mentions[found[1]] = Mention(
                found[1], spans, surface(text, spans), label, ids, composite=composite
            )
        return tuple(sorted(mentions.values(), key=lambda mention: mention.spans))

    def _labels(self, path: Path) -> dict[str, str]:
        lines = read_text(path, self.encoding).split("\n")
        found = (_ORIGINAL.fullmatch(line.rstrip()) for line in lines)
        return {each["id"]: each["label"] for each in found if each is not None}


def _gold(head: str) -> tuple[frozenset[str], bool] | None:
    """Return the ids of a line such as `271782001 | Drowsy |`, and whether all are meant at once.

    None if there are none and it does not say so.
    """
    # Names stand between bars and may have digits, pluses and the word "or" in them.
    outside = " ".join(head.split("|")[::2])
    ids = frozenset(_ID.findall(outside))
    if ids:
        return ids, "+" in outside and len(ids) > 1
    return (frozenset(), False) if _NO_CONCEPT.search(head) else None
