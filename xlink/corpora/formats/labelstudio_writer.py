"""Tasks for Label Studio: documents with their annotations, to be corrected by people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, get_args
from xml.sax.saxutils import quoteattr

from xlink.corpora.options import choices
from xlink.corpora.placing import UniqueIds
from xlink.corpora.records import context_record
from xlink.corpora.writing import written_whole
from xlink.tally import Tally
from xlink.types import Assertion, Document, Mention

__all__ = ["LabelStudioWriter", "labeling_config"]

NIL = "NIL"
UNLABELLED = "Mention"
FROM_LABEL, FROM_CONCEPT, FROM_MEANING, TO_TEXT = "label", "concept", "meaning", "text"
COMPOSITE, SAME = "composite", "same mention"

Kept = Literal["predictions", "annotations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStudioWriter:
    """Writes a list of tasks as JSON, with mentions as `predictions` or as `annotations`.

    Annotators start from predictions and see annotations as done. Import the file into a project
    with the labeling interface that `labeling_config` returns.

    Every part of a mention is a region; its ids stand in the text area `concept`, a line each, NIL
    as `NIL`. Assertions are choices; `section` and `part_of` are in its `meta`. The parts of a
    discontinuous mention are tied by relations named `same mention`. Nothing is lost but that a
    mention without a label gets `Mention`, which `tally` counts.
    """

    as_: Kept = "predictions"
    model: str = "xlink"
    tally: Tally = field(default_factory=Tally, compare=False)

    def __post_init__(self) -> None:
        choices(self.as_, get_args(Kept), corpus="A task", option="as_")

    def write(self, documents: Iterable[Document], path: Path) -> None:
        """Write the file at `path`, which appears when it is whole.

        Raises:
            DataError: a document's id comes twice.
        """
        seen = UniqueIds("document")
        with written_whole(path) as stream:
            between = "[\n"
            for number, document in enumerate(documents, start=1):
                seen.add(document.id, path=path)
                task = json.dumps(self._task(document, number), ensure_ascii=False)
                stream.write(f"{between}{task}")
                between = ",\n"
            stream.write("[]\n" if between == "[\n" else "\n]\n")

    def _task(self, document: Document, number: int) -> dict[str, object]:
        unlabelled = sum(not mention.label for mention in document.mentions)
        self.tally.add(f"mention without a label became {UNLABELLED}", document.id, unlabelled)
        data = {"text": document.text, "id": document.id, "language": document.language}
        passages = [asdict(passage) for passage in document.passages]
        made: dict[str, object] = {
            "result": [each for m in document.mentions for each in _regions(m)]
        }
        if self.as_ == "predictions":
            made |= {"model_version": self.model}
        task: dict[str, object] = {"id": number, "data": data, self.as_: [made]}
        return task | ({"data": data | {"passages": passages}} if passages else {})


def labeling_config(labels: Iterable[str]) -> str:
    """Return the labeling interface, in XML, of a project for such tasks.

    `labels` are those of the mentions.
    """
    known = dict.fromkeys([*labels, UNLABELLED])
    values = (COMPOSITE, *get_args(Assertion))
    meanings = "".join(f'    <Choice value="{each}"/>\n' for each in values)
    items = "".join(f"    <Label value={quoteattr(label)}/>\n" for label in known)
    return (
        "<View>\n"
        f'  <Labels name="{FROM_LABEL}" toName="{TO_TEXT}">\n{items}  </Labels>\n'
        f'  <Text name="{TO_TEXT}" value="$text" granularity="symbol"/>\n'
        f'  <TextArea name="{FROM_CONCEPT}" toName="{TO_TEXT}" perRegion="true" editable="true"'
        ' placeholder="concept id"/>\n'
        f'  <Choices name="{FROM_MEANING}" toName="{TO_TEXT}" perRegion="true" choice="multiple">\n'
        f"{meanings}  </Choices>\n"
        f'  <Relations>\n    <Relation value="{SAME}"/>\n  </Relations>\n'
        "</View>\n"
    )


def _regions(mention: Mention) -> Iterator[dict[str, object]]:
    """Yield what Label Studio calls results: each part, what is said of it, and their relations."""
    names = [
        mention.id if part == 0 else f"{mention.id}~{part}" for part in range(len(mention.spans))
    ]
    for name, (start, end), text in zip(names, mention.spans, _texts(mention), strict=True):
        place = {"start": start, "end": end, "text": text}
        label = {"labels": [mention.label or UNLABELLED]}
        meta = context_record(mention) if name == mention.id else {}
        meta.pop("assertion", None)
        labels = _result(name, FROM_LABEL, "labels", place | label)
        yield labels | ({"meta": meta} if meta else {})
        if name != mention.id:
            continue
        if mention.gold is not None:
            ids = sorted(mention.gold) or [NIL]
            yield _result(name, FROM_CONCEPT, "textarea", place | {"text": ids})
        meant = [COMPOSITE] * mention.composite + list(mention.assertion)
        if meant:
            yield _result(name, FROM_MEANING, "choices", place | {"choices": meant})
    for name in names[1:]:
        yield {
            "type": "relation",
            "from_id": mention.id,
            "to_id": name,
            "direction": "right",
            "labels": [SAME],
        }


def _texts(mention: Mention) -> list[str]:
    """Cut the surface of a mention, whose parts have a space between them, into its parts."""
    texts, start = [], 0
    for first, last in mention.spans:
        texts.append(mention.text[start : start + last - first])
        start += last - first + 1
    return texts


def _result(name: str, source: str, kind: str, value: dict[str, object]) -> dict[str, object]:
    return {"id": name, "from_name": source, "to_name": TO_TEXT, "type": kind, "value": value}
