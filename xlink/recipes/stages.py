"""The stages of one system on one part: terminology, index, link, evaluate; done ones are kept.

    inputs ──fingerprint──▶ run file ──sha256──▶ scores

A run is made again when anything that it is made from has changed, and its scores when the run, the
gold or the measures have. Both appear whole or not at all, so a killed run goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast

from xlink.candidates.training_mentions import TrainingMentions
from xlink.corpora.splits import Seen, Unseen, unseen
from xlink.corpora.writing import written_whole
from xlink.errors import DataError
from xlink.evaluation import Run, RunHeader, measure, write_run
from xlink.evaluation.bootstrap import Figure
from xlink.progress import track
from xlink.protocols import CandidateGenerator, Reranker
from xlink.recipes.environment import code_digest, environment, peak_memory_mb
from xlink.recipes.linking import generators_of, linker_of
from xlink.recipes.materials import Materials
from xlink.recipes.model import (
    UNSEEN,
    CorpusSpec,
    LinkerSpec,
    Recipe,
    Score,
    Scores,
    Task,
    reader_options,
)
from xlink.recipes.reranking import SystemReranker
from xlink.types import Document

__all__ = ["Job"]

_FORMAT = 1
_NOT_LINKED_WITH = {"title", "detector", "overlaps"}  # the mentions of a recipe are given


@dataclass(slots=True)
class Job:
    """One system on one part of a recipe; what it makes lies in `folder`."""

    recipe: Recipe
    part: str
    system: str
    materials: Materials
    folder: Path
    fresh: bool = False
    _seconds: dict[str, float] = field(default_factory=dict)

    @property
    def task(self) -> Task:
        """The part with all that it takes over."""
        return self.recipe.tasks[self.part]

    @property
    def linker_spec(self) -> LinkerSpec:
        """The parts of the linker."""
        return self.task.systems[self.system]

    @property
    def run_path(self) -> Path:
        """Where the run lies."""
        return self.folder / f"{self.part}.{self.system}.run.jsonl"

    @property
    def manifest_path(self) -> Path:
        """Where the manifest of the run lies, with its scores."""
        return self.folder / f"{self.part}.{self.system}.manifest.json"

    @property
    def is_trained(self) -> bool:
        """Whether the system has seen the training part."""
        spec = self.linker_spec
        return TrainingMentions.name in spec.generators or isinstance(spec.reranker, dict)

    def inputs(self) -> str:
        """Return the fingerprint of all that the run is made from."""
        task, materials = self.task, self.materials
        training = task.training if self.is_trained else None
        return _fingerprint(
            {
                "format": _FORMAT,
                "code": code_digest(),
                "header": self._system_name,
                "terminology": materials.terminology(task.terminology).fingerprint,
                "linker": self.linker_spec.model_dump(mode="json", exclude=_NOT_LINKED_WITH),
                "reranker": self._reranker().fingerprint(),
                "corpus": _described(task.corpus, materials),
                "training": None if training is None else _described(training, materials),
            }
        )

    def is_linked(self) -> bool:
        """Tell whether the run of these very inputs is there and whole."""
        kept = self._kept()
        return kept.get("inputs") == self.inputs() and kept.get("run") == _sha256(self.run_path)

    def is_evaluated(self) -> bool:
        """Tell whether the scores of this run under these measures are there."""
        return self.is_linked() and self._kept().get("evaluated") == self._evaluation_inputs()

    def open_generators(self) -> list[CandidateGenerator]:
        """Open the generators; indexes that are not there yet are built, training mentions read."""
        name, materials = self.task.terminology, self.materials
        return generators_of(
            self.linker_spec,
            materials.terminology(name),
            self._training_documents,
            partial(materials.generator, name),
            tally=materials.tally,
        )

    def open_reranker(self) -> Reranker | None:
        """Open the re-ranker, trained on the training part if need be; None if there is none."""
        if not isinstance(self.linker_spec.reranker, dict):
            return self._reranker().open()
        self._training_documents()
        with self._timed("train"):
            return self._reranker().open(fresh=self.fresh)

    def link(self) -> None:
        """Link the corpus and write the run with its manifest, unless that was done before."""
        if self.is_linked() and not self.fresh:
            return
        spec = self.linker_spec
        with self._timed("index"):
            terminology = self.materials.terminology(self.task.terminology)
            generators = self.open_generators()
        linker = linker_of(spec, terminology, generators, reranker=self.open_reranker())
        with self._timed("link"):
            documents = self.materials.documents(self.task.corpus)
            header = RunHeader(self._system_name, terminology.name, terminology.fingerprint)
            linked = track(linker.link(documents, detect=False), f"Linking {header.system}")
            write_run(linked, header, self.run_path)
        self._keep({"inputs": self.inputs(), "run": _sha256(self.run_path)})

    def evaluate(self) -> dict[str, Scores]:
        """Return the scores by row: of the part, and of each subset of its gold."""
        if self.fresh or not self.is_evaluated():
            with self._timed("evaluate"):
                made = self._scores()
            plain = {row: scores.model_dump(mode="json") for row, scores in made.items()}
            self._keep({"evaluated": self._evaluation_inputs(), "scores": plain})
        kept = self._kept()["scores"]
        return {row: Scores.model_validate(scores) for row, scores in kept.items()}

    @property
    def seconds(self) -> dict[str, float]:
        """How long each stage took when it was last done."""
        return dict(self._kept().get("seconds", {}))

    @property
    def _system_name(self) -> str:
        return f"{self.recipe.name} {self.part} {self.system}"

    def _scores(self) -> dict[str, Scores]:
        spec, materials = self.recipe.spec.evaluate, self.materials
        saved = Run.load(self.run_path)
        run = Run(saved.header, tuple(saved.documents))  # read once for all rows
        made = {}
        for row, options in self.recipe.rows(self.part).items():
            measures = measure(
                run,
                self._gold(options),
                spec.names,
                terminology=materials.terminology(self.task.terminology),
                ks=spec.ks,
                seed=spec.seed,
            )
            found = {each.name: each for each in measures}
            first = next(iter(found.values()))
            made[row] = Scores(
                n=(first.all.n, 0 if first.covered is None else first.covered.n),
                measures={
                    name: Score(all=_bounds(each.all), covered=_bounds(each.covered))
                    for name, each in found.items()
                },
            )
        return made

    def _gold(self, subset: dict[str, object]) -> Iterable[Document]:
        documents = self.materials.documents(self.task.corpus, reader_options(subset))
        kept = subset.get(UNSEEN)
        if kept is None or self.task.training is None:
            return documents
        training = self.materials.documents(self.task.training)
        return unseen(documents, Seen.of(training), cast("Unseen", kept))

    def _reranker(self) -> SystemReranker:
        return SystemReranker(self.recipe, self.part, self.system, self.materials, self.folder)

    def _training_documents(self) -> tuple[Document, ...]:
        """Return the training part, none of which is tested."""
        task = self.task
        if task.training is None:
            raise DataError(f"{self.recipe.path}: the part {self.part!r} has no training part")
        training = self.materials.documents(task.training)
        ids = {document.id for document in training}
        both = sorted(ids & {each.id for each in self.materials.documents(task.corpus)})
        if both:
            raise DataError(
                f"{len(both):,} documents are both in the training and in the tested part, "
                f"such as {both[0]!r}",
                path=self.recipe.path,
                remedy="Name other parts, or `draw` from them.",
            )
        return training

    def _evaluation_inputs(self) -> str:
        spec = self.recipe.spec
        measured = spec.evaluate.model_dump(exclude={"tolerance", "loose_tolerance"})
        rows = self.recipe.rows(self.part)
        training = self.task.training if any(UNSEEN in own for own in rows.values()) else None
        return _fingerprint(
            {
                "run": self._kept().get("run"),
                "of": measured,
                "on": rows,
                "seen": None if training is None else _described(training, self.materials),
            }
        )

    def _kept(self) -> dict[str, Any]:
        """Return the manifest; one that is cut or of another format counts as none."""
        try:
            content = json.loads(self.manifest_path.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return content if isinstance(content, dict) and content.get("format") == _FORMAT else {}

    def _keep(self, news: dict[str, Any]) -> None:
        old = {} if "run" in news else self._kept()
        seeds = {"evaluate": self.recipe.spec.evaluate.seed}
        content = {
            "format": _FORMAT,
            "recipe": self.recipe.name,
            "part": self.part,
            "system": self.system,
            "seeds": seeds,
            "terminology": self.materials.terminology(self.task.terminology).fingerprint,
            **old,
            **news,
            "seconds": old.get("seconds", {}) | self._seconds,
            "peak_memory_mb": peak_memory_mb(),
            "environment": environment(),
        }
        with written_whole(self.manifest_path) as stream:
            stream.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._seconds[stage] = round(time.perf_counter() - start, 2)


def _described(corpus: CorpusSpec, materials: Materials) -> list[object]:
    return [corpus.model_dump(mode="json", exclude={"obtain"}), materials.digest(corpus)]


def _bounds(figure: Figure | None) -> tuple[float] | tuple[float, float, float] | None:
    if figure is None or figure.value is None:
        return None
    value = round(figure.value, 4)
    if figure.low is None or figure.high is None:
        return (value,)
    return value, round(figure.low, 4), round(figure.high, 4)


def _fingerprint(content: dict[str, Any]) -> str:
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, default=list)
    return hashlib.sha256(plain.encode()).hexdigest()


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None
