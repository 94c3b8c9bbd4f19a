"""BRONCO150: shuffled sentences of German discharge summaries, linked to ICD-10, OPS and ATC."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.fragments import place_parts
from xlink.corpora.markup import Element, attribute, line_of, number, parse_xml
from xlink.corpora.options import choices, words
from xlink.corpora.placing import UniqueIds
from xlink.corpora.spans import surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

__all__ = ["BroncoReader"]

_LABELS = ("DIAGNOSIS", "TREATMENT", "MEDICATION")
_SETS = ("1", "2", "3", "4", "5")
_FILE = Path("bioCFiles") / "BRONCO150.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class BroncoReader:
    """Reads `BRONCO150.xml` (BioC), or the corpus folder with `bioCFiles/`.

    The corpus is five sets of sentences; each is one document, a sentence a line. `split` takes
    some of them, `1` to `5`, for cross-validation. `labels` takes the mentions of diagnoses (their
    gold is ICD-10-GM), treatments (OPS) or medications (ATC). The gold is the id without its prefix
    (`ICD10:C22.0` is `C22.0`); commas in the place of points and a `+` at the end are mended, as
    others who use the corpus do, and counted. A mention without a normalisation is not annotated.

    Raises:
        SpecError: there is no such set or label.
    """

    split: str | Collection[str] = _SETS
    labels: str | Collection[str] = _LABELS
    language: str = "de"

    def __post_init__(self) -> None:
        choices(self.split, _SETS, corpus="BRONCO150", option="set")
        choices(self.labels, _LABELS, corpus="BRONCO150", option="label")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a set of sentences, in their order.

        Raises:
            DataError: the file is missing or not of this format, a set is not in it, two mentions
                have one id, or one leaves its text.
        """
        for path in paths:
            file = path / _FILE if path.is_dir() else path
            root = parse_xml(file)
            held = {each.findtext("id", ""): each for each in root.iter("document")}
            for each in words(self.split):
                name = f"randomSentSet{each}"
                if name not in held:
                    raise DataError(
                        f"it has no document {name!r}", path=file, remedy="Name BRONCO150.xml."
                    )
                yield self._document(name, held[name], file, tally)

    def _document(self, name: str, element: Element, path: Path, tally: Tally) -> Document:
        passages = element.findall("passage")
        if len(passages) != 1:
            raise DataError(
                f"document {name!r} has {len(passages)} passages, not one",
                path=path,
                line=line_of(element),
            )
        text = passages[0].findtext("text", "")
        offset = _offset(passages[0], path)
        ids = _normalisations(passages[0], path, tally)
        mentions = [
            self._mention(each, text, offset, ids, path, tally)
            for each in passages[0].iterfind("annotation")
            if _infon(each, "type") in words(self.labels)
        ]
        unique = UniqueIds("mention")
        for mention in mentions:
            unique.add(mention.id, path=path)
        ordered = tuple(sorted(mentions, key=lambda mention: mention.spans))
        return Document(name, text, self.language, ordered)

    def _mention(
        self,
        element: Element,
        text: str,
        offset: int,
        ids: dict[str, set[str]],
        path: Path,
        tally: Tally,
    ) -> Mention:
        starts = [
            (number(each, "offset", path) - offset, number(each, "length", path))
            for each in element.iterfind("location")
        ]
        spans = place_parts(
            text,
            [(start, start + length) for start, length in starts],
            element.findtext("text", ""),
            path=path,
            line=line_of(element),
            tally=tally,
        )
        mention_id = attribute(element, "id", path)
        gold = ids.get(mention_id)
        return Mention(
            mention_id,
            spans,
            surface(text, spans),
            _infon(element, "type"),
            None if gold is None else frozenset(gold),
            composite=gold is not None and len(gold) > 1,
        )


def _normalisations(passage: Element, path: Path, tally: Tally) -> dict[str, set[str]]:
    """Return the ids of mentions: in a relation's node, `role` is the mention, `refid` the id."""
    ids: dict[str, set[str]] = {}
    for relation in passage.iterfind("relation"):
        if _infon(relation, "type") != "Normalization":
            continue
        for node in relation.iterfind("node"):
            written = attribute(node, "refid", path)
            concept_id = written.partition(":")[2] or written
            mended = concept_id.replace(",", ".").removesuffix("+")
            if mended != concept_id:
                tally.add("id mended", f"{path}, line {line_of(node)}: {written}")
            ids.setdefault(attribute(node, "role", path), set()).add(mended)
    return ids


def _offset(passage: Element, path: Path) -> int:
    written = passage.findtext("offset", "0")
    if not written.isdecimal():
        raise DataError(
            f"the offset {written[:20]!r} is not a number", path=path, line=line_of(passage)
        )
    return int(written)


def _infon(element: Element, key: str) -> str:
    return next(
        (each.text or "" for each in element.iterfind("infon") if each.get("key") == key), ""
    )
