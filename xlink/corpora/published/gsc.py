"""GSC+ and its kin: abstracts with HPO concepts, texts in `corpus/` and annotations in `ann/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.decoding import read_text
from xlink.corpora.spans import anchor, surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention, Span

__all__ = ["GscReader"]

_BRACKETED = re.compile(r"\[(?P<start>\d+)::(?P<end>\d+)\]\t(?P<id>\S+) \| (?P<surface>.+)")
_TABULAR = re.compile(r"(?P<start>\d+)\t(?P<end>\d+)\t(?P<surface>.+)\t(?P<id>\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class GscReader:
    """Reads folders with `corpus/` and `ann/`, where files of one name belong together.

    An annotation is a line `[11::23]⇥HP_0009944 | bifid thumbs` or
    `11⇥23⇥bifid thumbs⇥HP:0009944`. Mentions may nest. Annotations of the same span become one
    mention, whose ids are alternatives; the published corpora only repeat the same id.
    `annotations` names another folder in the place of `ann`.
    """

    annotations: str = "ann"
    language: str = "en"

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a text, in the order of the names; a text may have no mentions.

        Raises:
            DataError: a folder or a file of annotations is missing, a line has another form, or a
                mention leaves its text.
        """
        for folder in paths:
            corpus = folder / "corpus"
            if not corpus.is_dir():
                raise DataError(
                    "there is no such folder", path=corpus, remedy="Name the folder that holds it."
                )
            for path in sorted(corpus.iterdir()):
                yield self._document(path, folder / self.annotations / path.name, tally)

    def _document(self, path: Path, annotations: Path, tally: Tally) -> Document:
        text = read_text(path)
        gold: dict[Span, set[str]] = {}
        for number, line in enumerate(read_text(annotations).split("\n"), start=1):
            if not line.strip():
                continue
            span, concept_id = _annotation(line.rstrip("\r"), text, annotations, number, tally)
            ids = gold.setdefault(span, set())
            if concept_id in ids:
                tally.add("annotation repeated", f"{annotations}, line {number:,}")
            elif ids:
                tally.add("span with several concepts: alternatives", f"{annotations}: {span}")
            ids.add(concept_id)
        mentions = tuple(
            Mention(f"T{place}", (span,), surface(text, (span,)), gold=frozenset(gold[span]))
            for place, span in enumerate(sorted(gold), start=1)
        )
        return Document(path.name, text, self.language, mentions)


def _annotation(line: str, text: str, path: Path, number: int, tally: Tally) -> tuple[Span, str]:
    found = _BRACKETED.fullmatch(line) or _TABULAR.fullmatch(line)
    if found is None:
        raise DataError(
            f"{line[:60]!r} is not an annotation",
            path=path,
            line=number,
            remedy="A line is `[start::end]⇥id | text` or `start⇥end⇥text⇥id`.",
        )
    span = int(found["start"]), int(found["end"])
    span = anchor(text, span, found["surface"].strip(), path=path, line=number, tally=tally)
    return span, found["id"].replace("_", ":", 1)
