"""Tasks of Label Studio, as its JSON export has them, as documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from xlink.corpora.formats.labelstudio_writer import (
    COMPOSITE,
    SAME,
)
from xlink.corpora.gold import GoldOptions, Several
from xlink.corpora.placing import UniqueIds, place
from xlink.corpora.spans import surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Assertion, Document, Mention, Passage, Span

__all__ = ["LabelStudioReader"]


class _Item(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Value(_Item):
    start: int = 0
    end: int = 0
    text: str | list[str] = ""
    labels: list[str] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    taxonomy: list[list[str]] = Field(default_factory=list)


class _Result(_Item):
    type: str
    id: str = ""
    from_name: str = ""
    value: _Value = Field(default_factory=_Value)
    from_id: str = ""
    to_id: str = ""
    labels: list[str] | None = None
    meta: dict[str, object] = Field(default_factory=dict)


class _Answer(_Item):
    result: list[_Result] = Field(default_factory=list)
    was_cancelled: bool = False


class _Task(_Item):
    id: str = ""
    data: dict[str, object]
    annotations: list[_Answer] = Field(default_factory=list)
    predictions: list[_Answer] = Field(default_factory=list)


_TASKS = TypeAdapter(list[_Task])
_PASSAGES = TypeAdapter(tuple[Passage, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStudioReader(GoldOptions):
    """Reads Label Studio's JSON export, those of tasks that `LabelStudioWriter` made without loss.

    Of a task the first annotation that was not cancelled is read, or the first prediction where
    there is none; others are counted. `text`, `id` and `language` are taken from its data, and
    `text_key` says where a project of your own has the text. Offsets count code points, as Label
    Studio does since 1.4, and are mended where the text says so.

    The concepts of a region stand in a text area or taxonomy of the region, whatever its name;
    several are alternatives unless the choice `composite` is made or `several` says otherwise.
    """

    several: Several = "alternatives"
    text_key: str = "text"

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield a document for each task.

        Raises:
            DataError: a file is not such an export, a task has no text, a document's id comes
                twice, or a region leaves its text.
        """
        seen = UniqueIds("document")
        for path in paths:
            for number, task in enumerate(_tasks(path), start=1):
                document = _Reading(task, self, path, number, tally).document()
                seen.add(document.id, path=path, line=number)
                yield document


@dataclass(slots=True)
class _Reading:
    """A task on its way to a document; `number` counts the tasks of a file."""

    task: _Task
    options: LabelStudioReader
    path: Path
    number: int
    tally: Tally
    text: str = ""
    regions: dict[str, list[tuple[Span, str]]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    concepts: dict[str, list[str]] = field(default_factory=dict)
    meant: dict[str, list[str]] = field(default_factory=dict)
    meta: dict[str, dict[str, object]] = field(default_factory=dict)

    def document(self) -> Document:
        data = self.task.data
        text = data.get(self.options.text_key)
        if not isinstance(text, str):
            raise DataError(
                f"task {self.number:,} has no {self.options.text_key!r} among its data",
                path=self.path,
                remedy="Say where the text is with text_key.",
            )
        self.text = text
        answer = self._answer()
        for result in answer.result:
            self._take(result)
        for result in answer.result:
            self._join(result)
        return Document(
            str(data.get("id") or self.task.id or f"{self.path.stem}#{self.number}"),
            text,
            str(data.get("language") or self.options.language),
            tuple(self._mentions()),
            self._passages(),
        )

    def _answer(self) -> _Answer:
        done = [each for each in self.task.annotations if not each.was_cancelled]
        answers = done or self.task.predictions
        self.tally.add("further answer to a task left out", self._example, len(answers[1:]))
        return answers[0] if answers else _Answer()

    def _take(self, result: _Result) -> None:
        value = result.value
        if result.type == "labels" or value.labels:
            wanted = value.text if isinstance(value.text, str) else " ".join(value.text)
            self.regions.setdefault(result.id, []).append(((value.start, value.end), wanted))
            self.labels.setdefault(result.id, value.labels[0] if value.labels else "")
            self.meta.setdefault(result.id, result.meta)
        elif result.type == "textarea" and result.id:
            ids = [value.text] if isinstance(value.text, str) else value.text
            self.concepts[result.id] = [each.strip() for each in ids if each.strip()]
        elif result.type == "taxonomy" and result.id:
            self.concepts[result.id] = [path[-1] for path in value.taxonomy if path]
        elif result.type == "choices" and set(value.choices) & {COMPOSITE, *get_args(Assertion)}:
            self.meant.setdefault(result.id, []).extend(value.choices)
        elif result.type != "relation":
            self.tally.add(f"result of type {result.type!r} left out", self._example)

    def _join(self, result: _Result) -> None:
        """Put a region that is the same mention to the one that the relation begins with."""
        if result.type != "relation":
            return
        known = result.from_id in self.regions and result.to_id in self.regions
        if SAME in (result.labels or ()) and known:
            self.regions[result.from_id] += self.regions.pop(result.to_id)
        else:
            self.tally.add("relation left out", self._example)

    def _mentions(self) -> Iterator[Mention]:
        for name, parts in self.regions.items():
            if not self.options.wants(self.labels[name]):
                continue
            spans = place(
                self.text,
                [span for span, _ in parts],
                " ".join(wanted for _, wanted in parts),
                path=self.path,
                line=self.number,
                tally=self.tally,
            )
            ids = self.concepts.get(name)
            gold = self.options.gold(ids) if ids else None
            meant, meta = self.meant.get(name, ()), self.meta[name]
            yield Mention(
                name,
                spans,
                surface(self.text, spans),
                self.labels[name],
                gold,
                COMPOSITE in meant or self.options.is_composite(gold),
                tuple(each for each in get_args(Assertion) if each in meant),
                str(meta.get("section", "")),
                str(meta.get("part_of", "")),
            )

    def _passages(self) -> tuple[Passage, ...]:
        given = self.task.data.get("passages", ())
        try:
            return _PASSAGES.validate_python(given)
        except ValidationError:
            self.tally.add("passages of another form left out", self._example)
            return ()

    @property
    def _example(self) -> str:
        return f"{self.path}, task {self.number:,}"


def _tasks(path: Path) -> list[_Task]:
    try:
        return _TASKS.validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(
            f"it is no JSON export of Label Studio: {where}: {first['msg']}",
            path=path,
            remedy="Export the project as JSON, not JSON-MIN.",
        ) from None
