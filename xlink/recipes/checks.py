"""Names in a recipe that must be those of something: a slip shows before hours of work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from xlink.candidates.training_mentions import TrainingMentions
from xlink.corpora.reading import make_reader
from xlink.corpora.splits import Unseen
from xlink.detect.naming import parse_detector
from xlink.errors import SpecError, UnknownNameError, XlinkError
from xlink.recipes.model import UNSEEN, CorpusSpec, Recipe, Task, reader_options
from xlink.recipes.refusals import place_of, unknown_key
from xlink.recipes.reranking import check_reranker
from xlink.registry import GENERATORS, STEPS

__all__ = ["check_names"]


def check_names(recipe: Recipe, text: str) -> None:
    """Make the readers, look up the generators and steps, and compare the rows of expected scores.

    Raises:
        SpecError: there is no such reader, option, generator, step, part or system; or training
            mentions are to be looked up in a part that has none.
    """
    for part, task in recipe.tasks.items():
        own = recipe.spec.parts[part]
        place = place_of(recipe.path, text, ("parts", part) if "corpus" in own else ("corpus",))
        for row, options in recipe.rows(part).items():
            if options.get(UNSEEN, "both") not in get_args(Unseen):
                where = place_of(recipe.path, text, ("subsets", row.partition("/")[2], UNSEEN))
                raise SpecError(f"{where}: `unseen` is one of {', '.join(get_args(Unseen))}.")
            _check_corpus(task.corpus, reader_options(options), place)
        if task.training is not None:
            _check_corpus(task.training, {}, place_of(recipe.path, text, ("training",)))
        for name in task.systems:
            _check_system(recipe, name, part, place_of(recipe.path, text, ("systems", name)))
    used = {name for task in recipe.tasks.values() for name in task.systems}
    for name in recipe.spec.systems:
        if name not in used:
            place = place_of(recipe.path, text, ("systems", name))
            raise SpecError(f"{place}: no part has [training], which this system looks up.")
    _check_expected(recipe, text)


def _check_corpus(corpus: CorpusSpec, options: Mapping[str, object], place: str) -> None:
    if bool(corpus.paths) == (corpus.terminology is not None):
        raise SpecError(f"{place}: a corpus has either `paths` or a `terminology`.")
    try:
        make_reader(corpus.reader, {**corpus.options, **options})
    except XlinkError as error:
        raise SpecError(f"{place}: {error}") from None


def _check_system(recipe: Recipe, name: str, part: str, place: str) -> None:
    task = recipe.tasks[part]
    known = {*GENERATORS.names(), TrainingMentions.name}
    for generator in task.systems[name].generators:
        if generator not in known:
            error = UnknownNameError("candidate generator", generator, known)
            raise SpecError(f"{place}: {error}")
        if generator == TrainingMentions.name and task.training is None:
            raise SpecError(f"{place}: the part {part!r} has no [training] to look mentions up.")
    for step in task.systems[name].steps:
        if step not in STEPS.names():
            raise SpecError(f"{place}: {UnknownNameError('step', step, STEPS.names())}")
    try:
        for detector in task.systems[name].detector:
            parse_detector(detector)
    except XlinkError as error:
        raise SpecError(f"{place}: {error}") from None
    _check_reranker(recipe, task, name, place)


def _check_reranker(recipe: Recipe, task: Task, name: str, place: str) -> None:
    trained = [part for part, each in recipe.tasks.items() if each.training is not None]
    try:
        check_reranker(
            task.systems[name],
            is_trained=task.training is not None,
            parts=trained,
            systems=task.systems,
        )
    except XlinkError as error:
        raise SpecError(f"{place}: {error}") from None


def _check_expected(recipe: Recipe, text: str) -> None:
    rows = {row for part in recipe.tasks for row in recipe.rows(part)}
    for row, systems in recipe.spec.expected.items():
        if row not in rows:
            raise unknown_key(("expected", row), rows, recipe.path, text)
        for name in systems:
            if name not in recipe.spec.systems:
                raise unknown_key(("expected", row, name), recipe.spec.systems, recipe.path, text)
