"""Documents for training and for testing: seeded splits on record, and tests of what is unseen.

Corpora with official splits have a reader with the option `split`; `Split` is for the others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from pydantic import TypeAdapter

from xlink.corpora.decoding import read_text
from xlink.corpora.options import choices
from xlink.corpora.records import parse, parse_object
from xlink.corpora.writing import written_whole
from xlink.errors import DataError, SpecError, UnknownNameError
from xlink.text.folding import fold
from xlink.types import Document, Mention

__all__ = ["Seen", "Split", "Unseen", "fingerprint", "unseen"]

Unseen = Literal["mention", "concept", "both"]
"""What of a test subset is unseen: what mentions say, what they mean, or both."""


@dataclass(frozen=True, slots=True)
class Split:
    """Which documents of a corpus are in which part.

    `fingerprint` is that of the whole corpus, so that a split is not used on another one.

    ```python
    split = Split.draw(documents, {"train": 8, "dev": 1, "test": 1}, seed=7)
    split.write(Path("split.json"))
    test = list(Split.read(Path("split.json")).take(documents, "test"))
    ```
    """

    seed: int
    fingerprint: str
    parts: Mapping[str, tuple[str, ...]]

    @classmethod
    def draw(
        cls, documents: Iterable[Document], shares: Mapping[str, float], *, seed: int
    ) -> Split:
        """Deal documents to parts in the proportions of `shares`, by nothing but `seed` and ids.

        Neither the order of the documents nor the version of anything matters. Each part gets as
        many as its share says, rounded so that all are dealt.

        Raises:
            SpecError: there is no part, or a share is not above 0.
            DataError: there are fewer documents than parts, or two have one id.
        """
        if not shares or min(shares.values()) <= 0:
            raise SpecError(f"Shares must be above 0, not {dict(shares)}.")
        held = list(documents)
        order = sorted(
            (document.id for document in held),
            key=lambda each: hashlib.sha256(_bytes(f"{seed}\n{each}")).digest(),
        )
        if len(order) < len(shares):
            raise DataError(f"{len(order)} documents can't be dealt to {len(shares)} parts")
        parts: dict[str, tuple[str, ...]] = {}
        start = 0
        for name, n_documents in _sizes(len(order), shares).items():
            parts[name] = tuple(sorted(order[start : start + n_documents]))
            start += n_documents
        return cls(seed, fingerprint(held), parts)

    def take(self, documents: Iterable[Document], part: str) -> Iterator[Document]:
        """Yield the documents of a part, in the order of the corpus.

        Raises:
            UnknownNameError: there is no such part.
            DataError: the corpus is not the one that was split.
        """
        if part not in self.parts:
            raise UnknownNameError("part of the split", part, self.parts)
        held = list(documents)
        if fingerprint(held) != self.fingerprint:
            raise DataError(
                "these documents are not those that were split",
                remedy="Read the corpus as it was, or draw a split anew.",
            )
        wanted = set(self.parts[part])
        return (document for document in held if document.id in wanted)

    def write(self, path: Path) -> None:
        """Write the split as JSON; an existing file is replaced when all is written."""
        with written_whole(path) as stream:
            stream.write(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Split:
        """Return the split that `write` wrote.

        Raises:
            DataError: the file is missing or something else, or a document is in two parts.
        """
        record = parse_object(read_text(path), path=path, number=1)
        split = parse(TypeAdapter(cls), record, path=path, number=1)
        dealt = [each for ids in split.parts.values() for each in ids]
        if len(set(dealt)) < len(dealt):
            raise DataError("a document is in two parts", path=path, remedy="Draw it anew.")
        return split


@dataclass(frozen=True, slots=True)
class Seen:
    """What a training part says (folded mentions) and means (ids)."""

    mentions: frozenset[str]
    concepts: frozenset[str]

    @classmethod
    def of(cls, training: Iterable[Document]) -> Seen:
        """Collect what the annotated mentions of `training` say and mean."""
        annotated = [
            mention
            for document in training
            for mention in document.mentions
            if mention.gold is not None
        ]
        return cls(
            frozenset(fold(mention.text) for mention in annotated),
            frozenset(each for mention in annotated for each in mention.gold or ()),
        )

    def has(self, mention: Mention, subset: Unseen) -> bool:
        """Tell whether training keeps an annotated mention out of the subset.

        A concept is seen if any of the mention's ids is. NIL is no concept: such a mention can be
        an unseen mention, but belongs to neither of the other subsets.
        """
        said = fold(mention.text) in self.mentions
        meant = not mention.gold or not self.concepts.isdisjoint(mention.gold)
        return (said and subset != "concept") or (meant and subset != "mention")


def unseen(documents: Iterable[Document], seen: Seen, subset: Unseen) -> Iterator[Document]:
    """Yield all documents with gold only where a mention is in the subset.

    The other mentions stay and become unannotated, so that they are linked as before and not
    counted.

    Raises:
        SpecError: there is no such subset.
    """
    choices(subset, get_args(Unseen), corpus="A test subset", option="unseen")
    for document in documents:
        mentions = tuple(
            replace(mention, gold=None, composite=False)
            if mention.gold is not None and seen.has(mention, subset)
            else mention
            for mention in document.mentions
        )
        yield replace(document, mentions=mentions)


def fingerprint(documents: Iterable[Document]) -> str:
    """Return a digest of the ids and texts of documents, in whatever order; not of annotations.

    Raises:
        DataError: two documents have the same id.
    """
    texts: dict[str, str] = {}
    for document in documents:
        if document.id in texts:
            raise DataError(
                f"two documents have the id {document.id!r}",
                remedy="Give every document an id of its own.",
            )
        texts[document.id] = document.text
    digest = hashlib.sha256()
    for each in sorted(texts):
        for value in (each, texts[each]):
            content = _bytes(value)
            digest.update(f"{len(content)}:".encode() + content)
    return digest.hexdigest()


def _sizes(n_documents: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Return how many documents each part gets: the largest remainders first, and at least one."""
    total = sum(shares.values())
    exact = {name: n_documents * share / total for name, share in shares.items()}
    sizes = {name: int(each) for name, each in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (sizes[name] - exact[name], name))
    for name in by_remainder[: n_documents - sum(sizes.values())]:
        sizes[name] += 1
    for name in sizes:
        if not sizes[name]:
            sizes[max(sizes, key=lambda each: sizes[each])] -= 1
            sizes[name] = 1
    return sizes


def _bytes(text: str) -> bytes:
    """Return `text` in UTF-8, lone surrogates as well, which JSON can bring in."""
    return text.encode("utf-8", "surrogatepass")
