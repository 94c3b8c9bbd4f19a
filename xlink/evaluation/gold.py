"""The gold of a corpus in the ids of today, and what of it a terminology can give at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.errors import DataError
from xlink.terminology import Terminology
from xlink.types import Document, Mention

__all__ = ["Gold"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Gold:
    """The gold of the `m` mentions of `d` documents, flat and in their order.

    `ids` holds what `Mention.gold` says with former ids replaced by current ones; ids that the
    terminology lacks stay as written. `n_ids` counts them, -1 where a mention is not annotated. A
    mention is covered if the terminology has one of its alternatives, or all parts of a composite;
    `covered` is None without a terminology. *Shapes:* `n_ids`, `document_numbers`, `composite` and
    `covered` (m,); `first_mentions` (d + 1,).
    """

    documents: tuple[Document, ...]
    ids: tuple[frozenset[str] | None, ...]
    n_ids: npt.NDArray[np.int64]
    first_mentions: npt.NDArray[np.int64]
    document_numbers: npt.NDArray[np.int64]
    composite: Mask
    covered: Mask | None
    n_former_ids: int

    @classmethod
    def of(cls, documents: Iterable[Document], terminology: Terminology | None) -> Gold:
        """Lay out the gold of `documents`.

        Raises:
            DataError: there are no documents, or two have the same id.
        """
        held = tuple(documents)
        if not held:
            raise DataError("There are no gold documents", remedy="Check the path and its format.")
        seen: set[str] = set()
        for document in held:
            if document.id in seen:
                raise DataError(f"Two gold documents have the id {document.id!r}")
            seen.add(document.id)
        mentions = [mention for document in held for mention in document.mentions]
        current = _current_ids((mention.gold for mention in mentions), terminology)
        ids = tuple(
            None
            if mention.gold is None
            else frozenset(current[each] or each for each in mention.gold)
            for mention in mentions
        )
        composite = np.array([mention.composite for mention in mentions], dtype=bool)
        found = [[current[each] is not None for each in mention.gold or ()] for mention in mentions]
        covered = np.array(
            [
                all(hits) and bool(hits) if mention.composite else any(hits)
                for mention, hits in zip(mentions, found, strict=True)
            ],
            dtype=bool,
        )
        counts = [len(document.mentions) for document in held]
        return cls(
            documents=held,
            ids=ids,
            n_ids=np.array([-1 if each is None else len(each) for each in ids], dtype=np.int64),
            first_mentions=np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
            document_numbers=np.repeat(np.arange(len(held)), counts),
            composite=composite,
            covered=None if terminology is None else covered,
            n_former_ids=sum(new not in (None, old) for old, new in current.items()),
        )

    def __len__(self) -> int:
        """Return the number of mentions."""
        return len(self.ids)

    @property
    def has_concept(self) -> Mask:
        """Which mentions have gold ids. *Shape:* (m,)"""
        return np.greater(self.n_ids, 0)

    @property
    def is_nil(self) -> Mask:
        """Which mentions are annotated as fitting no concept. *Shape:* (m,)"""
        return np.equal(self.n_ids, 0)

    @property
    def mentions(self) -> Iterator[Mention]:
        """The mentions of all documents."""
        return (mention for document in self.documents for mention in document.mentions)

    def pairs(self) -> tuple[npt.NDArray[np.int64], list[str]]:
        """Return every gold id with the place of its mention, ids in order within a mention."""
        ids = [sorted(each or ()) for each in self.ids]
        places = np.repeat(np.arange(len(self)), [len(each) for each in ids])
        return places, [each for several in ids for each in several]

    @property
    def answerable(self) -> Mask | None:
        """Which mentions a linker can get right: covered or NIL; None without a terminology."""
        return None if self.covered is None else self.covered | self.is_nil


def _current_ids(
    golds: Iterable[frozenset[str] | None], terminology: Terminology | None
) -> dict[str, str | None]:
    """Map every gold id to the terminology's id of today, or to None if it has none."""
    known = {each for gold in golds for each in gold or ()}
    if terminology is None:
        return dict.fromkeys(known)
    return {each: terminology.current_id(each) for each in known}
