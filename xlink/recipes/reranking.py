"""The re-ranker of a system: opened by name, or trained on the training part and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xlink.artifact import is_artifact
from xlink.candidates.training_mentions import TrainingMentions
from xlink.errors import DataError, SpecError
from xlink.indexes import open_generator
from xlink.manifest import read_manifest
from xlink.recipes.linking import linker_of
from xlink.recipes.materials import Materials, MissingContentError
from xlink.recipes.model import LinkerSpec, Task
from xlink.rerank.opening import open_reranker, reranker_path
from xlink.terminology.locate import locate
from xlink.training.reranker.options import reranker_options
from xlink.types import Document

if TYPE_CHECKING:
    from xlink.linker import Linker
    from xlink.protocols import Reranker

__all__ = ["SystemReranker", "check_reranker"]

_FORMAT = 1


def check_reranker(spec: LinkerSpec, *, is_trained: bool) -> None:
    """Refuse a table of a re-ranker that can't be trained.

    Raises:
        SpecError: it names no base or an unknown option, or the part has no [training].
    """
    if isinstance(spec.reranker, Mapping):
        reranker_options(spec.reranker)
        if not is_trained:
            raise SpecError("the part has no [training] to train a re-ranker on.")


class SystemReranker:
    """The re-ranker of one system; trained ones lie in `folder` under what they are made from.

    One that is trained is kept until options, training part, terminology or generators change; a
    change of the code alone does not train it anew, since that may take hours: `fresh` does.
    """

    def __init__(self, task: Task, system: str, materials: Materials, folder: Path) -> None:
        self._task, self._spec = task, task.systems[system]
        self._materials, self._folder = materials, folder

    def fingerprint(self) -> str | None:
        """Return what identifies the re-ranker; None where the system has none."""
        told = self._spec.reranker
        if told is None:
            return None
        if isinstance(told, str):
            place = self._named(told)
            return read_manifest(place, "train it")[0].fingerprint if is_artifact(place) else told
        training = self._task.training
        if training is None:
            raise DataError("the part has no training part")
        spec = self._spec.model_dump(mode="json", exclude={"title", "threshold"})
        content = {
            "format": _FORMAT,
            "terminology": self._materials.terminology(self._task.terminology).fingerprint,
            "linker": spec,
            "training": [training.model_dump(mode="json"), self._materials.digest(training)],
        }
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
            return open_reranker(self._named(told), terminology)
        place = self._folder / "rerankers" / str(self.fingerprint())[:16]
        if fresh or not is_artifact(place):
            self._train(told, place)
        return open_reranker(place, terminology)

    def _named(self, name: str) -> Path:
        return self._located(name) if name.startswith("$") else reranker_path(name)

    def _train(self, told: Mapping[str, object], place: Path) -> None:
        from xlink.training.reranker.train import train_reranker

        if self._task.training is None:
            raise DataError("the part has no training part")
        base = str(told["base"])
        located = str(self._located(base)) if base.startswith("$") else base
        train_reranker(
            self._materials.documents(self._task.training),
            self._linker_maker(),
            reranker_options({**told, "base": located}),
            place,
            checkpoint=place.with_name(f"{place.name}.checkpoint"),
            tally=self._materials.tally,
        )

    def _linker_maker(self) -> Linker | Callable[[Sequence[Document]], Linker]:
        """Return the linker that makes the lists, or its maker where it learns from mentions."""
        terminology = self._materials.terminology(self._task.terminology)
        names = self._spec.generators

        def made(documents: Sequence[Document]) -> Linker:
            generators = [
                TrainingMentions.build(terminology, documents=documents)
                if name == TrainingMentions.name
                else open_generator(terminology, name)
                for name in names
            ]
            return linker_of(self._spec, terminology, generators)

        return made if TrainingMentions.name in names else made(())

    def _located(self, address: str) -> Path:
        try:
            return locate(address, folder=self._materials.folder)[0]
        except (SpecError, DataError) as error:
            raise MissingContentError(str(error)) from None
