"""The names of a terminology in one language, as mentions of the concepts that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from xlink.errors import DataError, UnknownNameError
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.selection import language_matches
from xlink.text.keys import surface_key
from xlink.types import Document, Mention

__all__ = ["NamesReader"]

_PREFERRED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesReader:
    """Reads built terminologies; each concept with names in `language` is one document.

    Every line of the document is a name, and its gold is the concept. `names` takes the preferred
    names alone (`labels`) or all. Of names that differ in case, width or spacing alone the first is
    taken.

    Many names are the same in two languages. With `shared = "drop"`, those which the concept also
    bears in the language `other` are left out, and counted.

    A query sees the names around its own: set `window_chars` to 0 where the linker reads context.
    """

    language: str
    names: Literal["labels", "all"] = "labels"
    shared: Literal["keep", "drop"] = "keep"
    other: str = "en"

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a concept, in the order of the ids.

        Raises:
            ArtifactError: there is no built terminology at a path.
            UnknownNameError: a terminology has no names in the language.
            DataError: a name has a line break.
        """
        for path in paths:
            terminology = Terminology.open(path)
            kept = self._kept(terminology, tally)
            for row, names in groupby(kept, key=lambda pair: pair[0]):
                texts = [text for _, text in names]
                yield _document(terminology.concept_id(row), texts, self.language, path)

    def _kept(self, terminology: Terminology, tally: Tally) -> Iterator[tuple[int, str]]:
        """Yield the names to link, each with the row of its concept, which ascends."""
        texts, owners = terminology.alias_texts(), terminology.alias_concepts.tolist()
        elsewhere = {
            (owners[row], surface_key(texts[row]))
            for row in _rows_in(terminology, self.other).tolist()
        }
        seen: set[tuple[int, str]] = set()
        for row in _rows_in(terminology, self.language).tolist():
            if self.names == "labels" and terminology.alias_kinds[row] != _PREFERRED:
                continue
            text, key = texts[row], (owners[row], surface_key(texts[row]))
            if key in seen:
                tally.add("name repeated but for case or spacing", text)
                continue
            seen.add(key)
            if key in elsewhere:
                told = "left out" if self.shared == "drop" else "kept"
                tally.add(f"name {told} that is the same in {self.other}", text)
            if key not in elsewhere or self.shared == "keep":
                yield owners[row], text


def _rows_in(terminology: Terminology, language: str) -> npt.NDArray[np.int64]:
    """Return the rows of the aliases in a language, ascending."""
    labels = terminology.language_labels
    codes = [code for code, label in enumerate(labels) if language_matches(label, language)]
    if not codes:
        raise UnknownNameError("language", language, terminology.languages)
    return np.flatnonzero(np.isin(terminology.alias_languages, codes))


def _document(concept_id: str, names: list[str], language: str, path: Path) -> Document:
    mentions, start = [], 0
    for number, name in enumerate(names, start=1):
        if "\n" in name:
            raise DataError(f"a name of {concept_id} has a line break: {name!r}", path=path)
        span = (start, start + len(name))
        mentions.append(Mention(f"T{number}", (span,), name, gold=frozenset({concept_id})))
        start = span[1] + 1
    return Document(concept_id, "\n".join(names), language, tuple(mentions))
