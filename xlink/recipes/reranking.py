"""The re-ranker of a system: opened by name, or trained on the training part and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlink.artifact import is_artifact
from xlink.candidates.training_mentions import TrainingMentions
from xlink.errors import DataError, SpecError, UnknownNameError
from xlink.indexes import open_generator
from xlink.manifest import read_manifest
from xlink.recipes.linking import generators_of, linker_of
from xlink.recipes.materials import Materials, MissingContentError
from xlink.recipes.model import CorpusSpec, LinkerSpec, Recipe, Task
from xlink.rerank.opening import open_reranker, reranker_path
from xlink.terminology.locate import locate
from xlink.training.reranker.options import RerankerOptions, reranker_options
from xlink.types import Document

if TYPE_CHECKING:
    from xlink.linker import Linker
    from xlink.protocols import Reranker
    from xlink.training.reranker.train import Corpus

__all__ = ["SystemReranker", "check_reranker", "started_from"]

_FORMAT = 3
_PARTS, _BASE, _SYSTEMS = "parts", "base", "systems."


def check_reranker(
    spec: LinkerSpec,
    *,
    is_trained: bool,
    parts: Collection[str] = (),
    systems: Mapping[str, LinkerSpec] | None = None,
) -> None:
    """Refuse a table of a re-ranker that can't be trained; `parts` are those with [training].

    Raises:
        SpecError: it names no base or an unknown option, or the part has no [training].
        UnknownNameError: it is to learn from a part that is not there or has no [training], or from
            a system whose re-ranker is not trained on an encoder.
    """
    if isinstance(spec.reranker, Mapping):
        told = _table_of(spec, systems or {})
        _options(told)
        if not is_trained:
            raise SpecError("the part has no [training] to train a re-ranker on.")
        for name in _parts(told):
            if name not in parts:
                raise UnknownNameError("part with [training]", name, parts)


def _table_of(spec: LinkerSpec, systems: Mapping[str, LinkerSpec]) -> Mapping[str, object]:
    """Return the options of a re-ranker that is trained, with those of the system it starts from.

    Raises:
        UnknownNameError: there is no such system, or its re-ranker starts from no encoder.
    """
    told = spec.reranker if isinstance(spec.reranker, Mapping) else {}
    other = started_from(told)
    if other is None:
        return told
    known = {
        name: each.reranker
        for name, each in systems.items()
        if isinstance(each.reranker, Mapping) and started_from(each.reranker) is None
    }
    if other not in known:
        raise UnknownNameError("system with a re-ranker to start from", other, known)
    return {**known[other], **told}


def started_from(told: Mapping[str, object]) -> str | None:
    """Return the system of the recipe whose re-ranker is the base, if one is."""
    base = str(told.get(_BASE, ""))
    return base.removeprefix(_SYSTEMS) if base.startswith(_SYSTEMS) else None


class SystemReranker:
    """The re-ranker of one system; trained ones lie in `folder` under what they are made from.

    One that is trained is kept until options, training part, terminology or generators change; a
    change of the code alone does not train it anew, since that may take hours: `fresh` does. With
    `parts`, one learns from the training of several parts, which share it. One whose base is
    `systems.NAME` starts from the re-ranker of that system, and has its options but for those told.
    """

    def __init__(
        self, recipe: Recipe, part: str, system: str, materials: Materials, folder: Path
    ) -> None:
        self._recipe, self._part, self._task = recipe, part, recipe.tasks[part]
        self._spec = self._task.systems[system]
        self._materials, self._folder = materials, folder
        self._table = _table_of(self._spec, self._task.systems)
        other = started_from(self._table)
        self._other = (
            None if other is None else SystemReranker(recipe, part, other, materials, folder)
        )

    def fingerprint(self) -> str | None:
        """Return what identifies the re-ranker; None where the system has none."""
        told = self._spec.reranker
        if told is None:
            return None
        if isinstance(told, str):
            place = self._named(told)
            return read_manifest(place, "train it")[0].fingerprint if is_artifact(place) else told
        spec = self._spec.model_dump(mode="json", exclude={"title", "threshold", "cascade"})
        content = {
            "format": _FORMAT,
            "linker": spec,
            "training": [
                [
                    self._materials.terminology(task.terminology).fingerprint,
                    training.model_dump(mode="json"),
                    self._materials.digest(training),
                ]
                for task, training in self._learned_from()
            ],
        }
        if self._other is not None:
            content["base"] = self._other.fingerprint()
        plain = json.dumps(content, sort_keys=True, ensure_ascii=False, default=list)
        return hashlib.sha256(plain.encode()).hexdigest()

    def open(self, *, fresh: bool = False) -> Reranker | None:
        """Open the re-ranker; one that is to be trained is, unless that was done before.

        Raises:
            MissingContentError: the base or the named re-ranker is not there.
            XlinkError: it can't be trained or opened.
        """
        told = self._spec.reranker
        if told is None:
            return None
        terminology = self._materials.terminology(self._task.terminology)
        if isinstance(told, str):
            return open_reranker(self._named(told), terminology, cascade=self._spec.cascade)
        return open_reranker(self._trained(fresh), terminology, cascade=self._spec.cascade)

    def _named(self, name: str) -> Path:
        return self._located(name) if name.startswith("$") else reranker_path(name)

    def _trained(self, fresh: bool) -> Path:
        """Return the folder of the re-ranker, which is trained unless that was done before."""
        place = self._folder / "rerankers" / str(self.fingerprint())[:16]
        if fresh or not is_artifact(place):
            self._train(place)
        return place

    def _train(self, place: Path) -> None:
        from xlink.training.reranker.train import train_reranker

        base = str(self._table[_BASE])
        located = str(self._located(base)) if base.startswith("$") else base
        if self._other is not None:
            located = str(self._other._trained(fresh=False))
        (documents, linker), *others = self._corpora()
        train_reranker(
            documents,
            linker,
            _options({**self._table, _BASE: located}),
            place,
            others=others,
            checkpoint=place.with_name(f"{place.name}.checkpoint"),
            tally=self._materials.tally,
        )

    def _learned_from(self) -> Iterator[tuple[Task, CorpusSpec]]:
        """Yield the tasks whose training it learns from: its own, unless `parts` says which."""
        for part in _parts(self._table) or (self._part,):
            task = self._recipe.tasks[part]
            if task.training is None:
                raise DataError(f"{self._recipe.path}: the part {part!r} has no training part")
            yield task, task.training

    def _corpora(self) -> list[Corpus]:
        """Return the documents to learn from, each with its linker; none of them is tested."""
        tasks = list(self._learned_from())
        tested = {
            (each.id, each.text)
            for task, _ in tasks
            for each in self._materials.documents(task.corpus)
        }
        corpora: list[Corpus] = []
        for task, training in tasks:
            documents = self._materials.documents(training)
            both = [each.id for each in documents if (each.id, each.text) in tested]
            if both:
                raise DataError(
                    f"{len(both):,} documents to train a re-ranker on are tested in a part that it "
                    f"is for, such as {both[0]!r}",
                    path=self._recipe.path,
                    remedy="Name other parts, or `draw` from them.",
                )
            corpora.append((documents, self._linker_maker(task)))
        return corpora

    def _linker_maker(self, task: Task) -> Linker | Callable[[Sequence[Document]], Linker]:
        """Return the linker that makes the lists, or its maker where it learns from mentions."""
        terminology = self._materials.terminology(task.terminology)

        def made(documents: Sequence[Document]) -> Linker:
            generators = generators_of(
                self._spec, terminology, lambda: documents, partial(open_generator, terminology)
            )
            return linker_of(self._spec, terminology, generators)

        return made if TrainingMentions.name in self._spec.generators else made(())

    def _located(self, address: str) -> Path:
        try:
            return locate(address, folder=self._materials.folder)[0]
        except (SpecError, DataError) as error:
            raise MissingContentError(str(error)) from None


def _parts(told: Mapping[str, object]) -> tuple[str, ...]:
    """Return the parts that a table names to learn from."""
    named = told.get(_PARTS, ())
    listed = [named] if isinstance(named, str) else named
    if not isinstance(listed, list | tuple):
        raise SpecError(f"`{_PARTS}` of a re-ranker is a list of parts, not {named!r}.")
    return tuple(map(str, listed))


def _options(told: Mapping[str, object]) -> RerankerOptions:
    return reranker_options({name: value for name, value in told.items() if name != _PARTS})
